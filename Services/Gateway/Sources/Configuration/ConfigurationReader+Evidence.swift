import Documents

// What a migration compares, how much of it, and what its guards ask for.
extension ConfigurationReader {
    mutating func shadow(_ node: DocumentNode?) -> ShadowLimits {
        var limits = ShadowLimits()
        guard let node, let section = section(node, keys: ["sample", "in_flight", "max_body", "timeout"]) else {
            return limits
        }
        limits.sample = share(section["sample"]) ?? limits.sample
        limits.inFlight =
            value(section["in_flight"], "a whole number from 1 to 1000") { text in
                ConfigurationValue.count(text).flatMap { $0 <= 1000 ? $0 : nil }
            } ?? limits.inFlight
        limits.maximumBody =
            value(section["max_body"], "a size of at most 4MB") { text in
                ConfigurationValue.bytes(text).flatMap { $0 <= 4 << 20 ? $0 : nil }
            } ?? limits.maximumBody
        limits.timeout =
            value(section["timeout"], "a time such as 500ms, 5s or 2m", ConfigurationValue.duration) ?? limits.timeout
        return limits
    }

    mutating func comparison(_ node: DocumentNode?) -> ComparisonRules {
        var rules = ComparisonRules()
        guard let node, let section = section(node, keys: ["headers", "ignore", "unordered", "tolerance"]) else {
            return rules
        }
        for node in section["headers"].flatMap({ oneOrMore($0) }) ?? [] {
            let name = value(node, "the name of a header field") { text in
                !text.isEmpty && text.utf8.allSatisfy(HeadFragment.isTokenCharacter) ? text.lowercased() : nil
            }
            if let name { rules.headers.append(name) }
        }
        rules.ignored = places(section["ignore"])
        rules.unordered = places(section["unordered"])
        rules.tolerance =
            value(section["tolerance"], "a number from 0 on") { text in
                Double(text).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
            } ?? rules.tolerance
        return rules
    }

    private mutating func places(_ node: DocumentNode?) -> Set<String> {
        var places: Set<String> = []
        for node in node.flatMap({ oneOrMore($0) }) ?? [] {
            let place = value(node, "a place such as $.items[].price") { ComparisonRules.isPlace($0) ? $0 : nil }
            if let place, !places.insert(place).inserted { report(node, "\(place) is there twice") }
        }
        return places
    }

    mutating func guards(_ node: DocumentNode?) -> MigrationGuards {
        var guards = MigrationGuards()
        let keys = ["requests", "mismatches", "error_ratio", "error_margin", "p99_ratio"]
        guard let node, let section = section(node, keys: keys) else { return guards }
        guards.requests =
            value(section["requests"], "a whole number from 1 on", ConfigurationValue.count) ?? guards.requests
        guards.mismatches = share(section["mismatches"]) ?? guards.mismatches
        guards.errorRatio = ratio(section["error_ratio"]) ?? guards.errorRatio
        guards.errorMargin = share(section["error_margin"]) ?? guards.errorMargin
        guards.p99Ratio = ratio(section["p99_ratio"]) ?? guards.p99Ratio
        return guards
    }

    /// `0.1%` to `100%`, as a part of 1.
    private mutating func share(_ node: DocumentNode?) -> Double? {
        value(node, "a share such as 0.1%, above 0% and at most 100%") { text in
            guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 100 else {
                return nil
            }
            return percent / 100
        }
    }

    private mutating func ratio(_ node: DocumentNode?) -> Double? {
        value(node, "a ratio from 1 to 100, such as 1.5") { text in
            Double(text).flatMap { (1...100).contains($0) ? $0 : nil }
        }
    }
}
