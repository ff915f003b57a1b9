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
        let servers = topology.endpoints(.gateway)
            .map { "    server \($0) max_fails=1 fail_timeout=1s;\n" }
            .joined()
        return """
            # Written by desk at every start.
            upstream gateways {
                zone gateways 64k;
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
        ]
    }
}
