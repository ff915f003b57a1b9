package import JSON

/// What was seen of both sides of a route since its stage began; numbers that add up over gateways.
package struct EvidenceCounts: Sendable, Hashable {
    /// Answers that were compared.
    package var compared = 0
    /// Of these, answers of the candidate that were other ones than noise explains.
    package var mismatched = 0
    /// Of these, answers whose differences the primary itself shows when it is asked twice.
    package var noisy = 0
    package var answers: [MigrationSide: Int] = [:]
    /// Answers with a status of the 5xx family, and requests without an answer.
    package var errors: [MigrationSide: Int] = [:]
    /// By class of ``LatencyScale``.
    package var latencies: [MigrationSide: [Int: Int]] = [:]
    /// Differences by place, such as `value $.items[].price`; each once for an answer.
    package var differences: [String: Int] = [:]

    /// Further places are counted as one.
    private static let maximumPlaces = 100
    package static let otherPlaces = "value …"

    package init() {}

    package var isEmpty: Bool { self == EvidenceCounts() }

    package mutating func answered(_ side: MigrationSide, isError: Bool, microseconds: Int) {
        answers[side, default: 0] += 1
        if isError { errors[side, default: 0] += 1 }
        latencies[side, default: [:]][LatencyScale.bucket(microseconds), default: 0] += 1
    }

    /// - Parameters:
    ///   - places: where the candidate's answer differs; none where it does not.
    ///   - isNoisy: whether the primary differed from itself.
    package mutating func compared(_ places: Set<String>, isNoisy: Bool) {
        compared += 1
        if !places.isEmpty { mismatched += 1 } else if isNoisy { noisy += 1 }
        for place in places { count(place, 1) }
    }

    private mutating func count(_ place: String, _ number: Int) {
        let isKnown = differences[place] != nil || differences.count < Self.maximumPlaces
        differences[isKnown ? place : Self.otherPlaces, default: 0] += number
    }

    package mutating func add(_ other: EvidenceCounts) {
        let mine = fields
        for (name, number) in other.fields { set(name, mine[name, default: 0] + number) }
    }

    // MARK: As names and numbers, which Redis adds up

    package var fields: [String: Int] {
        var fields = ["compared": compared, "mismatched": mismatched, "noisy": noisy]
        for side in MigrationSide.allCases {
            fields["answers:\(side)"] = answers[side]
            fields["errors:\(side)"] = errors[side]
            for (bucket, count) in latencies[side] ?? [:] { fields["latency:\(side):\(bucket)"] = count }
        }
        for (place, count) in differences { fields["place:\(place)"] = count }
        return fields.filter { $0.value != 0 }
    }

    package init(fields: [String: Int]) {
        for (name, number) in fields { set(name, number) }
    }

    private mutating func set(_ name: String, _ number: Int) {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        let words = parts.count > 1 ? parts[1].split(separator: ":").map(String.init) : []
        let side = words.first.flatMap(MigrationSide.init(rawValue:))
        switch (parts.first, side) {
        case ("compared", _): compared = number
        case ("mismatched", _): mismatched = number
        case ("noisy", _): noisy = number
        case ("answers", let side?): answers[side] = number
        case ("errors", let side?): errors[side] = number
        case ("latency", let side?):
            if words.count == 2, let bucket = Int(words[1]) { latencies[side, default: [:]][bucket] = number }
        case ("place", _) where parts.count > 1: differences[parts[1]] = number
        default: break
        }
    }

    // MARK: For whoever looks

    package var json: JSONObject {
        let interval = WilsonInterval(mismatched, of: compared)
        var json = JSONObject()
        json["compared"] = .number("\(compared)")
        json["mismatched"] = .number("\(mismatched)")
        json["noisy"] = .number("\(noisy)")
        json["mismatch_rate_lower"] = .number("\(interval.lower)")
        json["mismatch_rate_upper"] = .number("\(interval.upper)")
        for side in MigrationSide.allCases {
            var counts = JSONObject()
            counts["answers"] = .number("\(answers[side] ?? 0)")
            counts["errors"] = .number("\(errors[side] ?? 0)")
            counts["p99_us"] = latencies[side].flatMap(LatencyScale.p99).map { .number("\($0)") } ?? .null
            json[side.rawValue] = .object(counts)
        }
        return json
    }
}
