import Documents
import Profiling
import Testing

@Suite("What a request may cost")
struct CostGuardTests {
    private static let file = """
        # A comment.
        gateway:
          list: {instructions: 90_000, allocations: 60}
          get: {instructions: 80_000, allocations: 50}
        strategies:
          list: {instructions: 70_000, allocations: 40}
          get: {instructions: 60_000, allocations: 30}
        """

    private static func limits() throws -> CostLimits { try CostLimits(file, file: "guard.yaml") }

    @Test("start, end and what goes on beside the requests are in both runs, and cancel out")
    func difference() {
        let few = RequestCost(instructions: 5_000_000, allocations: 9_000)
        let many = RequestCost(instructions: 5_000_000 + 1000 * 71_000, allocations: 9_000 + 1000 * 42)
        let cost = RequestCost.each(of: 1000, more: many, fewer: few)
        #expect(cost == RequestCost(instructions: 71_000, allocations: 42))
    }

    @Test("the totals are read from what callgrind and memcheck write at the end")
    func totals() {
        let callgrind =
            "==17== Callgrind, a call-graph profiler\n==17== Events    : Ir\n==17== Collected : 5923847\n==17==\n"
        let memcheck = """
            ==17== HEAP SUMMARY:
            ==17==     in use at exit: 3,000 bytes in 4 blocks
            ==17==   total heap usage: 1,234,567 allocs, 1,234,563 frees, 99,999,999 bytes allocated
            """
        #expect(ValgrindLog.instructions(in: callgrind) == 5_923_847)
        #expect(ValgrindLog.allocations(in: memcheck) == 1_234_567)
        #expect(ValgrindLog.instructions(in: memcheck) == nil)
        #expect(ValgrindLog.allocations(in: callgrind) == nil)
    }

    @Test(
        "a log without a total has none", arguments: ["", "==17== Collected : ", "Collected : 5\n", "==17== Killed\n"])
    func noTotals(log: String) {
        #expect(ValgrindLog.instructions(in: log) == nil)
        #expect(ValgrindLog.allocations(in: log) == nil)
    }

    @Test("the limits of all services and operations are read")
    func reads() throws {
        let limits = try Self.limits().limits
        #expect(limits.map(\.service) == ["gateway", "gateway", "strategies", "strategies"])
        #expect(limits.map(\.operation) == ["list", "get", "list", "get"])
        #expect(limits.map(\.instructions) == [90_000, 80_000, 70_000, 60_000])
        #expect(limits.map(\.allocations) == [60, 50, 40, 30])
    }

    @Test(
        "what is wrong with the file is told with its place",
        arguments: [
            (
                "allocations: 60}", "allocations: few}",
                "gateway.list.allocations: \"few\" is not a whole number above 0"
            ),
            ("allocations: 60}", "allocations: 0}", "gateway.list.allocations: \"0\" is not a whole number above 0"),
            (", allocations: 60}", "}", "gateway.list: needs the key allocations"),
            ("strategies:", "strategy:", "strategy: is not known here; the keys are gateway, strategies"),
            ("  get: {instructions: 80_000, allocations: 50}\n", "", "gateway: needs the key get"),
        ])
    func wrongFile(part: String, replacement: String, message: String) throws {
        let text = Self.file.replacing(part, with: replacement)
        let error = #expect(throws: DocumentError.self) { try CostLimits(text, file: "guard.yaml") }
        #expect(try #require(error).description.contains(message))
    }

    @Test("a cost up to its limit is kept, and one above it is told with what is too much")
    func complaints() throws {
        let report = CostReport(try Self.limits()) { service, operation in
            service == "gateway" && operation == "list"
                ? RequestCost(instructions: 99_000.4, allocations: 60)
                : RequestCost(instructions: 60_000, allocations: service == "strategies" ? 36.25 : 1)
        }
        #expect(report.rows.count == 8)
        #expect(
            report.complaints == [
                "list costs gateway 99000 instructions a request, 9000 (10.0 %) more than the 90000 that are allowed.",
                "get costs strategies 36.3 allocations a request, 6.3 (20.8 %) more than the 30 that are allowed.",
            ])
    }
}
