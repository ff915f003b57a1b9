extension ListReport {
    var chart: BenchmarkChart {
        BenchmarkChart(
            title: "Authenticated list of ten strategies, requests a second",
            bars: paths.map { path in
                let p99 = path.figures.p99.map { " · p99 \(Self.number($0, 0)) ms" } ?? ""
                return BenchmarkChart.Bar(
                    name: path.name, value: path.figures.requestsPerSecond, isOurs: path.name.hasPrefix("CryptoDesk"),
                    note: Self.number(path.figures.requestsPerSecond, 0) + p99)
            }, footer: "\(cores) cores with the load generator, \(connections) connections, \(date), commit \(commit)")
    }
}
