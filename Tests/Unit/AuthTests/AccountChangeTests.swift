import APIContract
import Auth
import Authentication
import JSON
import Testing

@Suite("Changes of accounts by administrators")
struct AccountChangeTests {
    private func change(_ text: String) throws -> AccountChange {
        try AccountChange(validating: JSONValue(parsing: Array(text.utf8)).object ?? JSONObject())
    }

    @Test("what is left out stays as it is, and anything else must be right")
    func body() throws {
        #expect(try change("{}") == AccountChange())
        #expect(try change(#"{"role":"admin"}"#) == AccountChange(role: .admin))
        #expect(
            try change(#"{"role":"user","is_active":false}"#) == AccountChange(role: .user, isActive: false))
        for text in [
            #"{"role":"root"}"#, #"{"role":null}"#, #"{"is_active":1}"#, #"{"is_active":"true"}"#, #"{"email":"x"}"#,
        ] {
            #expect(throws: APIError.self) { try change(text) }
        }
    }

    @Test("only the last active administrator must stay one")
    func lastAdmin() {
        for change in [AccountChange(role: .user), AccountChange(isActive: false)] {
            #expect(change.leavesNoAdmin(of: [7], changing: 7))
            #expect(!change.leavesNoAdmin(of: [7, 8], changing: 7))
            #expect(!change.leavesNoAdmin(of: [7], changing: 8))
            #expect(!change.leavesNoAdmin(of: [], changing: 8))
        }
        for change in [AccountChange(), AccountChange(role: .admin), AccountChange(isActive: true)] {
            #expect(!change.leavesNoAdmin(of: [7], changing: 7))
        }
    }
}
