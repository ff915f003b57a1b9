/// Why the rest of a file of accounts is not read.
package struct AccountFileError: Error, Equatable {
    /// From 1 on.
    package let line: Int
    package let reason: String
}
