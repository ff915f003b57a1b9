import NIOHTTP1

/// A read that the primary has answered, to be asked of the candidate as well.
struct ShadowRequest: Sendable {
    let route: String
    let migration: RouteMigration
    /// Since which change of its stage the route's evidence counts.
    let since: Int
    /// Whether these answers, and not those of clients, tell how both sides answer.
    let countsAnswers: Bool
    /// What the primary was asked for.
    let target: String
    /// The candidate's own, where it differs.
    let candidateTarget: String?
    /// The fields that both are asked with.
    let fields: HTTPHeaders
    let primary: ComparedAnswer

    /// Without the query.
    var path: String { String(target.prefix { $0 != "?" }) }
}
