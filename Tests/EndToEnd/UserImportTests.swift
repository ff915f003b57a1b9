import Foundation
import JSON
import TestSupport
import Testing

@Suite("desk users import")
struct UserImportTests {
    /// Made by passlib 1.7.4, and the last by bcrypt 3.2.2 with noise in the bits that mean nothing.
    private static let hashes = [
        (password: "Imported-Horse-1", hash: "$2a$05$GF5jGnpdGPLDpweOzns8guxHQ0S4kC.g8KqH2Vd9PPoEuGxXWM6Uu"),
        (password: "Imported-Hörse-2", hash: "$2b$05$g1sMi8FV2M1VbqU/uwL/4uIL8xS8L4uYSBPZLpbJbHJzJ1JmdIk9S"),
        (password: "Imported-Horse-3", hash: "$2y$06$LJHZIRo2CrNjiohtis4ci.L8KiXDqQkPHCyFmd783.GAsXvhwGYTK"),
        (password: "Imported-Horse-4", hash: "$2b$12$oPkCl0S4jQ0m9K3929Vu6e5z4iLD4f04Lxo93KrcBlEpycCzamcje"),
    ]

    private static func withFile<R>(
        _ text: String, named name: String = "accounts.csv", _ body: (String) async throws -> R
    ) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try await body(file.path)
    }

    private static func csv(_ rows: [(email: String, hash: String)]) -> String {
        (["email,full_name,role,password_hash"] + rows.map { "\($0.email),\"Imported, \($0.email)\",user,\($0.hash)" })
            .joined(separator: "\r\n") + "\r\n"
    }

    @Test(
        "accounts of another system sign in through nginx with the passwords that they had, and the audit log names them"
    )
    func signIn() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let client = APIClient(cluster.baseURL)
        let rows = Self.hashes.map { (email: TestUser.newEmail(), hash: $0.hash) }
        let (output, status) = try await Self.withFile(Self.csv(rows)) { try await cluster.desk("users", "import", $0) }
        #expect(status == 0 && output.contains("Imported 4 accounts."), "\(output)")
        for (row, known) in zip(rows, Self.hashes) {
            #expect(try await client.login(row.email, known.password + "x").status == 401)
            let login = try await client.login(row.email.uppercased(), known.password)
            #expect(login.status == 200, "\(login.text)")
            let shown = try await client.with(token: login["access_token"]?.string).get("/api/v1/auth/me")
            #expect(shown["email"]?.string == row.email && shown["role"]?.string == "user")
            let id = try #require(shown["id"]?.integer)
            let audit =
                "SELECT action, details->>'role' FROM audit_log WHERE user_id = \(id) AND action LIKE 'account.%'"
            #expect(try await cluster.query("postgres-1", audit) == "account.imported|user")
        }
    }

    @Test("noise in the bits of a hash that mean nothing does not keep its owner out")
    func paddingBits() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let email = TestUser.newEmail()
        // The salt's last letter u is 48, whose low four bits mean nothing; x is 51.
        let noisy = Self.hashes[1].hash.replacing("/4uIL8", with: "/4xIL8")
        let line = #"{"email":"\#(email)","full_name":"Noisy","password_hash":"\#(noisy)"}"#
        let (output, status) = try await Self.withFile(line, named: "accounts.ndjson") {
            try await cluster.desk("users", "import", $0)
        }
        #expect(status == 0, "\(output)")
        #expect(try await APIClient(cluster.baseURL).login(email, Self.hashes[1].password).status == 200)
    }

    @Test("one wrong line, and nothing is written; every wrong line and every collision is told")
    func allOrNothing() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (good, twice) = (TestUser.newEmail(), TestUser.newEmail())
        let known = Self.hashes[0]
        let text = Self.csv([
            (good, known.hash), (twice, known.hash), ("nobody", known.hash), (twice.uppercased(), known.hash),
            (TestUser.newEmail(), "$2b$20$" + known.hash.dropFirst(7)),
        ])
        let (output, status) = try await Self.withFile(text) { try await cluster.desk("users", "import", $0) }
        #expect(status == 1)
        for line in [
            "line 4: email is no e-mail address", "line 6: password_hash must",
            "lines 3, 5: the same address, \(twice)",
        ] {
            #expect(output.contains(line), "\(output)")
        }
        #expect(!output.contains(known.hash.suffix(31)), "a hash is a secret")
        for email in [good, twice] {
            #expect(try await APIClient(cluster.baseURL).login(email, known.password).status == 401)
        }
    }

    @Test("an address joins nobody: accounts of another system are known by the numbers that they had there")
    func legacyUsers() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (squatter, known) = (try await TestUser.make(cluster), Self.hashes[0])
        let first = Int.random(in: 1..<1_000_000_000)
        func csv(_ rows: [(email: String, id: Int)]) -> String {
            (["email,full_name,password_hash,legacy_user_id"] + rows.map { "\($0.email),N,\(known.hash),\($0.id)" })
                .joined(separator: "\n")
        }
        func imported(_ text: String) async throws -> (output: String, status: Int32) {
            try await Self.withFile(text) { try await cluster.desk("users", "import", $0, "--skip-existing") }
        }
        let (ann, bob) = (TestUser.newEmail(), TestUser.newEmail())
        let refused = try await imported(
            csv([(squatter.email.uppercased(), first), (ann, first + 1), (bob, first + 1)]))
        #expect(refused.status == 1)
        #expect(
            refused.output.contains("line 2: the address \(squatter.email.uppercased()) belongs to another account"))
        #expect(refused.output.contains("lines 3, 4: the same legacy_user_id, \(first + 1)"), "\(refused.output)")
        #expect(try await squatter.client.login(ann, known.password).status == 401)

        #expect(try await imported(csv([(ann, first)])).output.contains("Imported 1 accounts."))
        let renamed = TestUser.newEmail().uppercased()
        let again = try await imported(csv([(renamed, first), (bob, first + 1)]))
        #expect(again.output.contains("Imported 1 accounts (1 skipped: they were there)."), "\(again.output)")
        let stored =
            "SELECT string_agg(legacy_user_id::text, ' ' ORDER BY id) FROM users WHERE email IN ('\(ann)', '\(bob)')"
        #expect(try await cluster.query("postgres-1", stored) == "\(first) \(first + 1)")

        // What its tokens call them is the newest file's word, letter by letter.
        let names =
            "SELECT string_agg(legacy_email, ' ' ORDER BY legacy_user_id) FROM legacy_identities WHERE legacy_user_id IN "
            + "(\(first), \(first + 1), \(first + 2))"
        #expect(try await cluster.query("postgres-1", names) == "\(renamed) \(bob)")
        #expect(try await imported(csv([(renamed, first + 2)])).output.contains("Imported 1 accounts."))
        let holder = "SELECT legacy_user_id FROM legacy_identities WHERE legacy_email = '\(renamed)'"
        #expect(try await cluster.query("postgres-1", holder) == "\(first + 2)", "one name, one user")
    }

    @Test("who has an account keeps it: the file is refused, or the line is skipped where that is asked for")
    func existing() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let (new, known) = (TestUser.newEmail(), Self.hashes[0])
        try await Self.withFile(Self.csv([(user.email.uppercased(), known.hash), (new, known.hash)])) { file in
            let (refusal, refused) = try await cluster.desk("users", "import", file)
            #expect(refused == 1 && refusal.contains("line 2: there is an account with the address"), "\(refusal)")
            #expect(try await user.client.login(new, known.password).status == 401)

            let (trial, tried) = try await cluster.desk(
                "users", "import", file, "--skip-existing", "--dry-run", "--json")
            let report = try #require(try JSONValue(parsing: Array(trial.utf8)).object)
            #expect(tried == 0 && report["accounts"]?.integer == 2 && report["imported"]?.integer == 0)
            #expect(report["existing"]?.array?.first?.object?["line"]?.integer == 2)
            #expect(try await user.client.login(new, known.password).status == 401)

            let (output, status) = try await cluster.desk("users", "import", file, "--skip-existing")
            #expect(status == 0 && output.contains("Imported 1 accounts (1 skipped: they were there)."), "\(output)")
        }
        #expect(try await user.client.login(new, known.password).status == 200)
        #expect(try await user.client.login(user.email, known.password).status == 401)
        #expect(try await user.client.login(user.email, TestUser.password).status == 200)
    }
}
