import Auth
import FoundationEssentials
import HTTPService
import NIOPosix

await ServiceProcess.run("auth", environment: ProcessInfo.processInfo.environment) { reader, logger in
    try AuthApplication.make(
        settings: AuthSettings(reader: reader), eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
}
