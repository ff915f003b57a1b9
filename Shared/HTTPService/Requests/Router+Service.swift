package import Hummingbird

extension Router where Context == ServiceRequestContext {
    /// A router whose `GET` routes answer `HEAD` as well.
    package static func service() -> Router<ServiceRequestContext> {
        Router(context: ServiceRequestContext.self, options: [.autoGenerateHeadEndpoints])
    }
}
