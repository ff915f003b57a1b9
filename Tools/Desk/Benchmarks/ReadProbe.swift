import LocalCluster

/// Reads over and over, a hundred times a second at most, each over a connection of its own: what somebody notices who reads
/// while others load the machine.
struct ReadProbe {
    struct Outcome {
        /// Milliseconds.
        let p50, p99: Double
        /// Answers that were not 200, or none.
        let failed: Int
    }

    let port: Int
    let path: String
    let token: String

    private static let pause = Duration.milliseconds(10)

    /// Reads as long as `load` lasts, and no shorter than `duration`.
    func run(for duration: Duration = .zero, while load: () async throws -> Void) async throws -> Outcome {
        let end = Latch<Bool>()
        let start = ContinuousClock.now
        async let outcome = read(while: { end.current == nil || start.duration(to: .now) < duration })
        do {
            try await load()
        } catch {
            end.set(true)
            throw error
        }
        end.set(true)
        return await outcome
    }

    private func read(while goesOn: @Sendable () -> Bool) async -> Outcome {
        var times: [Double] = []
        var failed = 0
        repeat {
            let start = ContinuousClock.now
            let answer = await LoopbackHTTP.send("GET", port: port, path: path, token: token)
            times.append(start.duration(to: .now) / .milliseconds(1))
            if answer?.status != 200 { failed += 1 }
            try? await Task.sleep(for: Self.pause)
        } while goesOn()
        times.sort()
        return Outcome(
            p50: times[times.count / 2], p99: times[min(times.count - 1, times.count * 99 / 100)], failed: failed)
    }
}
