/// A square of modules, dark where true.
package struct QRCodeModules: Sendable, Equatable {
    /// On each side.
    package let size: Int
    private var isDark: [Bool]

    init(size: Int) {
        self.size = size
        isDark = Array(repeating: false, count: size * size)
    }

    package subscript(_ row: Int, _ column: Int) -> Bool {
        get { isDark[row * size + column] }
        set { isDark[row * size + column] = newValue }
    }
}
