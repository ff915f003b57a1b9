import APIContract
import Accounts
import Auth
import JSON
import Testing

@Suite("Bodies of registration and profile")
struct RegistrationTests {
    private func items(_ text: String, _ read: (JSONObject) throws -> Void) throws -> [String] {
        let object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
        do {
            try read(object)
            return []
        } catch let error as APIError {
            guard case .fields(let fields) = error.detail else { return ["no list"] }
            #expect(error.status == 422)
            return fields.map { $0.location.joined(separator: ".") + " " + $0.type }
        }
    }

    private func registration(_ text: String) throws -> [String] {
        try items(text) { _ = try Registration(validating: $0, rules: PasswordRules()) }
    }

    @Test("a complete body is accepted as it is")
    func complete() throws {
        let text = #"{"email":"Alice@Example.com","password":"Passw0rd","full_name":"Alice Ä"}"#
        let object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
        let registration = try Registration(validating: object, rules: PasswordRules())
        #expect(registration.email.text == "Alice@Example.com")
        #expect(registration.password == "Passw0rd")
        #expect(registration.fullName == "Alice Ä")
    }

    @Test(
        "what is wrong is listed",
        arguments: [
            (
                "{}",
                [
                    "body.email value_error.missing", "body.password value_error.missing",
                    "body.full_name value_error.missing",
                ]
            ),
            (
                #"{"email":"x","password":"short","full_name":""}"#,
                [
                    "body.email value_error.email", "body.password value_error.password.too_short",
                    "body.password value_error.password.uppercase", "body.password value_error.password.digit",
                    "body.full_name value_error.str.min_length",
                ]
            ),
            (
                #"{"email":"a@b.co","password":"Passw0rd","full_name":"A","role":"admin","is_active":true}"#,
                ["body.role value_error.extra", "body.is_active value_error.extra"]
            ),
            (
                #"{"email":1,"password":["x"],"full_name":null}"#,
                [
                    "body.email type_error.string", "body.password type_error.string",
                    "body.full_name type_error.none",
                ]
            ),
            (
                #"{"email":"passw0rd@b.co","password":"Passw0rd","full_name":"A"}"#,
                ["body.password value_error.password.email"]
            ),
        ] as [(String, [String])])
    func wrong(text: String, expected: [String]) throws {
        #expect(try registration(text) == expected)
    }

    @Test("a profile changes its name and nothing else")
    func profile() throws {
        func profile(_ text: String) throws -> [String] { try items(text) { _ = try Profile.name(validating: $0) } }
        #expect(try profile(#"{"full_name":"B"}"#) == [])
        #expect(try profile("{}") == [])
        #expect(try profile(#"{"full_name":null}"#) == ["body.full_name type_error.none"])
        #expect(try profile(#"{"full_name":7}"#) == ["body.full_name type_error.string"])
        #expect(try profile(#"{"email":"x@y.z"}"#) == ["body.email value_error.extra"])
        #expect(
            try profile("{\"full_name\":\"\(String(repeating: "x", count: 201))\"}") == [
                "body.full_name value_error.str.max_length"
            ])
    }
}
