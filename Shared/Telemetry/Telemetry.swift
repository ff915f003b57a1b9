package import Logging

/// What every process sets up before anything else.
package enum Telemetry {
    /// Sends the logs of this process to standard error as JSON lines. Called once, by `main.swift`.
    ///
    /// - Parameter metadata: what a line says besides, by where it is written.
    package static func bootstrap(
        service: String, level: Logger.Level, metadata: Logger.MetadataProvider? = nil
    ) {
        LoggingSystem.bootstrap { _ in
            var handler = JSONLogHandler(service: service, level: level)
            handler.metadataProvider = metadata
            return handler
        }
    }
}
