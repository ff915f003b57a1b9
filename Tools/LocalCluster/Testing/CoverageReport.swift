package import JSON

/// How many lines of each module were executed, out of what `llvm-cov export --summary-only` writes.
package struct CoverageReport {
    package struct Lines: Hashable, Sendable {
        package var count = 0
        package var covered = 0

        package init(count: Int = 0, covered: Int = 0) {
            self.count = count
            self.covered = covered
        }

        /// From 0 to 1; 0 of nothing.
        package var share: Double { count == 0 ? 0 : Double(covered) / Double(count) }

        static func += (left: inout Lines, right: Lines) {
            left.count += right.count
            left.covered += right.covered
        }
    }

    /// By name, such as `Shared/JSON`.
    package let modules: [(name: String, lines: Lines)]

    /// - Parameters:
    ///   - export: `{"data":[{"files":[{"filename":…,"summary":{"lines":{"count":…,"covered":…}}}]}]}`.
    ///   - repository: files outside of its `Services` and `Shared` do not count.
    package init(export: JSONValue, repository: String) {
        var modules: [String: Lines] = [:]
        for data in export.object?["data"]?.array ?? [] {
            for file in data.object?["files"]?.array ?? [] {
                guard let file = file.object, let path = file["filename"]?.string,
                    let module = Self.module(of: path, in: repository),
                    let lines = file["summary"]?.object?["lines"]?.object,
                    let count = lines["count"]?.integer, let covered = lines["covered"]?.integer
                else { continue }
                modules[module, default: Lines()] += Lines(count: count, covered: covered)
            }
        }
        self.modules = modules.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package var total: Lines { modules.reduce(into: Lines()) { $0 += $1.lines } }

    private static func module(of path: String, in repository: String) -> String? {
        guard path.hasPrefix(repository + "/") else { return nil }
        let parts = path.dropFirst(repository.count + 1).split(separator: "/")
        guard parts.count > 2, parts[0] == "Services" || parts[0] == "Shared", parts[1] != "TestSupport" else {
            return nil
        }
        return "\(parts[0])/\(parts[1])"
    }
}
