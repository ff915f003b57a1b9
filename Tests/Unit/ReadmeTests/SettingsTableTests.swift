import Auth
import Foundation
import Gateway
import Settings
import Strategies
import Testing

@Suite("The README")
struct SettingsTableTests {
    /// The settings of all processes as a Markdown table: a row for each variable, with the processes that read it.
    private static func table() -> String {
        let catalogues: [(process: String, settings: [any AnySetting])] = [
            ("gateway", GatewaySettings.catalogue), ("auth", AuthSettings.catalogue),
            ("strategies", StrategiesSettings.catalogue),
        ]
        var rows: [(setting: any AnySetting, processes: [String])] = []
        for (process, settings) in catalogues {
            for setting in settings {
                if let index = rows.firstIndex(where: { $0.setting.environmentName == setting.environmentName }) {
                    rows[index].processes.append(process)
                } else {
                    rows.append((setting, [process]))
                }
            }
        }
        let sorted = rows.sorted {
            ($1.processes.count, $0.setting.environmentName) < ($0.processes.count, $1.setting.environmentName)
        }
        let lines = sorted.map { setting, processes in
            let readers = processes.count == catalogues.count ? "all" : processes.joined(separator: ", ")
            let value = setting.defaultDescription
            let shown = ["required", "none"].contains(value) ? value : "`\(value)`"
            return
                "| `\(setting.environmentName)` | \(readers) | \(setting.typeDescription) | \(shown) | \(setting.summary) |"
        }
        return (["| variable | read by | type | default | what |", "|---|---|---|---|---|"] + lines).joined(
            separator: "\n")
    }

    @Test("its settings table is what the processes read")
    func settingsTable() throws {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(readme.range(of: "<!-- settings -->\n")?.upperBound)
        let end = try #require(readme.range(of: "<!-- /settings -->")?.lowerBound)
        let written = readme[start..<end].trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(written == Self.table(), "Write this between the marks:\n\n\(Self.table())\n")
    }

    @Test("every setting says in a sentence what it is")
    func summaries() {
        for setting in GatewaySettings.catalogue + AuthSettings.catalogue + StrategiesSettings.catalogue {
            #expect(setting.summary.hasSuffix("."), "\(setting.environmentName)")
            #expect(!setting.summary.contains("|"), "\(setting.environmentName) would break the table")
        }
    }
}
