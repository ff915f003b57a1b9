/// Rows under a header, in columns as wide as their widest cell.
struct TextTable {
    let text: String

    /// - Parameter rightAligned: the places of columns whose cells end at the same place, such as those of numbers.
    init(_ header: [String], _ rows: [[String]], rightAligned: Set<Int> = []) {
        let table = [header] + rows
        let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        text = table.map { row in
            row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? gap + cell : cell + gap
            }.joined(separator: "  ").trimmingSuffix()
        }.joined(separator: "\n")
    }
}

extension String {
    /// Without blanks at the end.
    fileprivate func trimmingSuffix() -> String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
