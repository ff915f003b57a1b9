/// A page in the text form of Prometheus, read strictly: whatever is not as the format and its conventions say is an error.
package struct PrometheusPage: Sendable {
    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    package struct Sample: Sendable {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package struct Family: Sendable {
        package let name: String
        package let help: String
        package let type: String
        package var samples: [Sample] = []
    }

    package private(set) var families: [Family] = []

    package init(_ text: String) throws(Malformed) {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(description: "The last line has no end") }
        var help: (name: String, text: String)?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# HELP ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard words.count == 2, help == nil else { throw Malformed(description: "\(line)") }
                help = (String(words[0]), String(words[1]))
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ")
                guard words.count == 2, let known = help, known.name == words[0] else {
                    throw Malformed(description: "\(line)")
                }
                guard !families.contains(where: { $0.name == known.name }) else {
                    throw Malformed(description: "\(known.name) is told twice")
                }
                families.append(Family(name: known.name, help: known.text, type: String(words[1])))
                help = nil
            } else {
                var reader = SampleReader(line)
                try add(try reader.read())
            }
        }
        for family in families { try family.check() }
    }

    package func family(_ name: String) -> Family? { families.first { $0.name == name } }

    /// The value of the one series with these labels, or the sum of all that have them.
    package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let matching = families.flatMap(\.samples).filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return matching.isEmpty ? nil : matching.reduce(0) { $0 + $1.value }
    }

    private mutating func add(_ sample: Sample) throws(Malformed) {
        guard let family = families.last else { throw Malformed(description: "\(sample.name) has no type") }
        let suffixes = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { family.name + $0 == sample.name }) else {
            throw Malformed(description: "\(sample.name) stands below \(family.name)")
        }
        guard !family.samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) else {
            throw Malformed(description: "\(sample.name) \(sample.labels) is told twice")
        }
        families[families.count - 1].samples.append(sample)
    }
}

extension PrometheusPage.Family {
    /// The conventions that `promtool check metrics` looks at, and what a histogram must be.
    fileprivate func check() throws(PrometheusPage.Malformed) {
        func refuse(_ reason: String) throws(PrometheusPage.Malformed) {
            throw PrometheusPage.Malformed(description: "\(name): \(reason)")
        }
        guard help.hasSuffix("."),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else { return try refuse("its name or its help is not as they should be") }
        switch type {
        case "counter":
            guard name.hasSuffix("_total") else { return try refuse("a counter's name ends in _total") }
            guard samples.allSatisfy({ $0.value >= 0 }) else { return try refuse("a counter is never negative") }
        case "gauge":
            guard !name.hasSuffix("_total"), !name.hasSuffix("_count") else { return try refuse("no name for a gauge") }
        case "histogram": try checkHistogram()
        default: try refuse("\(type) is not a type that we use")
        }
        for unit in ["_ms", "_milliseconds", "_us", "_kb", "_megabytes", "_minutes"] where name.contains(unit) {
            try refuse("only base units")
        }
    }

    private func checkHistogram() throws(PrometheusPage.Malformed) {
        let series = Dictionary(grouping: samples) { sample in sample.labels.filter { $0.key != "le" } }
        for (labels, samples) in series {
            let buckets = samples.filter { $0.name == name + "_bucket" }
            let counts = buckets.map(\.value)
            let bounds = buckets.map { $0.labels["le"].flatMap { Double($0) } ?? .nan }
            guard counts == counts.sorted(), bounds == bounds.sorted(), bounds.last == .infinity,
                counts.last == samples.first(where: { $0.name == name + "_count" })?.value,
                samples.contains(where: { $0.name == name + "_sum" })
            else { throw PrometheusPage.Malformed(description: "\(name) \(labels) is no histogram") }
        }
    }
}

/// Reads one line: `name{label="value",…} number`.
private struct SampleReader {
    private let line: Substring
    private var rest: Substring.UnicodeScalarView

    init(_ line: Substring) {
        self.line = line
        rest = line.unicodeScalars
    }

    mutating func read() throws(PrometheusPage.Malformed) -> PrometheusPage.Sample {
        let name = try self.name()
        var labels: [String: String] = [:]
        if skip("{") {
            repeat {
                let label = try self.name()
                guard skip("="), skip("\""), labels[label] == nil else { throw malformed }
                labels[label] = try value()
            } while skip(",")
            guard skip("}") else { throw malformed }
        }
        guard skip(" "), let number = Double(String(rest)), !rest.contains(" ") else { throw malformed }
        return .init(name: name, labels: labels, value: number)
    }

    private var malformed: PrometheusPage.Malformed { .init(description: "This is no sample: \(line)") }

    private mutating func name() throws(PrometheusPage.Malformed) -> String {
        let name = rest.prefix { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_") }
        guard let first = name.first, !("0"..."9").contains(first) else { throw malformed }
        rest = rest.dropFirst(name.count)
        return String(name)
    }

    private mutating func value() throws(PrometheusPage.Malformed) -> String {
        var text = String.UnicodeScalarView()
        while let character = rest.popFirst() {
            if character == "\"" { return String(text) }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": text.append("\n")
            case "\\": text.append("\\")
            case "\"": text.append("\"")
            default: throw malformed
            }
        }
        throw malformed
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }
}
