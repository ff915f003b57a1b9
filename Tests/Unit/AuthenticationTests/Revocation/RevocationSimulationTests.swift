import Authentication
import Testing

@Suite("Revocations under faults, on a virtual clock")
struct RevocationSimulationTests {
    enum Fault: CaseIterable {
        case redisPause, redisRestart, redisLoss, flush, suspension, authKill, authCut, followerCut, databaseDown,
            bothCut
    }

    /// Twenty seconds with a fault every second or so, and three of quiet.
    private func simulate(seed: UInt64, timing: RevocationTiming = RevocationTiming()) -> SimulatedCluster {
        var cluster = SimulatedCluster(seed: seed, timing: timing)
        cluster.run(until: 2000)
        // An instance that dies with what only it and a database that is down know is one fault too many.
        let faults = Fault.allCases.filter { seed.isMultiple(of: 2) ? $0 != .authKill : $0 != .databaseDown }
        while cluster.now < 22_000 {
            let fault = faults[cluster.chance(0...faults.count - 1)]
            let length = cluster.chance(20...4000)
            switch fault {
            case .redisPause: cluster.redisPausedUntil = cluster.now + length
            case .redisRestart: cluster.restartRedis(losing: 0)
            case .redisLoss: cluster.restartRedis(losing: cluster.chance(0...1) == 0 ? nil : cluster.chance(1...3))
            case .flush: cluster.flushRedis()
            case .suspension: cluster.suspendedUntil = cluster.now + length
            case .authKill:
                let auth = cluster.chance(0...1)
                cluster.kill(auth: auth)
                cluster.run(until: cluster.now + length)
                cluster.restart(auth: auth)
            case .authCut: cluster.cut(auth: cluster.chance(0...1), fromRedisFor: length)
            case .followerCut: cluster.followerReachesRedisFrom = cluster.now + length
            case .databaseDown: cluster.databaseDownUntil = cluster.now + length
            case .bothCut:
                cluster.followerReachesRedisFrom = cluster.now + length
                cluster.followerReachesAuthFrom = cluster.now + cluster.chance(0...length)
            }
            cluster.run(until: cluster.now + cluster.chance(100...1500))
        }
        cluster.run(until: cluster.now + 8000)
        return cluster
    }

    @Test(
        "nobody is let in later than a second after the promise, and all is proven again in the end", arguments: 1...40)
    func promise(seed: UInt64) {
        let cluster = simulate(seed: seed)
        #expect(cluster.violations.isEmpty, "\(cluster.violations.prefix(3))")
        #expect(cluster.promises.count > 5)
        #expect(cluster.feed.isProven(within: .milliseconds(900), now: SimulatedCluster.instant(cluster.now)))
    }

    @Test("without faults Redis alone proves everything, and Auth is not asked")
    func quiet() {
        var cluster = SimulatedCluster(seed: 7)
        cluster.followerReachesAuthFrom = .max
        cluster.run(until: 1000)
        for _ in 0..<200 {
            cluster.run(until: cluster.now + 20)
            #expect(!cluster.feed.needsAuth(now: SimulatedCluster.instant(cluster.now)))
        }
        #expect(cluster.violations.isEmpty && cluster.promises.count > 5)
    }

    @Test("a window longer than the promise is caught")
    func mutant() {
        var timing = RevocationTiming()
        timing.window = .milliseconds(2500)
        #expect((1...20).contains { !simulate(seed: $0, timing: timing).violations.isEmpty })
    }
}
