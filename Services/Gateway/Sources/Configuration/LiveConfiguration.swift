package import Documents
import FoundationEssentials
package import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// The configuration that is in force, and its replacement by what the file says now: as a whole or not at all.
///
/// One reading follows the other, so that the last that began is the last that counts.
package actor LiveConfiguration: Service {
    /// What came of reading the file again.
    package enum Outcome: Sendable {
        /// Every event loop serves the new configuration by now.
        case adopted(Report)
        /// Nothing has changed.
        case refused(DocumentError)
    }

    /// What is in force, and since when.
    package struct Report: Sendable {
        package let configuration: GatewayConfiguration
        /// Counts the configurations of this process from 1.
        package let version: Int
        /// Seconds since 1970.
        package let adoptedAt: Int
        /// Why the last reading was refused, if it was.
        package let refusal: DocumentError?
    }

    /// Puts a configuration in force everywhere, and returns when it is.
    package typealias Adoption = @Sendable (GatewayConfiguration) async -> Void

    private let file: ConfigurationFile
    private let adopt: Adoption
    private let logger: Logger
    private var current: GatewayConfiguration
    private var version = 1
    private var adoptedAt = LiveConfiguration.now
    private var refusal: DocumentError?
    private var lastReading: Task<Outcome, Never>?

    /// - Parameter current: what the process started with.
    package init(
        file: ConfigurationFile, current: GatewayConfiguration, logger: Logger, adopt: @escaping Adoption
    ) {
        self.file = file
        self.current = current
        self.logger = logger
        self.adopt = adopt
    }

    /// Reads the file again on every SIGHUP, until the service shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) { _ = await self.reload() }
        }
    }

    package var report: Report {
        Report(configuration: current, version: version, adoptedAt: adoptedAt, refusal: refusal)
    }

    /// Reads the file and adopts what it says, unless something is wrong with it.
    package func reload() async -> Outcome {
        let earlier = lastReading
        let reading = Task {
            _ = await earlier?.value
            return await read()
        }
        lastReading = reading
        return await reading.value
    }

    private func read() async -> Outcome {
        let (file, before) = (file, current)
        let result: Result<GatewayConfiguration, DocumentError>
        do {
            result = try await NIOThreadPool.singleton.runIfActive {
                Result { () throws(DocumentError) in
                    let new = try file.read()
                    try ConfigurationChange(from: before, to: new).check()
                    return new
                }
            }
        } catch {
            result = .failure(DocumentError([]))  // the process is ending
        }
        switch result {
        case .success(let new):
            await adopt(new)
            (current, version, adoptedAt, refusal) = (new, version + 1, Self.now, nil)
            logger.notice("Configuration adopted", metadata: ["version": "\(version)", "hash": "\(new.hash)"])
            return .adopted(report)
        case .failure(let error):
            refusal = error
            for problem in error.problems {
                logger.error("Configuration refused", metadata: ["problem": "\(problem)"])
            }
            return .refused(error)
        }
    }

    private static var now: Int { Int(Date().timeIntervalSince1970) }
}
