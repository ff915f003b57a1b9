import Foundation
package import Postgres

/// A PostgreSQL server of a test's own, so that the test may stop, cut off and promote it: a copy of another server
/// (`pg_basebackup`), which follows that one until it is promoted.
///
/// It ends when the test does, also by a crash: a shell waits for the end of a pipe whose other end is ours.
package final class PostgresCopy: Sendable {
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    /// Its `cluster_name`.
    package let name: String
    private let folder: String
    private let port: Int
    private let passwordFile: String
    private let shell: ChildShell

    private init(name: String, folder: String, port: Int, passwordFile: String, shell: ChildShell) {
        self.name = name
        self.folder = folder
        self.port = port
        self.passwordFile = passwordFile
        self.shell = shell
    }

    /// Runs a test with a copy of the server that all tests share, or of another copy.
    package static func with<R: Sendable>(
        _ name: String, of source: PostgresCopy? = nil, _ body: @Sendable (PostgresCopy) async throws -> R
    ) async throws -> R {
        let copy = try await start(name, of: source)
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body(copy)) } catch { outcome = .failure(error) }
        try await copy.end()
        return try outcome.get()
    }

    private static func start(_ name: String, of source: PostgresCopy?) async throws -> PostgresCopy {
        let upstream = try await Upstream.of(source)
        var template = Array("/tmp/cryptodesk-copy-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed(description: "No folder could be made in /tmp.") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let port = Int.random(in: 20_000..<60_000)
        // PostgreSQL refuses to run as root.
        let isRoot = geteuid() == 0
        if isRoot, let account = getpwnam("postgres") { chown(folder, account.pointee.pw_uid, account.pointee.pw_gid) }
        let shell = try ChildShell(
            script: script, isRoot: isRoot, folder: folder,
            environment: [
                "BIN": upstream.programs, "UPSTREAM": upstream.connection, "PGPASSFILE": upstream.passwordFile,
                "NAME": name, "PORT": "\(port)", "SETTINGS": upstream.settings.joined(separator: " "),
            ])
        let copy = PostgresCopy(
            name: name, folder: folder, port: port, passwordFile: upstream.passwordFile, shell: shell)
        let isUp = try await eventually(within: .seconds(60)) {
            guard shell.isRunning else { throw Failed(description: "The copy did not start: \(copy.log)") }
            return (try? await copy.session(database: "postgres")) != nil
        }
        guard isUp else { throw Failed(description: "The copy does not answer: \(copy.log)") }
        return copy
    }

    /// Waits for the end of its input, and then ends the server with all that it has started.
    private static let script = """
        cd "$FOLDER" || exit 1
        for attempt in 1 2 3; do
            "$BIN/pg_basebackup" -d "$UPSTREAM" -D data -X stream -c fast --no-sync && break
            rm -rf data
        done
        touch data/standby.signal
        "$BIN/postgres" -D data -c port="$PORT" -c unix_socket_directories="$FOLDER" -c listen_addresses= \\
            -c cluster_name="$NAME" -c primary_conninfo="$UPSTREAM application_name=$NAME" -c primary_slot_name= \\
            -c hot_standby=on -c fsync=off -c wal_retrieve_retry_interval=100 \\
            -c wal_receiver_timeout=5s $SETTINGS &
        echo $! > postmaster
        cat > /dev/null
        kill -CONT $! $(cat stopped 2> /dev/null)
        kill -QUIT $!
        wait
        cd / && rm -rf "$FOLDER"
        """

    private var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "no log" }

    private func end() async throws {
        try? resume()
        shell.closeInput()
        _ = try await eventually { !shell.isRunning }
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Reaching it

    /// A role's connection URL to a test's database, without the password.
    package func url(_ role: TestDatabase.Role, _ database: TestDatabase) -> String {
        "postgresql://\(role.rawValue)@/\(database.name)?host=\(folder)&port=\(port)"
    }

    /// A superuser's session.
    package func session(database: String) async throws -> PostgresSession {
        try await PostgresSession.connect(
            url: "postgresql://postgres@/\(database)?host=\(folder)&port=\(port)",
            password: TestEnvironment.value("TEST_POSTGRES_PASSWORD"))
    }

    fileprivate var connection: String { "host=\(folder) port=\(port)" }

    // MARK: Faults

    /// Replays no more of what it receives.
    package func pauseReplay() async throws {
        let session = try await session(database: "postgres")
        try await session.execute("SELECT pg_wal_replay_pause()")
        let isPaused = try await eventually {
            try await session.execute("SELECT pg_get_wal_replay_pause_state()").text(0, 0) == "paused"
        }
        guard isPaused else { throw Failed(description: "The replay does not pause.") }
    }

    package func resumeReplay() async throws {
        try await session(database: "postgres").execute("SELECT pg_wal_replay_resume()")
    }

    /// Stops all its processes (SIGSTOP): connections stay open, and nobody answers.
    package func pause() throws {
        let postmaster = try postmaster
        // The parent first, or it would replace children that it takes for dead.
        kill(postmaster, SIGSTOP)
        let children = Self.children(of: postmaster)
        for child in children { kill(child, SIGSTOP) }
        let stopped = ([postmaster] + children).map(String.init).joined(separator: " ")
        try stopped.write(toFile: folder + "/stopped", atomically: false, encoding: .utf8)
    }

    package func resume() throws {
        let postmaster = try postmaster
        for child in Self.children(of: postmaster) { kill(child, SIGCONT) }
        kill(postmaster, SIGCONT)
    }

    /// Ends it as a crash would (SIGKILL).
    package func crash() async throws {
        let postmaster = try postmaster
        let children = Self.children(of: postmaster)
        kill(postmaster, SIGKILL)
        for child in children { kill(child, SIGKILL) }
        guard try await eventually({ kill(postmaster, 0) != 0 || Self.isZombie(postmaster) }) else {
            throw Failed(description: "The server does not end.")
        }
    }

    /// Makes it a primary, and, unless that is left for later, the one that the newest epoch names.
    package func promote(_ database: TestDatabase, epoch: Int?) async throws {
        let session = try await session(database: database.name)
        try await session.execute("SELECT pg_promote()")
        if let epoch { try await beginEpoch(epoch, database) }
    }

    package func beginEpoch(_ epoch: Int, _ database: TestDatabase) async throws {
        try await session(database: database.name).execute(
            "INSERT INTO primary_epochs (epoch, server) VALUES (\(epoch), '\(name)')")
    }

    private var postmaster: pid_t {
        get throws {
            let text = try String(contentsOfFile: folder + "/postmaster", encoding: .utf8)
            guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw Failed(description: "The server's process is not known.")
            }
            return pid
        }
    }

    private static func isZombie(_ pid: pid_t) -> Bool { statistics(pid)?.first == "Z" }

    /// The fields of `/proc/PID/stat` after the name (proc(5)): state, parent, …
    private static func statistics(_ pid: pid_t) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let fields = statistics(pid), fields.count > 1 else { return false }
            return pid_t(fields[1]) == parent
        }
    }
}

