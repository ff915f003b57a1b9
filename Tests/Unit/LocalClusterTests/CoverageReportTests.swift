import JSON
import LocalCluster
import Testing

@Suite("The report of coverage")
struct CoverageReportTests {
    private static func file(_ path: String, _ count: Int, _ covered: Int) -> String {
        #"{"filename":"\#(path)","summary":{"lines":{"count":\#(count),"covered":\#(covered),"percent":1.5}}}"#
    }

    @Test("lines are added up by module; tests, tools and other people's packages do not count")
    func modules() throws {
        let files = [
            Self.file("/r/Shared/JSON/A.swift", 10, 9), Self.file("/r/Shared/JSON/Deep/B.swift", 10, 5),
            Self.file("/r/Services/Auth/Sources/C.swift", 20, 20), Self.file("/r/Shared/TestSupport/D.swift", 9, 0),
            Self.file("/r/Tools/Desk/E.swift", 9, 0), Self.file("/elsewhere/Shared/JSON/F.swift", 9, 0),
        ]
        let export = try JSONValue(parsing: #"{"data":[{"files":[\#(files.joined(separator: ","))]}]}"#.utf8)
        let report = CoverageReport(export: export, repository: "/r")
        #expect(report.modules.map(\.name) == ["Services/Auth", "Shared/JSON"])
        #expect(report.modules.map(\.lines) == [.init(count: 20, covered: 20), .init(count: 20, covered: 14)])
        #expect(report.total.share == 0.85)
    }

    @Test("nothing at all is no coverage")
    func empty() throws {
        #expect(CoverageReport(export: try JSONValue(parsing: #"{"data":[]}"#.utf8), repository: "/r").total.share == 0)
    }
}
