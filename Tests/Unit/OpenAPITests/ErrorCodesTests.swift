import JSON
import Testing

@Suite("docs/openapi.yaml and the error codes")
struct ErrorCodesTests {
    private static let document = "docs/openapi.yaml"

    /// Every code that the sources name.
    private static func ofSources() throws -> Set<String> {
        Set(
            try Repository.sources(["Shared", "Services"]).flatMap { source in
                source.matches(of: /ErrorCode\(rawValue: "([^"]+)"\)/).map { String($0.1) }
            })
    }

    private static func listed() throws -> [String] {
        let list = try Contract.read().value(at: "#/components/schemas/ErrorCode")?.object?["enum"]?.array ?? []
        return list.compactMap(\.string)
    }

    @Test("every code of the sources is listed")
    func sources() throws {
        let (codes, listed) = (try Self.ofSources(), try Self.listed())
        #expect(codes.count > 30)
        for code in codes.subtracting(listed).sorted() {
            Issue.record(
                """
                \(Self.document) lacks the error code \(code): add `- \(code)` to components.schemas.ErrorCode.enum, and to \
                the `code` of the answers that it comes with.
                """)
        }
    }

    @Test("every code that is listed is one of the sources, and is there once")
    func document() throws {
        let listed = try Self.listed()
        #expect(Set(listed).count == listed.count)
        for code in Set(listed).subtracting(try Self.ofSources()).sorted() {
            Issue.record("\(Self.document) lists the error code \(code), which no source has: remove it.")
        }
    }

    @Test("every code that is listed comes with an answer, and no answer has another one")
    func answers() throws {
        let contract = try Contract.read()
        let codes = Contract.codes(in: contract.root)
        let listed = Set(try Self.listed())
        for code in listed.subtracting(codes).sorted() {
            Issue.record("No answer in \(Self.document) has the code \(code): add it where it comes, or remove it.")
        }
        for code in codes.subtracting(listed).sorted() {
            Issue.record(
                "An answer in \(Self.document) has the code \(code), which components.schemas.ErrorCode lacks.")
        }
    }
}
