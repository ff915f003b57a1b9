import Drill
import LocalCluster
import Testing

@Suite struct SoakTests {
    private func samples(_ megabytes: [Double], descriptors: [Int]? = nil) -> [SoakSample] {
        megabytes.enumerated().map { index, value in
            let open = descriptors?[index] ?? 40
            return SoakSample(
                process: "auth-1", time: Double(index), megabytes: value, descriptors: open, sockets: open / 2)
        }
    }

    private func misses(_ samples: [SoakSample]) -> [String] { SoakGrowth(process: "auth-1", samples: samples).misses }

    @Test("what fills at first and then stays has not grown, and what goes on has")
    func memory() {
        #expect(misses(samples((0..<60).map { min(Double($0) * 10, 150) })).isEmpty)
        let leaking = misses(samples((0..<60).map { 100 + Double($0) }))
        #expect(leaking.count == 1 && leaking[0].contains("memory"))
    }

    @Test("descriptors that are not given back are a miss, and with them their sockets")
    func descriptors() {
        let found = misses(samples(Array(repeating: 100, count: 60), descriptors: (0..<60).map { 40 + 4 * $0 }))
        #expect(found.contains { $0.contains("descriptors") } && found.contains { $0.contains("sockets") })
    }

    @Test("single samples, restarts among them, decide nothing, and too few tell nothing")
    func noise() {
        #expect(misses(samples((0..<60).map { $0 % 7 == 0 ? 900 : 100 })).isEmpty)
        #expect(misses(samples((0..<60).map { $0 > 55 ? 20 : 100 })).isEmpty)
        #expect(misses(samples((0..<(SoakGrowth.leastSamples - 1)).map { Double($0) * 100 })).isEmpty)
    }

    @Test("the same seed brings the same faults, and one of each service lives all the time")
    func faults() {
        let processes = ["auth-1", "auth-2", "gateway-1", "nginx", "redis"].map {
            ProcessStatus(name: $0, pid: 1, port: nil, adminPort: nil, ready: true, residentMegabytes: 1, cpu: 0)
        }
        func drawn(_ seed: UInt64) -> [DrillFault] {
            var faults = SoakFaults(processes, seed: seed)
            return (0..<300).compactMap { _ in faults.next() }
        }
        #expect(drawn(7) == drawn(7))
        #expect(drawn(7) != drawn(8))
        let kills = Set(drawn(7).filter { $0.kind == .kill }.map(\.process))
        #expect(kills == ["auth-2", "redis"])
        #expect(Set(drawn(7).map(\.process)) == Set(processes.map(\.name)))
    }
}
