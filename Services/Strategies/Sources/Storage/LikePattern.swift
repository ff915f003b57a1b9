/// A pattern for LIKE (PostgreSQL's manual §9.7.1).
package enum LikePattern {
    /// Matches every text that contains this one; `%`, `_` and `\` stand for themselves.
    package static func containing(_ text: String) -> String {
        var pattern = "%"
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { pattern += "\\" }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "%"
    }
}
