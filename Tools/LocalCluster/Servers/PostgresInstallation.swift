/// One PostgreSQL on this machine, and the choice among several.
package struct PostgresInstallation: Hashable, Sendable {
    package let folder: String
    /// The major version.
    package let version: Int

    package init(folder: String, version: Int) {
        self.folder = folder
        self.version = version
    }

    /// The highest version, or the one that wrote the data.
    package static func choose(
        from found: [PostgresInstallation], dataVersion: Int?, oldest: Int
    ) -> Result<PostgresInstallation, ClusterError> {
        guard let highest = found.max(by: { $0.version < $1.version }) else {
            return .failure(
                ClusterError("PostgreSQL was not found: run ./desk up, which installs the package postgresql."))
        }
        guard highest.version >= oldest else {
            return .failure(
                ClusterError(
                    "PostgreSQL \(highest.version) is too old: install version \(oldest) or later, "
                        + "for example from https://wiki.postgresql.org/wiki/Apt."))
        }
        guard let dataVersion else { return .success(highest) }
        guard let match = found.first(where: { $0.version == dataVersion }) else {
            return .failure(
                ClusterError(
                    "The data folder was written by PostgreSQL \(dataVersion), which is not installed here "
                        + "(version \(highest.version) is): install it, or use another folder with --data."))
        }
        return .success(match)
    }

    /// The 15 of `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`.
    package static func majorVersion(in answer: String) -> Int? {
        guard let mark = answer.firstRange(of: "(PostgreSQL) ") else { return nil }
        return Int(answer[mark.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
}
