import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("The Consistency-Token on its way through nginx and the gateways", .serialized)
struct ConsistencyTokenTests {
    private static let field = "Consistency-Token"
    private static let cookie = "cryptodesk_consistency"

    @Test("goes out and comes back by header, over any gateway and both services")
    func header() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let id = try await user.createStrategy("S")
        var token: String?
        for (index, gateway) in [cluster.gatewayURL(1), cluster.gatewayURL(2), cluster.baseURL].enumerated() {
            let client = user.client.at(gateway)
            let headers = token.map { [(Self.field, $0)] } ?? []
            let body = "{\"parameters\":{\"n\":\(index)}}"
            let patched = try await client.send(
                .PATCH, "/api/v1/strategies/\(id)", headers: headers, body: ("application/json", body))
            #expect(patched.status == 200)
            let fresh = try #require(patched.headers.first(name: Self.field))
            #expect(fresh != token)
            token = fresh
            let written = [(Self.field, fresh)]
            for path in ["/api/v1/strategies/\(id)", "/api/v1/auth/me", "/api/v1/strategies?consistency=strong"] {
                let shown = try await user.client.get(path, headers: written)
                #expect(shown.status == 200 && shown.headers.first(name: Self.field) == token, "\(path)")
            }
        }
        let other = try await TestUser.make(cluster)
        let refused = try await other.client.get("/api/v1/auth/me", headers: [(Self.field, try #require(token))])
        #expect(refused.status == 400 && refused["code"] == .string("invalid_consistency_token"))
    }

    @Test("a browser gets it as a cookie, when it has changed, and an allowed page may read it")
    func browser() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let browser = APIClient(cluster.baseURL)
        let session = "cryptodesk_access=\(user.accessToken)"
        let first = try await browser.get(
            "/api/v1/auth/me", headers: [("Cookie", session), ("Origin", "http://localhost:\(cluster.port)")])
        #expect(first.status == 200)
        let token = try #require(first.headers.first(name: Self.field))
        #expect(first.headers[canonicalForm: "Set-Cookie"].contains { $0.hasPrefix("\(Self.cookie)=\(token)") })
        let exposed = first.headers[canonicalForm: "Access-Control-Expose-Headers"]
        #expect(exposed.contains { $0 == Self.field })
        let again = try await browser.get(
            "/api/v1/auth/me", headers: [("Cookie", "\(session); \(Self.cookie)=\(token)")])
        #expect(again.status == 200 && again.headers.first(name: "Set-Cookie") == nil)
        let leftover = try await browser.get(
            "/api/v1/auth/me", headers: [("Cookie", "\(session); \(Self.cookie)=x")])
        #expect(leftover.status == 200 && leftover.headers.first(name: "Set-Cookie") != nil)
    }
}
