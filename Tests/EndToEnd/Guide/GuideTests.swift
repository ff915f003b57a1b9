import TestSupport
import Testing

@Suite("The user's guide")
struct GuideTests {
    @Test("every command of every page does what the page says")
    func commands() async throws {
        let shell = GuideShell(baseURL: try await ClusterUnderTest.shared.value.baseURL)
        let pages = try GuidePage.all()
        #expect(pages.count >= 8 && pages.allSatisfy { !$0.steps.isEmpty })
        for page in pages {
            let (printed, status) = try await shell.run(page)
            #expect(status == 0, "\(page.name): the commands failed with \(status)")
            for (step, text) in zip(page.steps, printed) where !step.accepts(text) {
                Issue.record(
                    "docs/guide/\(page.name):\(step.line) printed\n\(text)\nand not\n\(step.output ?? "")")
            }
            // One more for what follows the last mark.
            #expect(printed.count == page.steps.count + 1, "\(page.name)")
        }
    }

    @Test("docs/migration.md moves a monolith as it says, from day one to the end")
    func migration() async throws {
        let cluster = try await MonolithUnderTest.start(isBehindGateways: true).cluster
        let shell = GuideShell(
            baseURL: cluster.baseURL, dataFolder: cluster.folder,
            replacements: [
                "http://localhost:8570": "http://127.0.0.1:\(cluster.port + 490)",
                "http://localhost:8181": cluster.gatewayURL(1),
            ])
        let page = try GuidePage.page("migration.md")
        let (printed, status) = try await shell.run(page)
        #expect(status == 0, "the commands failed with \(status): \(printed.last ?? "")")
        for (step, text) in zip(page.steps, printed) where !step.accepts(text) {
            Issue.record("docs/migration.md:\(step.line) printed\n\(text)\nand not\n\(step.output ?? "")")
        }
        #expect(printed.count == page.steps.count + 1)
        #expect(try await cluster.stop() == 0)
    }

    @Test("a page's commands and outputs are found, and an output that differs is, too")
    func reading() throws {
        let page = GuidePage(
            "# A\n```sh\necho 1\n```\n\n```output\n1\n```\ntext\n```sh\nid\n```\n```js\nx\n```\n", name: "a.md")
        #expect(page.steps.map(\.commands) == ["echo 1", "id"] && page.steps.map(\.line) == [3, 11])
        let first = try #require(page.steps.first)
        #expect(first.accepts("1\n") && !first.accepts("2\n") && !first.accepts("11"))
        let step = GuidePage.Step(line: 1, commands: "", output: #"{"id":…,"name":"A",…}"#)
        #expect(step.accepts(#"{"id":7,"name":"A","x":1}"#) && !step.accepts(#"{"id":7,"name":"B","x":1}"#))
        #expect(!step.accepts(#"{"id":7,"name":"A","x":1} and more"#))
    }
}
