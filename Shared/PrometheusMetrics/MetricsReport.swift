/// Everything that a process tells of itself: sources that are asked when somebody looks.
package struct MetricsReport: Sendable {
    /// Looks at one part of the process. It may wait for an event loop, but for nothing outside of the process.
    package typealias Source = @Sendable () async -> [MetricFamily]

    private let sources: [Source]

    package init(_ sources: [Source] = []) { self.sources = sources }

    package func adding(_ source: @escaping Source) -> MetricsReport { MetricsReport(sources + [source]) }

    /// What holds now. Families of one name that several sources tell become one.
    package func families() async -> [MetricFamily] {
        var families: [MetricFamily] = []
        for source in sources {
            for family in await source() {
                if let index = families.firstIndex(where: { $0.metric.name == family.metric.name }) {
                    let samples = families[index].samples + family.samples
                    families[index] = MetricFamily(metric: families[index].metric, samples: samples)
                } else {
                    families.append(family)
                }
            }
        }
        return families
    }

    /// The page that Prometheus reads.
    package func text() async -> String { PrometheusText.render(await families()) }
}
