import FoundationEssentials
import Gateway
import HTTPService
import NIOPosix

let environment = ProcessInfo.processInfo.environment
if CommandLine.arguments.dropFirst().first == ConfigurationCheck.command {
    let check = ConfigurationCheck(variables: ConfigurationVariables(environment))
    check.runAndExit(Array(CommandLine.arguments.dropFirst(2)))
}
FileDescriptorLimit.raise()
await ServiceProcess.run("gateway", environment: environment) { reader, logger in
    let settings = try GatewaySettings(reader: reader)
    return try GatewayApplication.make(
        settings: settings,
        eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: settings.server.eventLoopCount), logger: logger)
}
