import Gateway
import Testing

@Suite("Stages of a route")
struct RouteStageTests {
    private let migration = RouteMigration(
        legacy: .init(rawValue: "monolith"), candidate: .strategies, salt: "desk", firstUsers: [7])

    /// Users whose places are on either side of one per cent.
    private var inside: Int { (1...10_000).first { migration.share.contains($0, percent: 1) } ?? 0 }
    private var outside: Int { (1...10_000).first { !migration.share.contains($0, percent: 99) } ?? 0 }

    private func side(
        _ stage: MigrationStage, _ user: Int?, isSafe: Bool = true, wish: MigrationSide? = nil,
        pins: [Int: MigrationSide] = [:], owner: MigrationSide = .legacy
    ) -> MigrationSide {
        var route = RouteStage(stage, owner: owner)
        route.pins = pins
        return route.side(of: user, isSafe: isSafe, wish: wish, migration)
    }

    @Test("each stage leads reads to its side")
    func stages() {
        for stage in [MigrationStage.legacy, .shadow] {
            #expect(side(stage, inside) == .legacy && side(stage, 7) == .legacy && side(stage, nil) == .legacy)
        }
        #expect(side(.canary(percent: 1), inside) == .candidate && side(.canary(percent: 1), outside) == .legacy)
        #expect(side(.canary(percent: 1), 7) == .candidate && side(.canary(percent: 99), nil) == .legacy)
        for stage in [MigrationStage.full, .retired] {
            #expect(side(stage, outside) == .candidate && side(stage, nil) == .candidate)
        }
    }

    @Test("writes go to their owner, whatever the stage, the wish and the pin")
    func writes() {
        for stage in [MigrationStage.legacy, .shadow, .canary(percent: 50), .full] {
            for owner in MigrationSide.allCases {
                for wish in MigrationSide.allCases {
                    #expect(
                        side(stage, inside, isSafe: false, wish: wish, pins: [inside: wish], owner: owner) == owner)
                }
            }
        }
    }

    @Test("a pin holds from the canary on, and leads nobody to a candidate that was rolled back")
    func pins() {
        #expect(side(.canary(percent: 1), outside, pins: [outside: .candidate]) == .candidate)
        #expect(side(.canary(percent: 1), inside, pins: [inside: .legacy]) == .legacy)
        #expect(side(.full, inside, pins: [inside: .legacy]) == .legacy)
        #expect(side(.shadow, outside, pins: [outside: .candidate]) == .legacy)
        #expect(side(.retired, inside, pins: [inside: .legacy]) == .candidate)
    }

    @Test("a tester's wish holds everywhere but where the monolith is gone")
    func wishes() {
        #expect(side(.legacy, outside, wish: .candidate) == .candidate)
        #expect(side(.full, outside, wish: .legacy) == .legacy)
        #expect(side(.retired, outside, wish: .legacy) == .candidate)
    }

    @Test("a route goes on step by step, or to a larger share, and never skips a comparison")
    func steps() {
        var (stage, way) = (MigrationStage.legacy, ["legacy"])
        while let next = stage.next() {
            stage = next
            way.append("\(stage)")
        }
        #expect(
            way == [
                "legacy", "shadow", "canary 1 %", "canary 5 %", "canary 25 %", "canary 50 %", "full", "retired",
            ])
        #expect(MigrationStage.shadow.next(percent: 10) == .canary(percent: 10))
        #expect(MigrationStage.canary(percent: 10).next(percent: 11) == .canary(percent: 11))
        #expect(MigrationStage.canary(percent: 10).next() == .canary(percent: 25))
        for stage in [MigrationStage.legacy, .canary(percent: 10), .full, .retired] {
            #expect(stage.next(percent: 10) == nil)
        }
        #expect(MigrationStage.canary(percent: 50).previous == .shadow && MigrationStage.full.previous == .shadow)
        #expect(MigrationStage.shadow.previous == .legacy && MigrationStage.retired.previous == nil)
    }

    @Test("what the file says is where a route begins")
    func initial() {
        let retired = RouteMigration(legacy: .auth, candidate: .strategies, initial: .retired)
        #expect(RouteStage(retired).owner == .candidate && RouteStage(migration).owner == .legacy)
        let known = MigrationStages(source: .redis)
        #expect(known.stage(of: "tasks", migration) == RouteStage(.legacy))
        #expect(MigrationStages().stage(of: "tasks", migration).holdsWrites)
        let moved = MigrationStages(["tasks": RouteStage(.full)], version: 3, source: .redis)
        #expect(moved.stage(of: "tasks", migration).stage == .full)
    }
}
