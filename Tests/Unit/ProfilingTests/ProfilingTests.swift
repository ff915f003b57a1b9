import Profiling
import Testing

@Suite("Profiles of processor time")
struct ProfilingTests {
    private static let recording = """
        NIO-ELT-1-#2 10158 
        \t  c70d69 swift_release+0x1f (/opt/swift/usr/lib/swift/linux/libswiftCore.so)
        \t  c7220f $s7Gateway12LeaseLimiterC3ask+0x9 (/srv/release/gateway)
        \t  baaa25 $s7NIOCore15ChannelPipelineC (/srv/release/gateway)

        postgres: a b 10126 
        \t  ffffffff81 do_syscall_64 ([kernel.kallsyms])
        \t  32b8c1 [unknown] (/usr/lib/postgresql/15/bin/postgres)
        \t  30515a void f<int (*)(char)>(long) (/usr/lib/postgresql/15/bin/postgres)

        gone 77 

        """

    @Test("a recording's samples have their process and their functions, from the inside to the outside")
    func parses() {
        let samples = StackSample.parse(Self.recording)
        #expect(samples.map(\.pid) == [10158, 10126])
        #expect(
            samples[0].frames.map(\.symbol)
                == ["swift_release", "$s7Gateway12LeaseLimiterC3ask", "$s7NIOCore15ChannelPipelineC"])
        #expect(samples[0].frames[0].library == "libswiftCore.so")
        #expect(samples[1].frames[0].isKernel && !samples[1].frames[1].isKernel)
        #expect(samples[1].frames[2].symbol == "void f<int (*)(char)>(long)")
    }

    @Test("what is no recording has no samples", arguments: ["", "\n\n", "perf: no data", "x 1\n", "\t 1 a (b)\n"])
    func parsesAnything(text: String) {
        #expect(StackSample.parse(text).isEmpty)
    }

    @Test("a sample belongs to the innermost function that tells its stage, and to the rest where none does")
    func stages() {
        func stage(_ symbols: String...) -> String {
            Stage.of(symbols.map { StackSample.Frame(symbol: $0, object: "/srv/gateway") }).name
        }
        #expect(stage("swift_release", "$s7Gateway12LeaseLimiterC3ask", "$s7NIOCore3x") == "rate limits")
        #expect(stage("malloc", "$s7NIOCore3x", "$s7Gateway12LeaseLimiterC3ask") == "event loop and pipeline")
        #expect(stage("memcpy", "main") == Stage.rest.name)
        #expect(
            Stage.of([StackSample.Frame(symbol: "[unknown]", object: "/usr/lib/libpq.so.5")]).name
                == "PostgreSQL client")
    }

    @Test("a budget divides the looks by the requests, by process and stage, the dearest first")
    func budget() {
        let samples = StackSample.parse(Self.recording)
        let named = [("gateway-1", samples[0]), ("gateway-1", samples[0]), ("postgres-1", samples[1])]
        let budget = CPUBudget(
            named.map { (process: $0.0, sample: $0.1) }, staged: ["gateway-1"], frequency: 1000, requests: 100,
            seconds: 2)
        #expect(budget.requestsPerSecond == 50)
        #expect(budget.rows.map(\.process) == ["gateway-1", "gateway-1", "postgres-1"])
        #expect(budget.rows.map(\.stage) == [nil, "rate limits", nil])
        // Two looks of a millisecond each, over a hundred requests.
        #expect(budget.rows.map(\.microseconds) == [20, 20, 10])
        #expect(budget.rows.map(\.kernelMicroseconds) == [0, 0, 10])
    }

    @Test("a flame graph is as wide as its samples, escapes names, and leaves out what nobody could see")
    func flameGraph() throws {
        let rare = (frames: ["gateway-1", "rare"], count: 1)
        let graph = FlameGraph(
            title: "a & b", stacks: [(["gateway-1", "f<T>(\"x\")"], 9_998), (["gateway-1", "g"], 10_000), rare])
        let svg = graph.svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(svg.contains("a &amp; b"))
        #expect(svg.contains("<title>f&lt;T&gt;(&quot;x&quot;) · 50.0 %</title>"))
        #expect(svg.contains("<title>gateway-1 · 100.0 %</title>"))
        #expect(!svg.contains("rare"))
        #expect(svg.contains("width=\"1180.0\""))
    }
}
