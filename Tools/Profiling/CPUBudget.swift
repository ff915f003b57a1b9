/// Where a request's processor time goes, by process and stage.
package struct CPUBudget: Hashable, Sendable, Codable {
    package struct Row: Hashable, Sendable, Codable {
        package let process: String
        /// `nil` for all of the process.
        package let stage: String?
        /// Microseconds of processor time a request.
        package let microseconds: Double
        /// Of these, in the kernel.
        package let kernelMicroseconds: Double

        enum CodingKeys: String, CodingKey {
            case process, stage
            case microseconds = "cpu_us_per_request"
            case kernelMicroseconds = "kernel_us_per_request"
        }
    }

    package let requestsPerSecond: Double
    /// How many looks the figures are made of: below a few hundred a row says little.
    package let samples: Int
    /// The dearest process first, each with its stages behind it.
    package let rows: [Row]

    enum CodingKeys: String, CodingKey {
        case samples, rows
        case requestsPerSecond = "requests_per_second"
    }

    /// - Parameters:
    ///   - samples: by the name of their process.
    ///   - staged: the processes whose stages are told; of the others the sum is.
    ///   - frequency: looks a second and processor.
    ///   - requests: answered while the looks were taken.
    ///   - seconds: how long that was.
    package init(
        _ samples: [(process: String, sample: StackSample)], staged: Set<String>, frequency: Double, requests: Double,
        seconds: Double
    ) {
        let perSample = 1_000_000 / frequency / max(1, requests)
        struct Count {
            var all = 0
            var kernel = 0

            mutating func add(_ sample: StackSample) {
                all += 1
                if sample.frames.first?.isKernel == true { kernel += 1 }
            }
        }
        var processes: [String: Count] = [:]
        var stages: [String: [Stage: Count]] = [:]
        for (process, sample) in samples {
            processes[process, default: Count()].add(sample)
            if staged.contains(process) {
                stages[process, default: [:]][Stage.of(sample.frames), default: Count()].add(sample)
            }
        }
        func row(_ process: String, _ stage: String?, _ count: Count) -> Row {
            Row(
                process: process, stage: stage, microseconds: Double(count.all) * perSample,
                kernelMicroseconds: Double(count.kernel) * perSample)
        }
        requestsPerSecond = requests / seconds
        self.samples = samples.count
        rows = processes.sorted { ($1.value.all, $0.key) < ($0.value.all, $1.key) }.flatMap { process, count in
            [row(process, nil, count)]
                + (stages[process] ?? [:]).sorted { ($1.value.all, $0.key.name) < ($0.value.all, $1.key.name) }
                .map { row(process, $0.key.name, $0.value) }
        }
    }
}
