import FoundationEssentials
import HTTPService
import NIOPosix
import Strategies

await ServiceProcess.run("strategies", environment: ProcessInfo.processInfo.environment) { reader, logger in
    let settings = try StrategiesSettings(reader: reader)
    return try StrategiesApplication.make(
        settings: settings,
        eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: settings.server.eventLoopCount), logger: logger)
}
