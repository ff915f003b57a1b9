/// A run of the benchmark of refreshes and logins.
struct AuthReport: Codable {
    struct Refresh: Codable {
        let perSecond: Double
        /// Milliseconds.
        let p50, p99: Double
        let wrong: Int
        /// Signatures a second of all cores, with nothing else to do.
        let signingLimit: Double
        /// Of that limit.
        let share: Double

        enum CodingKeys: String, CodingKey {
            case wrong, share
            case perSecond = "per_second"
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case signingLimit = "signing_limit_per_second"
        }
    }

    struct Login: Codable {
        let perSecond: Double
        /// Answers 503, of all rounds.
        let refused: Int
        let wrong: Int
        /// Hashes a second of all cores, with nothing else to do.
        let hashingLimit: Double
        /// Of that limit.
        let share: Double
        /// Milliseconds that a read takes while nobody signs in.
        let quietReadsP99: Double
        /// Milliseconds, meanwhile.
        let readsP50, readsP99: Double
        let failedReads: Int

        enum CodingKeys: String, CodingKey {
            case refused, wrong, share
            case perSecond = "per_second"
            case hashingLimit = "hashing_limit_per_second"
            case quietReadsP99 = "quiet_reads_p99_ms"
            case readsP50 = "reads_p50_ms"
            case readsP99 = "reads_p99_ms"
            case failedReads = "failed_reads"
        }
    }

    let date: String
    let commit: String
    let machine: String
    let cores: Int
    let rounds: Int
    let seconds: Int
    let connections: Int
    /// bcrypt's, of the logins.
    let cost: Int
    let refresh: Refresh
    let login: Login
}

extension AuthReport {
    /// The figures that a run is held against.
    private var targets: [ListReport.Target] {
        let least = min(2000, refresh.signingLimit)
        return [
            .init(
                "refreshes", "2,000/s or the signing limit, p99 ≤ 100 ms",
                "\(ListReport.number(refresh.perSecond, 0))/s, p99 \(ListReport.number(refresh.p99, 1)) ms",
                isMet: refresh.perSecond >= least && refresh.p99 <= 100 && refresh.wrong == 0),
            .init(
                "logins", "90 % of what the cores can hash", "\(ListReport.number(login.share * 100, 0)) %",
                isMet: login.share >= 0.9 && login.wrong == 0),
            .init(
                "reads meanwhile", "p99 ≤ 50 ms", "\(ListReport.number(login.readsP99, 1)) ms",
                isMet: login.readsP99 <= 50 && login.failedReads == 0),
        ]
    }

    /// For people.
    var text: String {
        let rows = [
            [
                "refreshes", ListReport.number(refresh.perSecond, 0), ListReport.number(refresh.p50, 1),
                ListReport.number(refresh.p99, 1), ListReport.number(refresh.signingLimit, 0) + " signatures/s",
                ListReport.number(refresh.share * 100, 0) + " %", "0", "\(refresh.wrong)",
            ],
            [
                "logins (cost \(cost))", ListReport.number(login.perSecond, 1), "–", "–",
                ListReport.number(login.hashingLimit, 1) + " hashes/s", ListReport.number(login.share * 100, 0) + " %",
                "\(login.refused)", "\(login.wrong)",
            ],
        ]
        let table = TextTable(
            ["through nginx", "a second", "p50 ms", "p99 ms", "all cores can", "of that", "503", "wrong"], rows,
            rightAligned: [1, 2, 3, 4, 5, 6, 7])
        let reads =
            "Reads of ten strategies: p99 \(ListReport.number(login.quietReadsP99, 1)) ms while nobody signs in; p50 "
            + "\(ListReport.number(login.readsP50, 1)) ms and p99 \(ListReport.number(login.readsP99, 1)) ms while the cores "
            + "hash, \(login.failedReads) failed."
        let wanted = TextTable(
            ["wanted", "", "measured", ""],
            targets.map { [$0.work, $0.wanted, $0.measured ?? "", $0.isMet == true ? "met" : "MISSED"] })
        return [
            table.text, reads, wanted.text,
            "\(date), commit \(commit), \(machine), \(cores) cores, \(connections) connections,",
        ].joined(separator: "\n\n")
            + "\nmedians of \(rounds) rounds of \(seconds) s; the load generator runs on the same cores."
    }
}
