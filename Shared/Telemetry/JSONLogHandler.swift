import JSON
package import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes each log entry as one JSON line on standard error: `time`, `level`, `service`, `message`, then the metadata,
/// of which an `Int` stays a number.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?
    private let service: String
    private let output: @Sendable (String) -> Void

    /// - Parameter output: takes one line with its line feed; standard error unless a test says otherwise.
    package init(
        service: String, level: Logger.Level, output: @escaping @Sendable (String) -> Void = Self.writeToStandardError
    ) {
        self.service = service
        self.logLevel = level
        self.output = output
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "{\"time\":\"\(Self.timestamp())\",\"level\":\"\(event.level.rawValue)\""
        line += ",\"service\":\(service.jsonEscaped),\"message\":\(event.message.description.jsonEscaped)"
        if let error = event.error { line += ",\"error\":\(String(describing: error).jsonEscaped)" }
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            line += ",\(name.jsonEscaped):\(Self.render(value))"
        }
        output(line + "}\n")
    }

    private static func render(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let string): string.jsonEscaped
        case .stringConvertible(let number as Int): "\(number)"
        case .stringConvertible(let convertible): convertible.description.jsonEscaped
        case .array(let elements): "[" + elements.map(render).joined(separator: ",") + "]"
        case .dictionary(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\($0.key.jsonEscaped):\(render($0.value))" }
                .joined(separator: ",") + "}"
        }
    }

    /// RFC 3339 in UTC with milliseconds.
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func digits(_ value: some BinaryInteger, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let time = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(date)T\(time).\(digits(now.tv_nsec / 1_000_000, 3))Z"
    }

    /// One `write` a line, so that lines of several threads never mix.
    package static let writeToStandardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { buffer in
            var offset = 0
            while offset < buffer.count, let start = buffer.baseAddress {
                let count = write(STDERR_FILENO, start + offset, buffer.count - offset)
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
