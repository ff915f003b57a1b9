import FoundationEssentials
import JSON

/// What was seen of a route's candidate, for people: rates, where it differs, and the last answers that did.
struct RouteEvidenceText {
    let text: String

    init(status: JSONObject, differences: JSONObject) {
        let evidence = differences["evidence"]?.object ?? JSONObject()
        var lines = [
            "\(status["route"]?.string ?? "") is at \(RouteStageTable.stage(status)): "
                + "\(Self.count(evidence["compared"])) answers compared, \(Self.count(evidence["mismatched"])) differ, "
                + "\(Self.count(evidence["noisy"])) only as the monolith differs from itself.",
            TextTable(
                ["side", "answers", "errors", "p99"],
                ["legacy", "candidate"].map { side in
                    let counts = evidence[side]?.object
                    let p99 = counts?["p99_us"]?.integer.map { "\(Double($0) / 1000) ms" } ?? ""
                    return [side, Self.count(counts?["answers"]), Self.count(counts?["errors"]), p99]
                }, rightAligned: [1, 2, 3]
            ).text,
        ]
        let places = differences["places"]?.array?.compactMap(\.object) ?? []
        if !places.isEmpty {
            let rows = places.map { place in
                [place["kind"]?.string ?? "", place["place"]?.string ?? "", Self.count(place["count"])]
            }
            lines.append(TextTable(["difference", "place", "answers"], rows, rightAligned: [2]).text)
        }
        let samples = differences["samples"]?.array?.compactMap(\.object) ?? []
        if !samples.isEmpty {
            let rows = samples.flatMap(Self.rows)
            lines.append(TextTable(["at", "path", "place", "monolith", "candidate"], rows).text)
        }
        lines.append(
            status["missing"]?.string.map { "It may not go on yet: \($0)." } ?? "Nothing stands against the next step.")
        text = lines.joined(separator: "\n\n")
    }

    private static func rows(_ sample: JSONObject) -> [[String]] {
        (sample["differences"]?.array ?? []).compactMap(\.object).map { difference in
            [
                ListKeys.time(sample["at"]?.integer ?? 0), sample["path"]?.string ?? "",
                difference["place"]?.string ?? "", difference["primary"]?.serialized() ?? "",
                difference["candidate"]?.serialized() ?? "",
            ]
        }
    }

    private static func count(_ value: JSONValue?) -> String { "\(value?.integer ?? 0)" }
}
