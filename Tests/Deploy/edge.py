"""An edge for tests: the production nginx, a certificate authority with an OCSP responder, and gateways that tell what came."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NAME = "desk.example"


def eventually(condition, within=20.0):
    """Waits until the condition holds, and says whether it did."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Gateway(socketserver.ThreadingTCPServer):
    """Answers with what came, and keeps it. `drops` makes it read requests and close the connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        self.seen = []
        self.drops = False
        self.held = threading.Event()
        self.held.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        pass  # a client that went away


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        record = {"gateway": self.server.name, "method": self.command, "path": self.path, "body": body,
                  "headers": {name.lower(): value for name, value in self.headers.items()}}
        self.server.seen.append(record)
        if self.server.drops:
            self.close_connection = True
            return
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self.upgrade()
        if self.path.startswith("/api/slow"):
            self.server.held.wait(30)
        content = json.dumps(record).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = answer

    def upgrade(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        while data := self.connection.recv(4096):
            self.connection.sendall(data)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Authority:
    """A certificate authority of one certificate, and its OCSP responder."""

    def __init__(self, folder):
        self.folder = folder
        self.port, = free_ports(1)
        (folder / "server.cnf").write_text(
            f"subjectAltName=DNS:{NAME}\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:{self.port}\n"
            "extendedKeyUsage=serverAuth\n")
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test authority", "-days", "2",
                      "-keyout", "ca.key", "-out", "ca.pem", "-addext", "keyUsage=critical,keyCertSign,digitalSignature")
        self.issue()
        self.responder = subprocess.Popen(
            ["openssl", "ocsp", "-port", str(self.port), "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem",
             "-rkey", "ca.key", "-ndays", "1"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def issue(self):
        """A new certificate in the place of the last."""
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}", "-keyout", "server.key",
                      "-out", "server.csr")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                      "-days", "1", "-extfile", "server.cnf", "-out", "leaf.pem")
        (self.folder / "server.pem").write_text((self.folder / "leaf.pem").read_text() + (self.folder / "ca.pem").read_text())
        serial = self._openssl("x509", "-in", "leaf.pem", "-noout", "-serial").strip().split("=")[1]
        with open(self.folder / "index.txt", "a", encoding="ascii") as index:
            index.write(f"V\t351231235959Z\t\t{serial}\tunknown\t/CN={NAME}\n")
        return int(serial, 16)

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout

    def stop(self):
        self.responder.terminate()
        self.responder.wait()


class Edge:
    """The production nginx in a folder of its own, on free ports, before two gateways."""

    def __init__(self, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cryptodesk-edge-"))
        self.folder.chmod(0o755)
        self.authority = Authority(self.folder)
        self.gateways = [Gateway("gateway-1"), Gateway("gateway-2")]
        self.port, self.plain = free_ports(2)
        self.settings = {
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "NGINX_SERVER_NAME": NAME, "NGINX_CERTIFICATE": f"{self.folder}/server.pem",
            "NGINX_CERTIFICATE_KEY": f"{self.folder}/server.key",
            "NGINX_GATEWAYS": " ".join(f"127.0.0.1:{gateway.port}" for gateway in self.gateways),
            "NGINX_LISTEN": f"127.0.0.1:{self.plain}", "NGINX_TLS_LISTEN": f"127.0.0.1:{self.port}", "NGINX_WORKERS": "1",
            "NGINX_TRUSTED_PROXIES": "set_real_ip_from 127.0.0.1;", "NGINX_RESOLVER": "127.0.0.1",
        } | settings
        self.process = None

    @property
    def nginx_folder(self):
        return self.folder / "nginx"

    def install(self):
        """Writes the configuration; returns what nginx said of it."""
        done = subprocess.run([REPOSITORY / "deploy/nginx/install.sh", self.nginx_folder], env=self.settings,
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout + done.stderr

    def start(self):
        self.install()
        self.log = open(self.folder / "nginx.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["nginx", "-p", self.nginx_folder, "-c", "nginx.conf", "-e", "stderr"], env=self.settings,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        if not eventually(lambda: accepts(self.port)):
            self.stop()
            raise RuntimeError("nginx does not start")
        return self

    def reload(self):
        subprocess.run([REPOSITORY / "deploy/nginx/reload.sh", self.nginx_folder], env=self.settings, check=True, timeout=60)

    def curl(self, path, *options):
        """A request over TLS: the status, the headers in lower case, the body, the HTTP version."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "30", "--cacert", self.folder / "ca.pem", "--resolve",
             f"{NAME}:{self.port}:127.0.0.1", "--include", "--write-out", "\n%{http_version} %{http_code}", *options,
             f"https://{NAME}:{self.port}{path}"], capture_output=True, text=True, check=True)
        content, _, last = done.stdout.rpartition("\n")
        version, status = last.split()
        head, _, body = content.replace("\r\n", "\n").partition("\n\n")
        headers = {}
        for line in head.lower().splitlines()[1:]:
            name, _, value = line.partition(": ")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return int(status), headers, body, version

    def stop(self):
        for gateway in self.gateways:
            gateway.held.set()
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.log.close()
        for gateway in self.gateways:
            gateway.shutdown()
            gateway.server_close()
        self.authority.stop()
        shutil.rmtree(self.folder)