/// Where a copy is taken from.
private struct Upstream {
    /// The folder of PostgreSQL's programs.
    let programs: String
    let passwordFile: String
    /// A libpq connection string.
    let connection: String
    /// Settings that a standby must not have less of than its primary, as arguments.
    let settings: [String]

    static func of(_ source: PostgresCopy?) async throws -> Upstream {
        let shared = try await PostgresSession.connect(
            url: TestEnvironment.value("TEST_POSTGRES_URL"), password: TestEnvironment.value("TEST_POSTGRES_PASSWORD"))
        let rows = try await shared.execute(
            """
            SELECT (SELECT setting FROM pg_config WHERE name = 'BINDIR'),
                   regexp_replace(current_setting('hba_file'), '[^/]*$', 'replication.pgpass'),
                   (SELECT string_agg('-c ' || name || '=' || setting, ' ') FROM pg_settings
                    WHERE name IN ('max_connections', 'max_worker_processes', 'max_wal_senders',
                                   'max_prepared_transactions', 'max_locks_per_transaction'))
            """)
        let host = try TestEnvironment.value("TEST_POSTGRES_SOCKET_DIR")
        let port = try TestEnvironment.value("TEST_POSTGRES_PORT")
        return Upstream(
            programs: rows.text(0, 0) ?? "", passwordFile: rows.text(0, 1) ?? "",
            connection: "\(source?.connection ?? "host=\(host) port=\(port)") user=cryptodesk_replication",
            settings: [rows.text(0, 2) ?? ""])
    }
}
