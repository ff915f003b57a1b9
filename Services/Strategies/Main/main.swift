import FoundationEssentials
import HTTPService
import NIOPosix
import Strategies

await ServiceProcess.run("strategies", environment: ProcessInfo.processInfo.environment) { reader, logger in
    try StrategiesApplication.make(
        settings: StrategiesSettings(reader: reader), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: logger)
}
