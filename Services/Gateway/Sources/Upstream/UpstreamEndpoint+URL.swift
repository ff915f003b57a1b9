import AsyncHTTPClient
import FoundationEssentials

extension UpstreamEndpoint {
    /// Where an HTTP client of its own asks the instance.
    ///
    /// - Parameter target: a path and perhaps a query, well formed.
    func url(of target: String) -> String {
        guard let socketPath else { return "http://\(self)\(target)" }
        return URL(httpURLWithSocketPath: socketPath, uri: target)?.absoluteString ?? "http://\(self)\(target)"
    }
}
