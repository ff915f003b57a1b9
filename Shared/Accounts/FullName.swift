/// What a person's name may be.
package enum FullName {
    /// In characters (Unicode scalars).
    package static let length = 1...200

    /// PostgreSQL cannot store U+0000.
    package static func isAllowed(_ text: String) -> Bool {
        length.contains(text.unicodeScalars.count) && !text.utf8.contains(0)
    }
}
