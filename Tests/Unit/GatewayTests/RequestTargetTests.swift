import Gateway
import Testing

@Suite("Request target")
struct RequestTargetTests {
    @Test(
        "an origin form is passed on as it came, split into path and query",
        arguments: [
            ("/", "/"), ("/health", "/health"), ("/a/b?c=d/../e", "/a/b"), ("/a?", "/a"), ("/a/?q=%2e%2e", "/a/"),
            ("/.well-known/jwks.json", "/.well-known/jwks.json"), ("/a..b/c.", "/a..b/c."), ("/a%20b", "/a%20b"),
            ("/a%C3%A4%25", "/a%C3%A4%25"),
            ("/a;b=c/@:!$&'()*+,=~", "/a;b=c/@:!$&'()*+,=~"), ("/a?x|y^{}[]\"<>`\\", "/a"),
        ])
    func originForm(uri: String, path: String) throws {
        let target = try RequestTarget(uri, isOptions: false)
        #expect(target.text == uri)
        #expect(target.pathText == path)
        #expect(target.authority == nil)
    }

    @Test(
        "a path that somebody else could read as a different one is refused",
        arguments: [
            "//a", "/a//b", "/a/./b", "/a/../b", "/..", "/.", "/a/..", "/a/..;x=y/b", "/a/.;/b", "/%2e%2e/a", "/%2E/a",
            "/a%2fb", "/a%2Fb", "/a%5cb", "/a%00b", "/a%0ab", "/a%7fb", "/a%", "/a%2", "/a%zz", "/a\\b", "/a b",
            "/a\u{7f}",
            "/ä", "/a%252fb", "/%252e%252e/a", "/a%c0%af", "/%c0%ae%c0%ae", "/a%ff", "/a%e2%82", "/a#b", "/a?b#c",
            "/a?b c", "/a?\u{1}", "/a<b", "/a\"b", "", "a", "a/b", "*x",
        ])
    func ambiguous(uri: String) {
        #expect(throws: RequestRefusal.self) { try RequestTarget(uri, isOptions: false) }
    }

    @Test(
        "an absolute form goes up in origin form, and its authority counts",
        arguments: [
            ("http://desk.example/a?b", "desk.example", "/a?b"), ("HTTP://desk.example", "desk.example", "/"),
            ("https://desk.example:8443/", "desk.example:8443", "/"), ("http://desk.example?b", "desk.example", "/?b"),
        ])
    func absoluteForm(uri: String, authority: String, text: String) throws {
        let target = try RequestTarget(uri, isOptions: false)
        #expect(target.authority == authority)
        #expect(target.text == text)
    }

    @Test(
        "other absolute forms are refused",
        arguments: ["http://", "http:///a", "ftp://a/b", "http:/a", "http://a/../b", "desk.example:443", "http://a#b"])
    func badAbsoluteForm(uri: String) {
        #expect(throws: RequestRefusal.self) { try RequestTarget(uri, isOptions: false) }
    }

    @Test("only OPTIONS may ask for the asterisk")
    func asterisk() throws {
        #expect(try RequestTarget("*", isOptions: true).form == .asterisk)
        #expect(throws: RequestRefusal.self) { try RequestTarget("*", isOptions: false) }
    }
}
