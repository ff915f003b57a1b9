import FoundationEssentials

/// The passwords that people choose most, compared without regard to letter case.
///
/// Ten thousand of them take about 300 KB: nearly all are so short that a `String` holds them in itself.
package struct CommonPasswords: Sendable {
    /// Knows none.
    package static let none = CommonPasswords([String]())
    /// The longest file that is read, in bytes.
    package static let maximumFileBytes = 4 << 20

    private let words: Set<String>

    package init(_ words: some Sequence<String>) { self.words = Set(words.map { $0.lowercased() }) }

    /// Reads a file of one password a line, in UTF-8, as `deploy/passwords/install.sh` writes it.
    ///
    /// - Throws: a sentence on why the file cannot be used.
    package init(path: String) throws(CommonPasswordsError) {
        guard !path.isEmpty else { throw CommonPasswordsError(description: "no file is named") }
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            throw CommonPasswordsError(description: "there is no file \(path)")
        }
        guard let size = attributes[.size] as? UInt, size <= UInt(Self.maximumFileBytes) else {
            throw CommonPasswordsError(description: "\(path) has more than \(Self.maximumFileBytes) bytes")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommonPasswordsError(description: "\(path) cannot be read as UTF-8")
        }
        self.init(text.split(whereSeparator: \.isNewline).map(String.init))
        guard !words.isEmpty else { throw CommonPasswordsError(description: "\(path) is empty") }
    }

    package func contains(_ password: String) -> Bool { words.contains(password.lowercased()) }
}

/// Why the list of common passwords cannot be used, as one sentence.
package struct CommonPasswordsError: Error, Sendable, CustomStringConvertible {
    package let description: String
}
