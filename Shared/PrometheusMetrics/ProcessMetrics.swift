import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What every process tells of itself, under the names that Prometheus' own client libraries use.
package struct ProcessMetrics: Sendable {
    package static let catalogue = [build, startTime, cpu, memory, descriptors, descriptorLimit]

    private static let build = Metric(
        "cryptodesk_build_info", .gauge, "Which service this is, and in which version; always 1.",
        labels: ["service", "version"])
    private static let startTime = Metric(
        "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.")
    private static let cpu = Metric(
        "process_cpu_seconds_total", .counter, "Processor time that the process has taken, in the kernel and outside.")
    private static let memory = Metric("process_resident_memory_bytes", .gauge, "Memory that is resident.")
    private static let descriptors = Metric("process_open_fds", .gauge, "File descriptors that are open.")
    private static let descriptorLimit = Metric("process_max_fds", .gauge, "File descriptors that may be open.")

    private let service: String
    private let version: String
    private let startedAt: Double

    /// Made once, when the process starts.
    package init(service: String, version: String) {
        self.service = service
        self.version = version
        startedAt = Date().timeIntervalSince1970
    }

    package func families() -> [MetricFamily] {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        let hasLimit = getrlimit(resource, &limit) == 0
        return [
            Self.build([MetricSample([service, version], count: 1)]), Self.startTime(number: startedAt),
            Self.cpu(number: Self.cpuSeconds),
            Self.memory(number: Self.residentBytes.map { Double($0) }),
            Self.descriptors(number: Self.openDescriptors.map { Double($0) }),
            Self.descriptorLimit(number: hasLimit ? Double(limit.rlim_cur) : nil),
        ]
    }

    // MARK: Asking the system

    private static var cpuSeconds: Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The second number of `statm` is the resident set in pages (proc(5)).
    private static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let numbers = text.split(separator: " ")
        return numbers.count > 1 ? Int(numbers[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    private static var openDescriptors: Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}
