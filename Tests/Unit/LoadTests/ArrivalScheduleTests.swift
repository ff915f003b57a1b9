import Load
import Testing

@Suite("when requests of an open loop are due")
struct ArrivalScheduleTests {
    @Test("a constant rate has one request in each equal part of a second")
    func constant() {
        let schedule = ArrivalSchedule([.init(from: 200, to: 200, duration: 2)])
        #expect(schedule.count == 400)
        #expect((0..<400).map { schedule.due($0) } == (0..<400).map { Int64($0) * 5_000_000 })
        #expect(schedule.due(400) == nil)
        #expect(schedule.due(-1) == nil)
    }

    @Test("a ramp from nothing has a quarter of its requests in its first half")
    func ramp() throws {
        let schedule = ArrivalSchedule([.init(from: 0, to: 100, duration: 4)])
        #expect(schedule.count == 200)
        let inFirstHalf = (0..<200).filter { (schedule.due($0) ?? 0) < 2_000_000_000 }.count
        #expect(inFirstHalf == 50)
        #expect(schedule.rate(at: 1) == 25)
    }

    @Test("stages follow each other without a gap", arguments: [[1.0, 2, 5, 1], [5, 0.5], [3]])
    func stages(times: [Double]) throws {
        let schedule = ArrivalSchedule(times.map { .init(from: 100 * $0, to: 100 * $0, duration: 3) })
        #expect(schedule.count == Int(times.reduce(0) { $0 + $1 * 300 }))
        let due = (0..<schedule.count).compactMap { schedule.due($0) }
        #expect(due.count == schedule.count)
        for (stage, rate) in times.enumerated() {
            let range = Int64(stage) * 3_000_000_000..<Int64(stage + 1) * 3_000_000_000
            #expect(due.filter(range.contains).count == Int(rate * 300))
        }
        #expect(zip(due, due.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("workers that divide the indices send each request once")
    func division() {
        let schedule = ArrivalSchedule([.init(from: 0, to: 70, duration: 1), .init(from: 70, to: 70, duration: 1)])
        let shares = (0..<3).map { worker in stride(from: worker, to: schedule.count, by: 3).map { schedule.due($0) } }
        #expect(shares.flatMap { $0 }.count == schedule.count)
        #expect(Set(shares.flatMap { $0 }).count == schedule.count)
    }
}
