import APIContract
import Auth
import Testing

@Suite("The login form")
struct LoginFormTests {
    private func items(_ text: String) -> [String] {
        do {
            _ = try LoginForm(FormBody(Array(text.utf8)))
            return []
        } catch {
            guard case .fields(let fields) = error.detail else { return ["\(error.status)"] }
            return fields.map { $0.location.joined(separator: ".") + " " + $0.type }
        }
    }

    @Test("encoded letters, plus signs and empty pairs are read as browsers write them")
    func decoding() throws {
        let form = try LoginForm(
            FormBody(Array("username=a%2Bb%40c.co&&password=p+%26%3D%C3%A4%00&scope=&grant_type=password".utf8)))
        #expect(form.username == "a+b@c.co")
        #expect(form.password == "p &=ä\0")
    }

    @Test("what OAuth2 lets a client add is ignored")
    func additions() {
        #expect(items("grant_type=password&username=a&password=b&scope=x+y&client_id=1&client_secret=2&other=3") == [])
        #expect(items("grant_type=&username=a&password=b") == [])
    }

    @Test(
        "what is missing, empty, repeated or not supported is listed",
        arguments: [
            ("", ["body.username value_error.missing", "body.password value_error.missing"]),
            ("username=a", ["body.password value_error.missing"]),
            ("username=&password=b", ["body.username value_error.missing"]),
            ("username=a&username=b&password=c", ["body.username value_error.repeated"]),
            ("username=a&password=b&grant_type=client_credentials", ["body.grant_type value_error.grant_type"]),
            ("{\"username\":\"a\"}", ["body.username value_error.missing", "body.password value_error.missing"]),
            ("username=%zz&password=b", ["400"]), ("username=a%2&password=b", ["400"]),
            ("username=%ff&password=b", ["400"]), ("username=a&password=%+41", ["400"]),
        ] as [(String, [String])])
    func wrong(text: String, expected: [String]) {
        #expect(items(text) == expected)
    }

    @Test(
        "only the form's own media type is read",
        arguments: [
            ("application/x-www-form-urlencoded", true), ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true),
            ("application/json", false), ("multipart/form-data; boundary=x", false), ("", false), (nil, false),
        ] as [(String?, Bool)])
    func mediaType(contentType: String?, isNamed: Bool) {
        #expect(FormBody.isNamed(by: contentType) == isNamed)
    }
}
