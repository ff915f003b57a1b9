import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// `Examples/Monolith` beside a cluster, asked as its own clients ask it.
@Suite("The monolith", .serialized)
struct MonolithTests {
    @Test("it runs beside the cluster, supervised, with mistakes and all")
    func answers() async throws {
        let cluster = try await MonolithUnderTest.start().cluster
        let process = try #require(try await cluster.processes().first { $0.name == "monolith" })
        #expect(process.isReady && process.port == cluster.port + 490)

        let monolith = APIClient("http://127.0.0.1:\(cluster.port + 490)")
        let email = "Ann-\(UUID().uuidString)@example.com"
        let user = #"{"email":"\#(email)","full_name":"Ann","password":"Correct-Horse-7"}"#
        let registered = try await monolith.post("/users/", json: user)
        #expect(registered.status == 200 && registered["email"]?.string == email, "\(registered.text)")
        let taken = try await monolith.post("/users/", json: user)
        #expect(taken.status == 400 && taken["detail"]?.string == "Email already registered")
        // To the monolith that is somebody else.
        let lower = user.replacing(email, with: email.lowercased())
        #expect(try await monolith.post("/users/", json: lower).status == 200)

        #expect(try await monolith.get("/tasks/").status == 401)
        let form = "username=\(email)&password=Correct-Horse-7"
        let signedIn = try await monolith.send(
            .POST, "/token", body: ("application/x-www-form-urlencoded", form))
        let own = monolith.with(token: try #require(signedIn["access_token"]?.string))
        #expect(try await own.get("/users/me/")["id"]?.integer == registered["id"]?.integer)

        let task = try await own.post("/tasks/", json: #"{"title":"","description":"No title is no mistake here"}"#)
        #expect(task.status == 200 && task["owner_id"]?.integer == registered["id"]?.integer, "\(task.text)")
        let path = "/tasks/\(try #require(task["id"]?.integer))"
        #expect(try await own.send(.PUT, path, body: ("application/json", #"{"title":"T"}"#))["title"]?.string == "T")
        #expect(try await own.get("/tasks/").json.array?.count == 1)
        #expect(try await own.send(.DELETE, path).status == 204)
        #expect(try await own.get(path).status == 404)

        // It comes back like every other process.
        try await cluster.desk("kill", "monolith")
        #expect(
            try await eventually {
                try await cluster.processes().contains { $0.name == "monolith" && $0.id != process.id && $0.isReady }
            })
        #expect(try await own.get("/tasks/").json.array?.isEmpty == true)
        #expect(try await cluster.stop() == 0)
    }
}
