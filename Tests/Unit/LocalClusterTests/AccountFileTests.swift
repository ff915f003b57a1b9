import Authentication
import Foundation
import LocalCluster
import Testing

@Suite("Files of accounts to import")
struct AccountFileTests {
    private static let header =
        "the header must name each of email, role, full_name, password_hash, legacy_user_id once (role and legacy_user_id may be missing)"
    private static let hash = "$2b$05$g1sMi8FV2M1VbqU/uwL/4uIL8xS8L4uYSBPZLpbJbHJzJ1JmdIk9S"

    /// What each line says: the account's address, or what is wrong.
    private func lines(_ text: String, _ format: AccountFile.Format) async throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "accounts-\(UUID().uuidString)")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        var lines: [String] = []
        do {
            try await AccountFile(path: file.path, format: format).read { results, share in
                #expect((0...1).contains(share))
                for result in results {
                    switch result {
                    case .success(let account):
                        let legacy = account.legacyUserID.map { " \($0)" } ?? ""
                        lines.append("\(account.line) \(account.email) \(account.role)\(legacy)")
                    case .failure(let problem): lines.append(problem.text)
                    }
                }
            }
        } catch let error as AccountFileError {
            lines.append("\(error.line) stop: \(error.reason)")
        }
        return lines
    }

    @Test("CSV by its header, in whatever order, with a role or without")
    func csv() async throws {
        let text = """
            password_hash,email,full_name,role
            \(Self.hash),ann@example.com,"Ann, Analyst",admin
            \(Self.hash),bob@example.com,Bob,
            """
        #expect(try await lines(text, .csv) == ["2 ann@example.com admin", "3 bob@example.com user"])
        let short = "email,full_name,password_hash\ncy@example.com,Cy,\(Self.hash)\n"
        #expect(try await lines(short, .csv) == ["2 cy@example.com user"])
    }

    @Test("NDJSON, an object a line")
    func ndjson() async throws {
        let text = """
            {"email":"ann@example.com","full_name":"Ann","role":"admin","password_hash":"\(Self.hash)"}

            {"password_hash":"\(Self.hash)","full_name":"Bob \\u00e4","email":"bob@example.com"}
            """
        #expect(try await lines(text, .ndjson) == ["1 ann@example.com admin", "3 bob@example.com user"])
    }

    @Test("whose account it was elsewhere is a number, as text or as JSON has it, and may be missing")
    func legacyUserIDs() async throws {
        let csv = """
            email,full_name,password_hash,legacy_user_id
            ann@example.com,Ann,\(Self.hash),7
            bob@example.com,Bob,\(Self.hash),
            cy@example.com,Cy,\(Self.hash),0
            di@example.com,Di,\(Self.hash),+8
            """
        let wrong = "legacy_user_id must be a number from 1 on"
        #expect(
            try await lines(csv, .csv) == [
                "2 ann@example.com user 7", "3 bob@example.com user", "line 4: \(wrong)", "line 5: \(wrong)",
            ])
        let ndjson =
            #"{"email":"ann@example.com","full_name":"Ann","password_hash":"\#(Self.hash)","legacy_user_id":7}"#
        #expect(try await lines(ndjson, .ndjson) == ["1 ann@example.com user 7"])
    }

    @Test("each wrong line is told with its number and everything that is wrong in it, and never with its values")
    func wrongLines() async throws {
        let text = """
            email,full_name,role,password_hash
            nobody,,root,secret
            ann@example.com,Ann,user,$2b$16$\(Self.hash.dropFirst(7))
            ann@example.com,Ann,user,$2x$05$\(Self.hash.dropFirst(7))
            ann@example.com,Ann,user
            ann@example.com,\(String(repeating: "x", count: 201)),user,\(Self.hash)
            bob@example.com,Bob,user,\(Self.hash)
            """
        let found = try await lines(text, .csv)
        let hash = "password_hash must be bcrypt's ($2a$, $2b$ or $2y$), of cost 4 to 15"
        let name = "full_name must have 1 to 200 characters, and no U+0000"
        #expect(
            found == [
                "line 2: email is no e-mail address; \(name); role must be user or admin; \(hash)", "line 3: \(hash)",
                "line 4: \(hash)", "line 5: 3 fields, where the header has 4", "line 6: \(name)",
                "7 bob@example.com user",
            ])
    }

    @Test("wrong lines of NDJSON")
    func wrongObjects() async throws {
        let text = """
            {"email":"ann@example.com"}
            [1]
            {"email":1,"full_name":"A\\u0000","password_hash":"x","admin":true}
            {"email":"ann@example.com","email":"bob@example.com"}
            {"email":"ann@example.com","full_name":"A\\u0000","password_hash":"\(Self.hash)"}
            """
        #expect(
            try await lines(text, .ndjson) == [
                "line 1: full_name is missing; password_hash is missing", "line 2: it is no JSON object",
                "line 3: email must be a string; a member has a name that is not known", "line 4: it is no JSON object",
                "line 5: full_name must have 1 to 200 characters, and no U+0000",
            ])
    }

    @Test(
        "a file whose rest cannot be understood says where",
        arguments: [
            ("", "1 stop: there is no header line"),
            (
                "email,name\n",
                "1 stop: \(Self.header)"
            ),
            (
                "email,full_name,email,password_hash\n",
                "1 stop: \(Self.header)"
            ),
            ("email,full_name,password_hash\na,\"b", "2 stop: a quote is not closed"),
        ])
    func stops(text: String, expected: String) async throws {
        #expect(try await lines(text, .csv) == [expected])
    }

    @Test("the format follows from the file's name")
    func names() {
        #expect(AccountFile.format(of: "a/b.CSV") == .csv)
        #expect(AccountFile.format(of: "b.ndjson") == .ndjson && AccountFile.format(of: "b.jsonl") == .ndjson)
        #expect(AccountFile.format(of: "b.json") == nil && AccountFile.format(of: "csv") == nil)
    }

    @Test("what is no file is said")
    func noFile() async throws {
        for path in ["/nowhere/accounts.csv", "/tmp"] {
            await #expect(throws: ClusterError.self) {
                try await AccountFile(path: path, format: .csv).read { _, _ in }
            }
        }
    }
}
