import FoundationEssentials

/// A gateway's routes as a table, out of the JSON that it shows.
struct RouteTable {
    private struct Report: Decodable {
        struct Limit: Decodable {
            let name: String
            let limit: String
            let cost: Int
        }

        struct Route: Decodable {
            let name: String
            let methods: [String]
            let path: String
            let upstream: String?
            let builtIn: String?
            let access: String
            let policies: [Limit]
            let timeout: Int?
            let maximumBody: Int?

            enum CodingKeys: String, CodingKey {
                case name, methods, path, upstream, access, policies
                case builtIn = "built_in"
                case timeout = "timeout_ms"
                case maximumBody = "max_body_bytes"
            }
        }

        let file: String
        let hash: String
        let version: Int?
        let routes: [Route]
    }

    let text: String

    /// - Throws: when the text is no such report.
    init(json: String) throws {
        let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
        let header = ["route", "methods", "path", "to", "access", "limits", "timeout", "body"]
        let rows = report.routes.map { route in
            [
                route.name, route.methods.filter { $0 != "HEAD" }.joined(separator: ","), route.path,
                route.upstream ?? "(\(route.builtIn ?? "gateway"))", route.access,
                route.policies.map(Self.limit).joined(separator: ", "), route.timeout.map { "\($0) ms" } ?? "",
                route.maximumBody.map { "\($0) B" } ?? "",
            ]
        }
        let version = report.version.map { "version \($0), " } ?? ""
        text = TextTable(header, rows).text + "\n\(report.file) · \(version)SHA-256 \(report.hash.prefix(12))…"
    }

    private static func limit(_ limit: Report.Limit) -> String {
        "\(limit.name) \(limit.limit)" + (limit.cost == 1 ? "" : " ×\(limit.cost)")
    }
}
