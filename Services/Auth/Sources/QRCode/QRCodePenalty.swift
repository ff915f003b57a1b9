/// How hard a symbol is to read, in points (ISO/IEC 18004:2015, section 7.8.3): the mask with the fewest is taken.
package enum QRCodePenalty {
    package static func points(of modules: QRCodeModules) -> Int {
        let range = 0..<modules.size
        let lines =
            range.map { row in range.map { modules[row, $0] } }
            + range.map { column in range.map { modules[$0, column] } }
        return lines.reduce(0) { $0 + runs($1) + finders($1) } + squares(modules) + imbalance(modules)
    }

    /// Five and more of one colour in a line: 3, and 1 for each further one.
    private static func runs(_ line: [Bool]) -> Int {
        var (points, length) = (0, 0)
        for index in line.indices {
            length = index > 0 && line[index] == line[index - 1] ? length + 1 : 1
            if length == 5 { points += 3 } else if length > 5 { points += 1 }
        }
        return points
    }

    /// What looks like a finder, with four light ones before or behind it, as are those of the quiet zone: 40. Those that
    /// overlap count once.
    private static func finders(_ line: [Bool]) -> Int {
        let finder = [true, false, true, true, true, false, true]
        var (points, start) = (0, 0)
        while start + finder.count <= line.count {
            let end = start + finder.count
            let isFinder =
                line[start..<end].elementsEqual(finder)
                && (!line[max(0, start - 4)..<start].contains(true)
                    || !line[end..<min(line.count, end + 4)].contains(true))
            if isFinder { points += 40 }
            start = isFinder ? end : start + 1
        }
        return points
    }

    /// Two by two of one colour: 3.
    private static func squares(_ modules: QRCodeModules) -> Int {
        var points = 0
        for row in 1..<modules.size {
            for column in 1..<modules.size {
                let isDark = modules[row, column]
                if modules[row - 1, column] == isDark, modules[row, column - 1] == isDark,
                    modules[row - 1, column - 1] == isDark
                {
                    points += 3
                }
            }
        }
        return points
    }

    /// Each whole twentieth that the dark ones are away from one half: 10.
    private static func imbalance(_ modules: QRCodeModules) -> Int {
        let total = modules.size * modules.size
        let dark = (0..<total).count { modules[$0 / modules.size, $0 % modules.size] }
        return 10 * (abs(2 * dark - total) * 10 / total)
    }
}
