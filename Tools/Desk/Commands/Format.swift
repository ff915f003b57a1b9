import ArgumentParser

struct Lint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check the formatting of all Swift files.")

    func run() async throws {
        guard try await Formatting(try Toolchain.swift(), try Installation.find()).lint() else { throw ExitCode(1) }
    }
}

struct Format: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Format all Swift files in place.")

    func run() async throws {
        let status = try await Formatting(try Toolchain.swift(), try Installation.find()).apply()
        if status != 0 { throw ExitCode(status) }
    }
}
