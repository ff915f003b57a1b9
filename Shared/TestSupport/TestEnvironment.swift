import FoundationEssentials

/// The servers that `desk test` starts for the integration tests, as it names them in the environment.
package enum TestEnvironment {
    /// Why an integration test cannot run: one sentence.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// Whether the long forms of the tests are asked for: `./desk test --slow`.
    package static var isSlow: Bool { ProcessInfo.processInfo.environment["CRYPTODESK_SLOW_TESTS"] == "1" }

    /// - Throws: ``Missing`` outside of `./desk test`.
    package static func value(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw Missing(description: "\(name) is not set: run the integration tests with ./desk test.")
        }
        return value
    }
}
