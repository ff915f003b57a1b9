/// Lines over one horizontal axis, as an SVG picture that needs nothing from elsewhere.
struct LineChart {
    struct Line {
        let name: String
        /// From left to right.
        let points: [(x: Double, y: Double)]
    }

    /// How the horizontal axis is divided.
    enum Axis {
        /// From 0 on, with its name.
        case linear(String)
        /// Percentiles, so that each nine takes as much room as the one before.
        case nines
    }

    private static let colours = [
        "#0b7a75", "#c4562d", "#4f63b5", "#8a6d1f", "#7d4f9b", "#3d8b40", "#b03a5b", "#5b6575",
    ]
    private static let (left, right, top, bottom) = (64.0, 884.0, 20.0, 240.0)

    let title: String
    /// Of the vertical axis.
    let unit: String
    let axis: Axis
    let lines: [Line]

    var svg: String {
        let points = lines.flatMap(\.points)
        let highest = Self.roundedUp(points.map(\.y).max() ?? 0)
        let range = horizontalRange(points.map(\.x))
        let legend = (lines.count + 3) / 4
        let height = 272 + 22 * legend
        return """
            <svg viewBox="0 0 904 \(height)" role="img" aria-label="\(Self.escaped(title))">
            \(verticalTicks(highest))
            \(horizontalTicks(range))
            \(lines.enumerated().map { drawn($1, Self.colour($0), range, highest) }.joined(separator: "\n"))
            \(lines.enumerated().map { key($1.name, $0) }.joined(separator: "\n"))
            </svg>
            """
    }

    // MARK: Lines

    private func drawn(
        _ line: Line, _ colour: String, _ range: ClosedRange<Double>, _ highest: Double
    ) -> String {
        let places = line.points.map { point in
            let x = place(point.x, range)
            let y = Self.bottom - point.y / highest * (Self.bottom - Self.top)
            return "\(Self.short(x)),\(Self.short(y))"
        }
        return "<polyline points=\"\(places.joined(separator: " "))\" stroke=\"\(colour)\"/>"
    }

    private static func colour(_ index: Int) -> String { colours[index % colours.count] }

    private func key(_ name: String, _ index: Int) -> String {
        let (x, y) = (64 + index % 4 * 210, 280 + index / 4 * 22)
        return "<rect x=\"\(x)\" y=\"\(y - 9)\" width=\"12\" height=\"4\" fill=\"\(Self.colour(index))\"/>"
            + "<text x=\"\(x + 18)\" y=\"\(y - 3)\">\(Self.escaped(name))</text>"
    }

    // MARK: Axes

    private func horizontalRange(_ values: [Double]) -> ClosedRange<Double> {
        switch axis {
        case .linear: return 0...max(1, values.max() ?? 1)
        case .nines: return 0...max(2, (values.filter { $0 < 100 }.map(Self.nines).max() ?? 2).rounded(.up))
        }
    }

    private func place(_ x: Double, _ range: ClosedRange<Double>) -> Double {
        let value: Double
        switch axis {
        case .linear: value = x
        case .nines: value = min(x < 100 ? Self.nines(x) : range.upperBound, range.upperBound)
        }
        return Self.left + value / range.upperBound * (Self.right - Self.left)
    }

    /// How many nines a percentage has: 1 for 90, 2 for 99, 3 for 99.9.
    private static func nines(_ percent: Double) -> Double {
        var (rest, count) = (1 - percent / 100, 0.0)
        guard rest > 0 else { return 0 }
        while rest <= 0.1000001 {
            rest *= 10
            count += 1
        }
        // Between two nines, evenly by the rest that is left.
        return count + (1 - rest) / 0.9
    }

    private func verticalTicks(_ highest: Double) -> String {
        (0...4).map { step in
            let value = highest * Double(step) / 4
            let y = Self.short(Self.bottom - (Self.bottom - Self.top) * Double(step) / 4)
            let digits = highest < 0.1 ? 3 : highest < 1 ? 2 : highest < 40 ? 1 : 0
            return "<path class=\"grid\" d=\"M\(Self.left) \(y)H\(Self.right)\"/>"
                + "<text x=\"58\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">\(Figure.text(value, digits))</text>"
        }.joined() + "<text x=\"58\" y=\"12\" text-anchor=\"end\">\(Self.escaped(unit))</text>"
    }

    private func horizontalTicks(_ range: ClosedRange<Double>) -> String {
        let ticks: [(place: Double, text: String)]
        switch axis {
        case .linear(let name):
            let step = Self.roundedUp(range.upperBound / 10)
            let places = Array(stride(from: 0, through: range.upperBound, by: step))
            ticks = places.map {
                (place($0, range), Figure.text($0, step < 1 ? 1 : 0) + ($0 == places.last ? " \(name)" : ""))
            }
        case .nines:
            let names = ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"]
            ticks = (0...min(names.count - 1, Int(range.upperBound))).map { count in
                (Self.left + Double(count) / range.upperBound * (Self.right - Self.left), names[count])
            }
        }
        return ticks.map { tick in
            "<text x=\"\(Self.short(tick.place))\" y=\"258\" text-anchor=\"middle\">\(tick.text)</text>"
        }.joined()
    }

    /// The next of 1, 2, 2.5, 4, 5, 8 and 10 times a power of ten.
    private static func roundedUp(_ value: Double) -> Double {
        guard value > 0 else { return 1 }
        var power = 1.0
        while power * 10 < value { power *= 10 }
        while power > value { power /= 10 }
        return ([1, 2, 2.5, 4, 5, 8, 10].first { $0 * power >= value } ?? 10) * power
    }

    private static func short(_ value: Double) -> String { String((value * 10).rounded() / 10) }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
