import FoundationEssentials
import Gateway
import HTTPService
import NIOPosix

FileDescriptorLimit.raise()
await ServiceProcess.run("gateway", environment: ProcessInfo.processInfo.environment) { reader, logger in
    let settings = try GatewaySettings(reader: reader)
    return GatewayApplication.make(
        settings: settings,
        eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: settings.server.eventLoopCount), logger: logger)
}
