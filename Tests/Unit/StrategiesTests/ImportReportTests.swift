import APIContract
import JSON
import NIOCore
import Strategies
import Testing

@Suite("what became of the lines of an import")
struct ImportReportTests {
    private func text(_ report: ImportReport) -> (text: String, pieces: Int) {
        let pieces = report.pieces.map { String(buffer: $0) }
        return (pieces.joined(), pieces.count)
    }

    private let mistake = APIError.validation([
        FieldError(["body", "strategy_name"], "field required", type: "value_error.missing")
    ])

    @Test("is told line by line, in their order")
    func order() {
        var report = ImportReport()
        report.refused(mistake, line: 3)
        report.created(17, line: 1)
        report.created(18, line: 4)
        #expect(report.createdCount == 2 && report.refusedCount == 1)
        let expected = #"""
            {"line":1,"status":201,"id":17}
            {"line":3,"status":422,"detail":[{"loc":["body","strategy_name"],"msg":"field required","type":"value_error.missing"}],"code":"validation_failed"}
            {"line":4,"status":201,"id":18}

            """#
        #expect(text(report).text == expected)
        #expect(text(ImportReport()).text == "")
    }

    @Test("is told of every line, however many are wrong, each in its own way")
    func many() throws {
        var report = ImportReport()
        for line in 1...20_000 {
            let message = "mistake \(line) " + String(repeating: "m", count: 400)
            report.refused(.validation([FieldError(["body"], message, type: "t")]), line: line)
        }
        let (text, pieces) = text(report)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 20_000 && pieces > 10)
        let (first, last) = (
            try JSONValue(parsing: Array(lines[0].utf8)).object,
            try JSONValue(parsing: Array(lines[19_999].utf8)).object
        )
        #expect(first?["detail"]?.array?.count == 1)
        // What would take too much memory is left out of those that come late.
        #expect(last?["line"]?.integer == 20_000 && last?["code"]?.string == "validation_failed")
        #expect(last?["detail"] == nil && text.utf8.count < 6_000_000)
    }
}
