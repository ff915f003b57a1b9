import Foundation
import Testing

@Suite("docs/security.md")
struct SecurityPageTests {
    /// From this file up to the repository.
    private static let repository = (0..<4).reduce(URL(filePath: #filePath)) { folder, _ in
        folder.deletingLastPathComponent()
    }

    /// The cells of each row that names a threat: its number, the threat, the decision and what proves it.
    private static func rows() throws -> [[String]] {
        let page = try String(contentsOf: repository.appending(path: "docs/security.md"), encoding: .utf8)
        return page.split(separator: "\n").filter { $0.contains(/^\| \d+ \|/) }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The text of every Swift file below `Tests`.
    private static func sources() throws -> [String] {
        let tests = repository.appending(path: "Tests")
        let files = try #require(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    /// `Suite.function` of every test that a file declares.
    private static func tests(in source: String) -> Set<String> {
        var tests: Set<String> = []
        var suite: Substring?
        var isTest = false
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            if let declared = line.firstMatch(of: /^(?:@Suite.*\s)?(?:final )?(?:struct|class|extension) (\w+)/)?.1 {
                suite = declared
            }
            if line.contains(/^\s+@Test\b/) { isTest = true }
            if line.allSatisfy(\.isWhitespace) { isTest = false }
            guard let name = line.firstMatch(of: /^\s+(?:@Test.*\s)?func (\w+)\(/)?.1 else { continue }
            if isTest, let suite { tests.insert("\(suite).\(name)") }
            isTest = false
        }
        return tests
    }

    @Test("every row says what is tried, what was decided and which tests prove it, and every one of those exists")
    func rows() throws {
        let existing = try Self.sources().reduce(into: Set<String>()) { $0.formUnion(Self.tests(in: $1)) }
        let rows = try Self.rows()
        #expect(rows.count >= 20)
        for row in rows {
            try #require(row.count == 4 && row.allSatisfy { !$0.isEmpty }, "\(row)")
            let named = row[3].split(separator: ", ").map { $0.trimmingCharacters(in: ["`"]) }
            for test in named { #expect(existing.contains(test), "\(row[0]) names \(test), which is no test") }
        }
    }

    @Test("no number is given twice")
    func numbers() throws {
        let numbers = try Self.rows().map { $0[0] }
        #expect(Set(numbers).count == numbers.count)
    }

    @Test("a test is told from a function beside it, from a comment and from another suite's")
    func reading() {
        let source = """
            @Suite("A")
            struct ATests {
                // @Test: func no()
                func helper() {}

                @Test(
                    "with arguments", arguments: [1])
                func first(number: Int) {}

                @Test("b") func second() {}
            }

            @Suite struct BTests {
                @Test("c")
                func third() {}
            }
            """
        #expect(Self.tests(in: source) == ["ATests.first", "ATests.second", "BTests.third"])
    }
}
