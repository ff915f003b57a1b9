import APIContract
import Consistency
import Crypto
import HTTPService
import HTTPTypes
import Postgres
import Testing

@Suite("The tokens that a request carries")
struct PresentedTokenTests {
    private static let codec = ConsistencyTokenCodec(key: SymmetricKey(data: Array(repeating: 7 as UInt8, count: 32)))
    private static let user = 17

    private static func text(_ epoch: Int, _ number: Int, user: Int = user, codec: ConsistencyTokenCodec = codec)
        -> String
    {
        codec.encode(ConsistencyToken(userID: user, revision: Revision(epoch: epoch, number: number)))
    }

    private static func presented(_ headers: HTTPFields) throws -> PresentedToken {
        try PresentedToken(headers, userID: user, codec: codec)
    }

    private static let access = "cryptodesk_access=x"
    private static let name = "cryptodesk_consistency"

    @Test("without one there is no minimum, and the answer carries the first")
    func none() throws {
        let presented = try Self.presented([.authorization: "Bearer x"])
        #expect(presented.minimum == nil)
        let fields = presented.fields(Revision(epoch: 1, number: 3))
        #expect(fields == [HTTPField(name: .consistencyToken, value: Self.text(1, 3))])
    }

    @Test("the newer of header and cookie counts")
    func newer() throws {
        let pairs = [((1, 9), (2, 1)), ((2, 1), (1, 9)), ((1, 3), (1, 4)), ((1, 4), (1, 3))]
        for (header, cookie) in pairs {
            let presented = try Self.presented([
                .consistencyToken: Self.text(header.0, header.1),
                .cookie: "\(Self.access); \(Self.name)=\(Self.text(cookie.0, cookie.1))",
            ])
            #expect(
                presented.minimum
                    == max(Revision(epoch: header.0, number: header.1), Revision(epoch: cookie.0, number: cookie.1)))
        }
    }

    @Test("a header that is not the caller's token is refused")
    func foreignHeader() {
        let forged = String(Self.text(1, 1).dropLast()) + "!"
        for header in [Self.text(1, 1, user: 18), forged, "", "x", Self.text(1, 1) + ", " + Self.text(1, 1)] {
            let error = #expect(throws: APIError.self) { try Self.presented([.consistencyToken: header]) }
            #expect(error?.status == 400 && error?.code == .invalidConsistencyToken)
        }
    }

    @Test("where the data is another user's, only that user's header counts, and cookies stay as they are")
    func otherUser() throws {
        let cookies = "\(Self.access); \(Self.name)=\(Self.text(1, 9, user: 18))"
        for (header, minimum) in [(Self.text(1, 4), Revision(epoch: 1, number: 4)), (Self.text(1, 5, user: 18), nil)] {
            let presented = try PresentedToken(
                [.consistencyToken: header, .cookie: cookies], userID: Self.user, callerID: 18, codec: Self.codec)
            #expect(presented.minimum == minimum)
            let fields = presented.fields(Revision(epoch: 1, number: 7))
            #expect(fields == [HTTPField(name: .consistencyToken, value: Self.text(1, 7))])
        }
        let error = #expect(throws: APIError.self) {
            try PresentedToken(
                [.consistencyToken: Self.text(1, 4, user: 19)], userID: Self.user, callerID: 18, codec: Self.codec)
        }
        #expect(error?.code == .invalidConsistencyToken)
    }

    @Test("a cookie that is not the caller's token is passed over and replaced")
    func foreignCookie() throws {
        for cookie in [Self.text(1, 9, user: 18), "x", ""] {
            let presented = try Self.presented([.cookie: "\(Self.access); \(Self.name)=\(cookie)"])
            #expect(presented.minimum == nil)
            let fields = presented.fields(Revision(epoch: 1, number: 2))
            #expect(fields.last?.name == .setCookie)
            #expect(fields.last?.value == "\(Self.name)=\(Self.text(1, 2)); Path=/; HttpOnly; SameSite=Lax")
        }
    }

    @Test("a cookie is set for callers by cookie only, and only when it changed")
    func cookies() throws {
        let (old, new) = (Revision(epoch: 1, number: 2), Revision(epoch: 1, number: 3))
        let unchanged = try Self.presented([.cookie: "\(Self.access); \(Self.name)=\(Self.text(1, 2))"])
        #expect(unchanged.fields(old).map(\.name) == [.consistencyToken])
        #expect(unchanged.fields(new).map(\.name) == [.consistencyToken, .setCookie])
        let bearer = try Self.presented([.authorization: "Bearer x", .cookie: "\(Self.name)=\(Self.text(1, 2))"])
        #expect(bearer.minimum == old && bearer.fields(new).map(\.name) == [.consistencyToken])
        let byHeader = try Self.presented([.cookie: Self.access, .consistencyToken: Self.text(1, 2)])
        #expect(byHeader.fields(old).map(\.name) == [.consistencyToken, .setCookie])
    }

    @Test("on https the cookie is bound to it, as the session's is")
    func secureCookie() throws {
        let presented = try Self.presented([.cookie: "a=b; __Host-cryptodesk_access=x"])
        let value = presented.fields(Revision(epoch: 1, number: 2)).last?.value
        #expect(value == "__Host-\(Self.name)=\(Self.text(1, 2)); Path=/; HttpOnly; SameSite=Lax; Secure")
        let cookies =
            "__Host-cryptodesk_access=x; __Host-\(Self.name)=\(Self.text(1, 2)); \(Self.name)=\(Self.text(1, 1))"
        let again = try Self.presented([.cookie: cookies])
        #expect(again.fields(Revision(epoch: 1, number: 2)).map(\.name) == [.consistencyToken])
    }

    @Test("a token of the key before is believed, and written anew")
    func rotation() throws {
        let old = ConsistencyTokenCodec(key: SymmetricKey(data: Array(repeating: 8 as UInt8, count: 32)))
        let both = ConsistencyTokenCodec(
            key: SymmetricKey(data: Array(repeating: 7 as UInt8, count: 32)),
            previousKey: SymmetricKey(data: Array(repeating: 8 as UInt8, count: 32)))
        let headers: HTTPFields = [.cookie: "\(Self.access); \(Self.name)=\(Self.text(1, 2, codec: old))"]
        let presented = try PresentedToken(headers, userID: Self.user, codec: both)
        let revision = Revision(epoch: 1, number: 2)
        #expect(presented.minimum == revision)
        #expect(presented.fields(revision).first?.value == Self.text(1, 2))
        #expect(presented.fields(revision).last?.name == .setCookie)
    }
}
