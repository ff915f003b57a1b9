import FoundationEssentials
import Gateway
import HTTPService
import NIOCore
import NIOPosix

FileDescriptorLimit.raise()
await ServiceProcess.run("gateway", environment: ProcessInfo.processInfo.environment) { reader, logger in
    let settings = try GatewaySettings(reader: reader)
    let eventLoops = settings.eventLoopCount == 0 ? System.coreCount : settings.eventLoopCount
    return GatewayApplication.make(
        settings: settings, eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: eventLoops), logger: logger)
}
