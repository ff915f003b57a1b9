/// The figures that a run is held against.
struct ListTargets {
    let ours: PathFigures
    let ratioToFastAPI: Double
    let cached: (figures: PathFigures, ratioToFastAPI: Double)?
    /// Two gateways and two services, and one of each beside them.
    let pair: (two: PathFigures, one: PathFigures)?
    let idle: IdleCluster?

    var all: [ListReport.Target] {
        [list, cachedList, processorTime, twoOfEach, idleProcessor, idleMemory]
    }

    private var list: ListReport.Target {
        .init(
            "list, full path, cache off", "10,000/s, p99 ≤ 20 ms, 5× FastAPI", text(ours, ratioToFastAPI),
            isMet: isMet(ours, ratioToFastAPI, rate: 10_000, ratio: 5))
    }

    private var cachedList: ListReport.Target {
        .init(
            "list, full path, cache on", "15,000/s, 7.5× FastAPI",
            cached.map { text($0.figures, $0.ratioToFastAPI) },
            isMet: cached.map { isMet($0.figures, $0.ratioToFastAPI, rate: 15_000, ratio: 7.5) })
    }

    private var processorTime: ListReport.Target {
        let both = ours.processorMicroseconds.filter {
            $0.key.hasPrefix("gateway") || $0.key.hasPrefix("strategies")
        }.reduce(0) { $0 + $1.value }
        return .init(
            "CPU of gateway and service", "90 µs a request at most", "\(ListReport.number(both, 0)) µs",
            isMet: both <= 90)
    }

    /// Two rounds of the same differ by a few percent.
    private var twoOfEach: ListReport.Target {
        .init(
            "2 gateways, 2 services against 1 and 1", "no slower (within 3 %)",
            pair.map {
                ListReport.number($0.two.requestsPerSecond, 0) + "/s against "
                    + ListReport.number($0.one.requestsPerSecond, 0) + "/s"
            }, isMet: pair.map { $0.two.requestsPerSecond >= 0.97 * $0.one.requestsPerSecond })
    }

    private var idleProcessor: ListReport.Target {
        .init(
            "idle cluster", "1 % CPU at most", idle.map { "\(ListReport.number($0.processorPercent, 1)) %" },
            isMet: idle.map { $0.processorPercent <= 1 })
    }

    private var idleMemory: ListReport.Target {
        .init(
            "a Swift process, idle", "60 MB at most", idle.map { "\(ListReport.number($0.largestMegabytes, 0)) MB" },
            isMet: idle.map { $0.largestMegabytes <= 60 })
    }

    private func text(_ figures: PathFigures, _ ratio: Double) -> String {
        "\(ListReport.number(figures.requestsPerSecond, 0))/s, p99 \(ListReport.number(figures.p99, 1)) ms, "
            + "\(ListReport.number(ratio, 2))×"
    }

    private func isMet(_ figures: PathFigures, _ ratio: Double, rate: Double, ratio least: Double) -> Bool {
        figures.requestsPerSecond >= rate && (figures.p99 ?? .infinity) <= 20 && ratio >= least && figures.wrong == 0
    }
}

extension ListReport.Target {
    init(_ work: String, _ wanted: String, _ measured: String?, isMet: Bool?) {
        self.init(work: work, wanted: wanted, measured: measured, isMet: isMet)
    }
}
