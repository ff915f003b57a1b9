/// nginx's configuration: the templates of `deploy/nginx`, filled in for one cluster.
package struct NginxFiles: Hashable, Sendable {
    private let topology: ClusterTopology
    /// Where the dashboard's files are, if there are any.
    private let webFolder: String?

    package init(_ topology: ClusterTopology, webFolder: String?) {
        self.topology = topology
        self.webFolder = webFolder
    }

    /// `upstreams.conf`: the gateways.
    package var upstreams: String {
        let all = topology.sockets(.gateway)
        let groups =
            [group("gateways", all)]
            + without.map { number in group(Self.group(without: number), all.without(number - 1)) }
        return "# Written by desk at every start.\n" + groups.joined(separator: "\n")
    }

    /// `gateways.conf`: to which of them a request goes, decided at each request, so that a gateway is taken out and put
    /// back without a reload: that would end the connections which clients keep. Before one, they are ended with an answer.
    ///
    /// Mostly there is no mark, and the first question is the only one.
    package var choice: String {
        let layout = topology.layout
        let cases = without.map { number in
            let mark = layout.nginxMark("gateway-\(number)")
            return "if (-f \"\(mark)\") { set $cryptodesk_gateways \(Self.group(without: number)); }\n"
        }
        return """
            # Written by desk at every start.
            set $cryptodesk_gateways gateways;
            set $cryptodesk_closes "";
            if (!-f "\(layout.nginxMark(NginxMarks.any))") { break; }
            \(cases.joined())if (-f "\(layout.nginxMark("nginx"))") { set $cryptodesk_closes 1; }

            """
    }

    /// The numbers of the gateways that can be left out.
    private var without: [Int] { topology.options.gateways > 1 ? Array(1...topology.options.gateways) : [] }

    private static func group(without number: Int) -> String { "gateways-without-\(number)" }

    private func group(_ name: String, _ endpoints: [String]) -> String {
        let servers = endpoints.map { "    server \($0) max_fails=1 fail_timeout=1s;\n" }.joined()
        return """
            upstream \(name) {
                zone \(name) 64k;
            \(servers)    keepalive 64;
                keepalive_requests 100000;
                keepalive_timeout 20s;
            }

            """
    }

    /// Fills in `${NAME}` in a template, and leaves nginx's own `$name` alone.
    package func rendered(_ template: String) -> String {
        variables.reduce(template) { text, variable in
            text.replacing("${\(variable.key)}", with: variable.value)
        }
    }

    private var variables: [String: String] {
        [
            "NGINX_PID": topology.layout.nginxFolder + "/nginx.pid",
            "NGINX_WORKERS": "1",
            "NGINX_LISTEN": "127.0.0.1:\(topology.ports.nginx)",
            "NGINX_ACCESS_LOG": topology.layout.log("nginx-access"),
            "NGINX_TEMPORARY": topology.layout.nginxFolder + "/temporary",
            "NGINX_SITE": webFolder == nil ? "site-landing.conf" : "site-dashboard.conf",
            "WEB_FOLDER": webFolder ?? "html",
            "DOCUMENTATION_FOLDER": topology.layout.documentationFolder,
        ]
    }
}

extension [String] {
    fileprivate func without(_ index: Int) -> [String] {
        enumerated().filter { $0.offset != index }.map(\.element)
    }
}
