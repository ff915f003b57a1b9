import LocalCluster
import Testing

@Suite struct PostgresInstallationTests {
    private let versions = [9, 15, 17, 16].map { PostgresInstallation(folder: "/pg/\($0)", version: $0) }

    @Test("the highest version is chosen")
    func highest() throws {
        #expect(try choose(versions).version == 17)
    }

    @Test("data is served by the version that wrote it")
    func dataVersion() throws {
        #expect(try choose(versions, dataVersion: 15).version == 15)
    }

    @Test("what cannot be used is refused in a sentence that says what to do")
    func refused() {
        #expect(throws: ClusterError.self) { try choose([]) }
        #expect { try choose([PostgresInstallation(folder: "/pg/13", version: 13)]) } throws: {
            "\($0)".contains("PostgreSQL 13 is too old")
        }
        #expect { try choose(versions, dataVersion: 18) } throws: {
            "\($0)".contains("written by PostgreSQL 18")
        }
    }

    @Test(
        "the version is read from what the server says of itself",
        arguments: [
            ("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n", 15), ("postgres (PostgreSQL) 18beta1", 18),
            ("something else", nil),
        ] as [(String, Int?)])
    func majorVersion(answer: String, version: Int?) {
        #expect(PostgresInstallation.majorVersion(in: answer) == version)
    }

    private func choose(_ found: [PostgresInstallation], dataVersion: Int? = nil) throws -> PostgresInstallation {
        try PostgresInstallation.choose(from: found, dataVersion: dataVersion, oldest: 15).get()
    }
}
