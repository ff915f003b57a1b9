package import Logging

/// What every process sets up before anything else.
package enum Telemetry {
    /// Sends the logs of this process to standard error as JSON lines. Called once, by `main.swift`.
    package static func bootstrap(service: String, level: Logger.Level) {
        LoggingSystem.bootstrap { _ in JSONLogHandler(service: service, level: level) }
    }
}
