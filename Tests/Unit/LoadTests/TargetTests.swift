import Load
import Testing

@Suite("targets")
struct TargetTests {
    @Test(
        "a target is read whatever its blanks",
        arguments: [
            ("throughput >= 10000/s", "throughput >= 10000/s"), ("p99≤50ms", "p99 <= 50 ms"),
            ("list p99.9 < 1.5 s", "list p99.9 < 1500 ms"), ("errors = 0", "errors = 0"),
            ("errors<=0.1%", "errors <= 0.1 %"), ("create-and-delete max <= 2s", "create-and-delete max <= 2000 ms"),
        ])
    func reads(text: String, target: String) { #expect(Target(text)?.text == target) }

    @Test(
        "what is no target is refused",
        arguments: [
            "", "p99", "p99 <=", "p99 <= 50", "throughput >= 100 ms", "errors <= 5 ms", "p99 => 5 ms",
            "lists p99 <= 5 ms",
            "a list p99 <= 5 ms", "p99 <= -5 ms", "p99 <= five ms", "<= 5 ms",
        ])
    func refuses(text: String) { #expect(Target(text) == nil) }
}
