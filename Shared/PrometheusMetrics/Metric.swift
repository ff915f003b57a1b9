/// What a name of the metrics means, declared once: the page, the documentation and the tests are made of it.
package struct Metric: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// Only grows, from 0 at the start of the process; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Observations by upper bounds, their sum and their count.
        case histogram
    }

    /// In the form of Prometheus: lower snake case, with its unit as a suffix (`_seconds`, `_bytes`).
    package let name: String
    package let kind: Kind
    /// A sentence.
    package let help: String
    /// The names of the labels, in the order in which samples give their values.
    package let labels: [String]

    package init(_ name: String, _ kind: Kind, _ help: String, labels: [String] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }

    /// A metric with what it is now.
    package func callAsFunction(_ samples: [MetricSample]) -> MetricFamily {
        MetricFamily(metric: self, samples: samples)
    }

    /// One without labels.
    package func callAsFunction(count: some BinaryInteger) -> MetricFamily {
        self([MetricSample(number: Double(count))])
    }

    /// One without labels; `nil` while there is nothing to tell.
    package func callAsFunction(number: Double?) -> MetricFamily {
        self(number.map { [MetricSample(number: $0)] } ?? [])
    }
}

/// One series of a metric.
package struct MetricSample: Sendable {
    package enum Value: Sendable {
        case number(Double)
        case histogram(Histogram)
    }

    /// As many as the metric has names of labels.
    package let labels: [String]
    package let value: Value

    package init(_ labels: [String] = [], number: Double) {
        self.labels = labels
        value = .number(number)
    }

    package init(_ labels: [String] = [], count: some BinaryInteger) { self.init(labels, number: Double(count)) }

    package init(_ labels: [String] = [], histogram: Histogram) {
        self.labels = labels
        value = .histogram(histogram)
    }
}

/// All series of a metric.
package struct MetricFamily: Sendable {
    package let metric: Metric
    package let samples: [MetricSample]

    package init(metric: Metric, samples: [MetricSample]) {
        self.metric = metric
        self.samples = samples
    }
}
