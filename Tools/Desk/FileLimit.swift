import Glibc

/// How many files and connections this process may have open.
enum FileLimit {
    /// As many as the system lets it, and what a server or a load test needs at most.
    static func raise() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(kind, &limit)
    }
}
