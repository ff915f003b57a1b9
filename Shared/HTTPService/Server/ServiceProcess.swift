package import Logging
package import Settings
import Telemetry
import Traces

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The frame of every `main.swift`: settings, then logs, then the composed application.
package enum ServiceProcess {
    /// Runs the process until it is told to stop. What stops it from starting is written to standard error as one
    /// sentence, and the exit status is 1 then.
    ///
    /// - Parameter compose: reads the settings and builds the application.
    package static func run(
        _ service: String, environment: [String: String],
        compose: (SettingsReader, Logger) async throws -> ServiceApplication
    ) async {
        MemoryReturn.fixBounds()
        do {
            let reader = try await SettingsReader(environment: environment)
            CPUScheduling(rawValue: try reader.value(CPUScheduling.setting))?.apply()
            let level = try reader.value(ServerSettings.logLevel)
            Telemetry.bootstrap(
                service: service, level: Logger.Level(rawValue: level) ?? .info, metadata: .traces)
            let application = try await compose(reader, Logger(label: service))
            try await application.run()
        } catch {
            JSONLogHandler.writeToStandardError("\(service): \(error)\n")
            exit(EXIT_FAILURE)
        }
    }
}
