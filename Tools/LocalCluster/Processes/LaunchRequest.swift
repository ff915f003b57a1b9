/// What to start, and with which files as its standard streams.
struct LaunchRequest: Sendable {
    var executable: String
    var arguments: [String] = []
    var environment: [String: String] = [:]
    var workingFolder: String
    /// `nil`: as the supervisor's own user.
    var account: Account?
    /// `nil` is `/dev/null`.
    var input: String?
    /// Takes standard output and standard error, appended.
    var output: String
    var parentDeathSignal: ProcessSignal = .kill
}

extension LaunchRequest {
    /// The command line that makes a child die with the supervisor, whichever way that ends.
    ///
    /// `setpriv` asks the kernel for the signal and gives up root; the shell then makes sure that the supervisor had
    /// not died before that was asked, and enters the working folder.
    func commandLine(supervisor: Int32, setpriv: String) -> [String] {
        var line = [setpriv, "--pdeathsig", parentDeathSignal.rawValue, "--no-new-privs"]
        if let account {
            line += ["--reuid", "\(account.userID)", "--regid", "\(account.groupID)", "--init-groups"]
        }
        let script = #"[ "$PPID" = "$1" ] && cd "$2" && shift 2 && exec "$@""#
        return line + ["/bin/sh", "-c", script, executable, "\(supervisor)", workingFolder, executable] + arguments
    }
}
