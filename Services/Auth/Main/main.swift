import Auth
import FoundationEssentials
import HTTPService
import NIOPosix

await ServiceProcess.run("auth", environment: ProcessInfo.processInfo.environment) { reader, logger in
    let settings = try AuthSettings(reader: reader)
    return try AuthApplication.make(
        settings: settings,
        eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: settings.server.eventLoopCount), logger: logger)
}
