#!/usr/bin/env python3
"""Opens many event streams on one gateway, and measures what they cost it.

    ./desk up --detach --gateways 1 --set STREAM_USER_CONNECTIONS=100000
    Benchmarks/streams.py --gateway http://127.0.0.1:8181 --count 5000

It signs in with the demo account, opens the streams straight at the gateway, and prints the gateway's resident memory before
and after, what it costs while nothing happens, and how long one change takes to reach every stream. The gateway's process
is found by its port. Only for a cluster of your own.
"""
import argparse
import glob
import json
import os
import resource
import selectors
import socket
import time
import urllib.parse
import urllib.request


def process_on(port):
    """The process that listens on a port."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            for line in list(lines)[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    inodes.add("socket:[%s]" % fields[9])
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(link) in inodes:
                return int(link.split("/")[2])
        except OSError:
            pass
    raise SystemExit("streams.py: no process listens on port %d here" % port)


def memory(pid):
    """Resident memory in KB: all of it, and the anonymous part."""
    with open("/proc/%d/status" % pid) as lines:
        values = dict(line.split(":", 1) for line in lines)
    return tuple(int(values[name].split()[0]) for name in ("VmRSS", "RssAnon"))


def cpu(pid):
    """Seconds of CPU that the process has used."""
    with open("/proc/%d/stat" % pid) as line:
        fields = line.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def request(url, token=None, **arguments):
    call = urllib.request.Request(url, **arguments)
    if token:
        call.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(call) as answer:
        return json.load(answer)


def open_stream(host, port, token):
    stream = socket.create_connection((host, port))
    stream.sendall(
        (
            "GET /api/v1/stream HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Authorization: Bearer %s\r\n\r\n" % (host, token)
        ).encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = stream.recv(4096)
        if not piece:
            raise SystemExit("streams.py: the gateway ended a handshake")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 101"):
        raise SystemExit("streams.py: refused: " + answer.decode(errors="replace"))
    stream.setblocking(False)
    return stream


def wait_for_event(selector, count, marker, limit=30):
    """Seconds until each stream has got something with the marker in it: the first, the middle one and the last."""
    started, times, seen = time.monotonic(), [], {}
    while len(times) < count and time.monotonic() - started < limit:
        for key, _ in selector.select(timeout=1):
            before = seen.get(key.fd, b"")
            if marker in before:
                key.fileobj.recv(65536)
                continue
            seen[key.fd] = before + key.fileobj.recv(65536)
            if marker in seen[key.fd]:
                times.append(time.monotonic() - started)
    if len(times) < count:
        raise SystemExit("streams.py: only %d of %d streams got the event" % (len(times), count))
    return times[0], times[len(times) // 2], times[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default="http://127.0.0.1:8181")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--email", default="admin@test.com")
    parser.add_argument("--password", default="password123")
    parser.add_argument("--idle", type=int, default=10, help="seconds for which nothing happens")
    options = parser.parse_args()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, options.count + 1000), hard))
    url = urllib.parse.urlsplit(options.gateway)
    pid = process_on(url.port)
    form = urllib.parse.urlencode({"username": options.email, "password": options.password}).encode()
    token = request(options.gateway + "/api/v1/auth/login", data=form)["access_token"]

    # The first few bring in code and pages that every later one shares.
    selector = selectors.DefaultSelector()
    streams = []

    def grow(count):
        while len(streams) < count:
            stream = open_stream(url.hostname, url.port, token)
            selector.register(stream, selectors.EVENT_READ)
            streams.append(stream)

    grow(10)
    time.sleep(1)
    before = memory(pid)
    started = time.monotonic()
    grow(10 + options.count)
    opened = time.monotonic() - started
    time.sleep(2)
    after = memory(pid)
    print("gateway %d: %d streams opened in %.1f s" % (pid, options.count, opened))
    print("resident before: %.1f MB (%.1f MB anonymous)" % (before[0] / 1024, before[1] / 1024))
    print("resident after:  %.1f MB (%.1f MB anonymous)" % (after[0] / 1024, after[1] / 1024))
    print("a stream: %.2f KB" % ((after[0] - before[0]) / options.count))

    used = cpu(pid)
    time.sleep(options.idle)
    print("while nothing happens: %.1f ms of CPU a second" % ((cpu(pid) - used) / options.idle * 1000))

    for run in range(3):
        name = "streams-%d-%d" % (os.getpid(), run)
        used = cpu(pid)
        body = json.dumps({"strategy_name": name}).encode()
        strategy = request(
            options.gateway + "/api/v1/strategies", token, data=body, headers={"Content-Type": "application/json"}
        )
        times = wait_for_event(selector, len(streams), name.encode())
        print(
            "an event to all: first after %.0f ms, half of them after %.0f ms, the last after %.0f ms; %.0f ms of CPU"
            % (tuple(seconds * 1000 for seconds in times) + ((cpu(pid) - used) * 1000,))
        )
        delete = urllib.request.Request("%s/api/v1/strategies/%d" % (options.gateway, strategy["id"]), method="DELETE")
        delete.add_header("Authorization", "Bearer " + token)
        urllib.request.urlopen(delete).close()
        wait_for_event(selector, len(streams), b"strategy.deleted")
    last = memory(pid)
    print("resident at the end: %.1f MB, a stream %.2f KB" % (last[0] / 1024, (last[0] - before[0]) / options.count))


main()
