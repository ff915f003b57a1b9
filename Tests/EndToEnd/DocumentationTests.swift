import Foundation
import JSON
import NIOHTTP1
import Testing

@Suite("The API's documentation, served by nginx")
struct DocumentationTests {
    @Test("/openapi.json is the document, as JSON")
    func document() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let answer = try await client.get("/openapi.json")
        #expect(answer.status == 200 && answer.headers["Content-Type"] == ["application/json"])
        #expect(answer["openapi"] == .string("3.1.0"))
        #expect(answer["paths"]?.object?["/api/v1/strategies/{id}"]?.object?["patch"] != nil)
        let tag = try #require(answer.headers.first(name: "ETag"))
        #expect(try await client.get("/openapi.json", headers: [("If-None-Match", tag)]).status == 304)
    }

    @Test("the pages load scripts and styles from here alone, and may load no others", arguments: ["docs", "redoc"])
    func pages(name: String) async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let page = try await client.get("/\(name)")
        #expect(page.status == 200 && page.headers.first(name: "Content-Type")?.hasPrefix("text/html") == true)
        let policy = try #require(page.headers.first(name: "Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self';"))
        #expect(!policy.contains("http") && !policy.contains("*") && !policy.contains("unsafe-eval"))
        #expect(page.headers["X-Content-Type-Options"] == ["nosniff"])
        let paths = page.text.matches(of: /(?:src|href)="([^"]+)"/).map { String($0.1) }.filter { $0 != "data:," }
        #expect(paths.contains("/\(name)/start.js") && paths.allSatisfy { $0.hasPrefix("/") })
        for path in paths where Self.isHere(path) {
            #expect(try await client.get(path).status == 200, "\(path)")
        }
        let moved = try await client.get("/\(name)/missing.js")
        #expect(moved.status == 404 && moved["code"] == .string("not_found"))
    }

    @Test("no other page may set styles from scripts or make workers")
    func otherPages() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        for path in ["/", "/openapi.json", "/docs/start.js", "/health"] {
            let policy = try #require(try await client.get(path).headers.first(name: "Content-Security-Policy"))
            #expect(!policy.contains("unsafe-inline") && !policy.contains("blob:"), "\(path)")
        }
    }

    /// Swagger UI and ReDoc are fetched at set-up, where there is a network.
    private static func isHere(_ path: String) -> Bool {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return ["deploy/documentation", ".build/documentation"].contains {
            FileManager.default.fileExists(atPath: folder.appending(path: $0 + path).path)
        }
    }
}
