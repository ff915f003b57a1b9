/// What a process tells at `/metrics`, in the text form of Prometheus (version 0.0.4).
package struct MetricSamples: Hashable, Sendable {
    package struct Sample: Hashable, Sendable {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package let samples: [Sample]

    /// Lines that are no samples are left out.
    package init(parsing text: String) {
        samples = text.split(separator: "\n").compactMap { line in line.hasPrefix("#") ? nil : Sample(parsing: line) }
    }

    /// The sum over all label values; `nil` when there is no sample of that name.
    package func sum(_ name: String) -> Double? {
        let values = samples.filter { $0.name == name }.map(\.value)
        return values.isEmpty ? nil : values.reduce(0, +)
    }

    /// A histogram over all label values.
    package func histogram(_ name: String) -> LatencyHistogram {
        var counts: [Double: Double] = [:]
        for sample in samples where sample.name == name + "_bucket" {
            guard let bound = sample.labels["le"].flatMap(Double.init(prometheus:)) else { continue }
            counts[bound, default: 0] += sample.value
        }
        return LatencyHistogram(cumulative: counts)
    }
}

extension MetricSamples.Sample {
    /// `name{label="value",…} 1.5`
    fileprivate init?(parsing line: Substring) {
        let start = line.firstIndex(of: "{")
        let end = start.flatMap { _ in line.lastIndex(of: "}") }
        let name = line[..<(start ?? line.firstIndex(of: " ") ?? line.endIndex)]
        let rest = line[(end.map { line.index(after: $0) } ?? name.endIndex)...]
        guard let value = rest.split(separator: " ").first.flatMap({ Double(prometheus: String($0)) }) else {
            return nil
        }
        self.name = String(name)
        self.value = value
        guard let start, let end else {
            labels = [:]
            return
        }
        labels = Self.labels(line[line.index(after: start)..<end])
    }

    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text
        while let mark = rest.firstRange(of: "=\"") {
            let name = rest[..<mark.lowerBound].drop { $0 == "," || $0 == " " }
            var value = ""
            rest = rest[mark.upperBound...]
            while let character = rest.popFirst(), character != "\"" {
                guard character == "\\", let escaped = rest.popFirst() else {
                    value.append(character)
                    continue
                }
                value.append(escaped == "n" ? "\n" : escaped)
            }
            labels[String(name)] = value
        }
        return labels
    }
}

extension Double {
    fileprivate init?(prometheus text: String) {
        switch text {
        case "+Inf": self = .infinity
        case "-Inf": self = -.infinity
        default: self.init(text)
        }
    }
}
