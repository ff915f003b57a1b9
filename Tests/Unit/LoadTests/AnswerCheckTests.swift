import Load
import NIOCore
import Testing

@Suite("checking answers")
struct AnswerCheckTests {
    private static func strategy(_ id: Int, of user: Int, description: String = "d") -> String {
        #"{"id":\#(id),"user_id":\#(user),"strategy_name":"n","description":"\#(description)","parameters":{"user_id":9}}"#
    }

    private static func list(_ strategies: [String]) -> String { "[" + strategies.joined(separator: ",") + "]" }

    private func scan(_ text: String, of user: Int = 7) -> Int? {
        ByteBuffer(string: text).withUnsafeReadableBytes { ListScan.count($0, of: user) }
    }

    @Test("a list of one user's strategies is counted")
    func counts() {
        #expect(scan("[]") == 0)
        #expect(scan(Self.list([Self.strategy(1, of: 7), Self.strategy(2, of: 7)])) == 2)
        #expect(scan(#"[ { "user_id" : 7 , "tags" : ["user_id", "a\"b", "]"] } ]"# + "\n") == 1)
    }

    @Test(
        "what is no such list is not counted",
        arguments: [
            "", "{}", "[", "[]]", "[]x", "[1]", "[true]", #"["user_id"]"#, #"[[{"user_id":7}]]"#, "[{}]",
            #"[{"id":1}]"#,
            #"[{"user_id":7}"#, #"[{"user_id":70}]"#, #"[{"user_id":"7"}]"#, #"[{"user_id":7,"user_id":7}]"#,
            #"[{"user_id":7},{}]"#, #"[{"user_id":7,"user_id":8},{"id":1}]"#, #"[{"parameters":{"user_id":7}}]"#,
            #"[{"name":"user_id","id":7}]"#, #"[{"user_id":7.5}]"#, #"[{"user_id":8}]"#, #"{"detail":"no"}"#,
            "[{\"user_id\":7,\"a\":\"", "[{\"user_id\":",
        ])
    func refuses(text: String) { #expect(scan(text) == nil) }

    // MARK: Users

    private func user(_ strategies: [Int] = [1, 2]) -> VirtualUser {
        let account = LoadUser(
            email: "a@example.com", password: "p", id: 7, accessToken: "a", accessTokenEnds: 1000, refreshToken: "r")
        return VirtualUser(PreparedUser(user: account, strategies: strategies))
    }

    private func answer(_ status: Int, _ body: String, token: String? = nil) -> HTTPAnswer {
        HTTPAnswer(status: status, body: ByteBuffer(string: body), consistencyToken: token)
    }

    private func error(_ user: VirtualUser, _ step: OperationStep, _ answer: HTTPAnswer) -> LoadError? {
        do throws(LoadError) {
            _ = try user.take(answer, to: step, now: 0)
            return nil
        } catch {
            return error
        }
    }

    @Test("a list must have as many strategies as the user")
    func listCount() {
        let two = Self.list([Self.strategy(1, of: 7), Self.strategy(2, of: 7)])
        #expect(error(user(), .list, answer(200, two)) == nil)
        #expect(
            error(user([1, 2, 3]), .list, answer(200, two))
                == .wrongBody("another number of strategies than this user has"))
        #expect(error(user(), .list, answer(200, "[]")) != nil)
        #expect(
            error(user(), .list, answer(503, #"{"detail":"x","code":"overloaded"}"#))
                == .status(503, code: "overloaded"))
    }

    @Test("a strategy must be the one that was asked for, with its change")
    func strategy() {
        #expect(error(user(), .get(1), answer(200, Self.strategy(1, of: 7))) == nil)
        #expect(error(user(), .get(1), answer(200, Self.strategy(2, of: 7))) == .wrongBody("another strategy"))
        #expect(error(user(), .get(1), answer(200, Self.strategy(1, of: 8))) == .wrongBody("another user's strategy"))
        #expect(error(user(), .get(1), answer(200, "<html>")) == .wrongBody("no JSON object"))
        let change = OperationStep.change(1, description: "new")
        #expect(error(user(), change, answer(200, Self.strategy(1, of: 7, description: "new"))) == nil)
        #expect(
            error(user(), change, answer(200, Self.strategy(1, of: 7))) == .wrongBody("a strategy without the change"))
    }

    @Test("what was created is deleted, and its change is echoed from then on")
    func createAndDelete() throws {
        let user = user()
        guard case .create(let name) = user.begin(.createAndDelete, at: 0) else {
            Issue.record("not a creation")
            return
        }
        let created = #"{"id":9,"user_id":7,"strategy_name":"\#(name)"}"#
        let next = try user.take(answer(201, created, token: "t"), to: .create(name: name), now: 0)
        #expect(next == .delete(9))
        #expect(user.consistencyToken == "t")
        #expect(try user.take(answer(204, ""), to: .delete(9), now: 0) == nil)
        #expect(error(user, .list, answer(200, "[]")) != nil)
    }

    @Test("after a deletion without an answer the number of strategies is not held against a list")
    func unknownCount() {
        let user = user()
        user.fail(.delete(9))
        #expect(error(user, .list, answer(200, Self.list([Self.strategy(1, of: 7)]))) == nil)
        #expect(error(user, .list, answer(200, Self.list([Self.strategy(1, of: 8)]))) != nil)
    }

    @Test("a token is renewed before its end, by a login where a refresh failed")
    func renewal() throws {
        let user = user()
        #expect(user.signIn(at: 900) == nil)
        #expect(user.signIn(at: 950) == .refresh)
        #expect(user.begin(.refresh, at: 0) == .refresh("r"))
        user.fail(.refresh("r"))
        #expect(user.signIn(at: 950) == .login)
        let pair = #"{"access_token":"b","refresh_token":"s","token_type":"bearer","expires_in":900}"#
        #expect(try user.take(answer(200, pair), to: .login(email: "", password: ""), now: 950) == nil)
        #expect(user.account.accessToken == "b")
        #expect(user.signIn(at: 1000) == nil)
        #expect(user.signIn(at: 1800) == .refresh)
        #expect(error(user, .refresh("s"), answer(200, "{}")) == .wrongBody("no pair of tokens"))
    }
}
