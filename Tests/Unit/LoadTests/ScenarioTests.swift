import Documents
import FoundationEssentials
import Load
import Testing

@Suite("scenarios")
struct ScenarioTests {
    private static let valid = """
        description: a test
        operations:
          list: 3
          change: 1
        users: 50
        arrival:
          model: open
          rate: 200/s
          connections: 20
        ramp: 2s
        stages:
          - {times: 1, duration: 10s}
          - {times: 2.5, duration: 500s}
        targets:
          - p99 <= 50 ms
        """

    private func problems(_ text: String) -> [String] {
        do throws(DocumentError) {
            _ = try Scenario(text, file: "test.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("a scenario reads as it is written")
    func reads() throws {
        let scenario = try Scenario(Self.valid, file: "test.yaml")
        #expect(scenario.name == "test")
        #expect(scenario.mix.operations == [.list, .change])
        #expect(scenario.arrival == .open(rate: 200, connections: 20))
        #expect(scenario.duration == .seconds(510))
        #expect(scenario.targets.map(\.text) == ["p99 <= 50 ms"])
        let schedule = try #require(scenario.schedule)
        #expect(schedule.duration == 512)
        #expect(schedule.count == 200 + 2000 + 250_000)
    }

    @Test(
        "a mistake is told with file, line and key",
        arguments: [
            ("  list: 3", "  list: many", "test.yaml:3: operations.list: \"many\" is not a whole number"),
            ("  list: 3", "  lists: 3", "test.yaml:3: operations.lists: is no operation; there are list, get"),
            ("users: 50", "users: 10", "test.yaml:5: users: 10 users are too few for 20 connections"),
            ("  rate: 200/s", "  rate: 200", "test.yaml:8: arrival.rate: \"200\" is not a rate such as 500/s"),
            ("  rate: 200/s\n", "", "test.yaml:6: arrival: needs the key rate"),
            ("model: open", "model: closed", "test.yaml:8: arrival.rate: belongs to the open model"),
            ("ramp: 2s", "ramp: 2 s", "test.yaml:10: ramp: \"2 s\" is not a time"),
            ("times: 2.5", "times: 0", "test.yaml:13: stages[1].times: \"0\" is not a number above 0"),
            ("duration: 500s", "duration: 0s", "test.yaml:13: stages[1].duration: must be at least 1s"),
            ("p99 <= 50 ms", "p98 <= 50 ms", "test.yaml:15: targets[0]: \"p98 <= 50 ms\" is not a target"),
            ("ramp: 2s", "rampe: 2s", "test.yaml:10: rampe: is not known here; the keys are description,"),
            ("ramp: 2s", "ramp: 2s\nduration: 5s", "test.yaml:11: duration: is given by the stages already"),
            ("description: a test\n", "", "test.yaml:1: needs the key description"),
            ("  list: 3", "  list: [3", "test.yaml:4: is not well-formed YAML"),
            ("users: 50", "users: 50\nusers: 60", "users: is there twice"),
        ])
    func mistakes(right: String, wrong: String, told: String) {
        let text = Self.valid.replacing(right, with: wrong)
        #expect(text != Self.valid)
        #expect(problems(text).contains { $0.contains(told) }, "\(problems(text))")
    }

    @Test("all mistakes are told at once, in the order of their lines")
    func all() {
        let text = Self.valid.replacing("users: 50", with: "users: no").replacing("ramp: 2s", with: "ramp: soon")
        #expect(problems(text).map { String($0.prefix(13)) } == ["test.yaml:5: ", "test.yaml:10:"])
    }

    @Test("what is no file is told")
    func noFile() {
        #expect(throws: DocumentError.self) { try Scenario(path: "/nonexistent/browse.yaml") }
    }

    @Test("operations come as often as the mix says")
    func mix() {
        let mix = OperationMix([(.list, 80), (.get, 15), (.change, 4), (.createAndDelete, 1)])
        var counts: [Load.Operation: Int] = [:]
        for number in 0..<UInt64(1000) { counts[mix.operation(at: number), default: 0] += 1 }
        #expect(counts == [.list: 800, .get: 150, .change: 40, .createAndDelete: 10])
    }

    @Test("every scenario that is shipped is right")
    func shipped() throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let folder = "/\(root)/Benchmarks/scenarios"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!files.isEmpty)
        for file in files { #expect(throws: Never.self) { try Scenario(path: "\(folder)/\(file)") } }
    }
}
