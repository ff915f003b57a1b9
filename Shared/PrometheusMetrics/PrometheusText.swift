/// Writes metrics in the text form of Prometheus, version 0.0.4.
package enum PrometheusText {
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// A family without samples keeps its two lines: the name exists, there is nothing to tell yet.
    package static func render(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families {
            let metric = family.metric
            text += "# HELP \(metric.name) \(escaped(metric.help, quotes: false))\n"
            text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for sample in family.samples { write(sample, of: metric, into: &text) }
        }
        return text
    }

    private static func write(_ sample: MetricSample, of metric: Metric, into text: inout String) {
        let pairs = zip(metric.labels, sample.labels).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
        switch sample.value {
        case .number(let value): line(metric.name, pairs, number(value), into: &text)
        case .histogram(let histogram):
            var count = 0
            for (index, bound) in histogram.bounds.enumerated() {
                count += histogram.counts[index]
                let pairs = pairs + ["le=\"\(seconds(bound))\""]
                line(metric.name + "_bucket", pairs, "\(count)", into: &text)
            }
            let all = "\(histogram.count)"
            line(metric.name + "_bucket", pairs + ["le=\"+Inf\""], all, into: &text)
            line(metric.name + "_sum", pairs, seconds(histogram.sum), into: &text)
            line(metric.name + "_count", pairs, all, into: &text)
        }
    }

    private static func line(_ name: String, _ labels: [String], _ value: String, into text: inout String) {
        text += name
        if !labels.isEmpty { text += "{\(labels.joined(separator: ","))}" }
        text += " \(value)\n"
    }

    private static func seconds(_ microseconds: Int) -> String { number(Double(microseconds) / 1_000_000) }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
