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
    /// The fields that each is asked with; they differ where the two know the caller by different tokens.
    let primaryFields: HTTPHeaders
    let candidateFields: HTTPHeaders
    let primary: ComparedAnswer

    /// Without the query.
    var path: String { String(target.prefix { $0 != "?" }) }
}
