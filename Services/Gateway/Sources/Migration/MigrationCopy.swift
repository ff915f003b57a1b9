import FoundationEssentials
import JSON

/// The last stages that a gateway knew, on its disk: what it begins with where Redis does not answer at its start.
package struct MigrationCopy: Sendable {
    private let path: String

    package init(path: String) { self.path = path }

    /// `nil` where there is none, and for a file that cannot be read whole.
    package func read() -> MigrationStages? {
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let json = (try? JSONValue(parsing: Array(data)))?.object
        else { return nil }
        return MigrationStages(json: json, source: .copy)
    }

    /// Replaces the file as a whole.
    package func write(_ stages: MigrationStages) throws {
        let text = JSONValue.object(stages.json).serialized()
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
