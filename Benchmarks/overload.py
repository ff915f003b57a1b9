#!/usr/bin/env python3
"""Measures goodput through a gateway while a service is asked for more than it can do.

    ./desk up --detach
    Benchmarks/overload.py [--data FOLDER] [--seconds N] [--set NAME=VALUE ...]

A gateway of its own, with the settings of the cluster's first one, stands in front of a service made here that answers
400 requests a second, eight at a time. Clients come independently of each other (an open loop: who is not answered does
not keep the next one from coming) and wait for one second. Goodput is what is answered with 200 in that time.
"""
import argparse
import asyncio
import collections
import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVERS, SERVICE_TIME = 8, 0.02
CAPACITY = SERVERS / SERVICE_TIME
PATIENCE = 1.0
PATH = "/.well-known/jwks.json"  # needs no token, so that nothing but the path through the gateway is measured
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: desk.example\r\n\r\n".encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Service(asyncio.Protocol):
    """Answers in turn, eight at a time; health checks at once."""

    waiting = collections.deque()
    busy = 0

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            if head.startswith(b"GET /health"):
                self.transport.write(ANSWER)
            else:
                Service.waiting.append(self)
                Service.proceed()

    @classmethod
    def proceed(cls):
        while cls.waiting and cls.busy < SERVERS:
            cls.busy += 1
            asyncio.get_running_loop().call_later(SERVICE_TIME, cls.done, cls.waiting.popleft())

    @classmethod
    def done(cls, request):
        cls.busy -= 1
        if not request.transport.is_closing():
            request.transport.write(ANSWER)
        cls.proceed()


def serve(port):
    async def run():
        server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


class Client(asyncio.Protocol):
    """A kept connection, which carries one request at a time."""

    def __init__(self, load):
        self.load, self.buffer, self.began, self.timer = load, b"", None, None

    def connection_made(self, transport):
        self.transport = transport

    def ask(self, began):
        self.began, self.buffer = began, b""
        wait = max(0.0, began + PATIENCE - time.monotonic())
        self.timer = asyncio.get_running_loop().call_later(wait, self.give_up)
        self.transport.write(REQUEST)

    def data_received(self, data):
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or self.began is None:
            return
        lines = head.split(b"\r\n")
        fields = {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines[1:])}
        if len(body) < int(fields.get(b"content-length", b"0")):
            return
        began, self.began = self.began, None
        self.timer.cancel()
        self.load.answered(int(lines[0].split(b" ")[1]), time.monotonic() - began, b"retry-after" in fields)
        if fields.get(b"connection") == b"close":
            self.transport.close()
        else:
            self.load.idle.append(self)

    def give_up(self):
        if self.began is not None:
            self.began = None
            self.load.answered(None, PATIENCE, False)
            self.transport.abort()

    def connection_lost(self, error):
        if self in self.load.idle:
            self.load.idle.remove(self)
        if self.began is not None:
            self.timer.cancel()
            self.began = None
            self.load.answered(None, 0, False)


class Load:
    def __init__(self, port):
        self.port, self.idle, self.record = port, [], None

    def answered(self, status, seconds, says_when):
        self.record.append((status, seconds, says_when))

    async def one(self, began):
        if self.idle:
            return self.idle.pop().ask(began)
        try:
            loop = asyncio.get_running_loop()
            _, client = await loop.create_connection(lambda: Client(self), "127.0.0.1", self.port)
            client.ask(began)
        except OSError:
            self.answered(None, time.monotonic() - began, False)

    async def run(self, rate, seconds):
        self.record = record = []
        tasks, start = set(), time.monotonic()
        due, sent = start, 0
        while due < start + seconds:
            delay = due - time.monotonic()
            if delay > 0:
                await asyncio.sleep(delay)
            task = asyncio.ensure_future(self.one(due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
            due += random.expovariate(rate)
        elapsed = time.monotonic() - start
        await asyncio.sleep(PATIENCE + 0.2)
        good = sorted(seconds for status, seconds, _ in record if status == 200)
        refused = sorted(seconds for status, seconds, _ in record if status == 503)
        return {
            "sent": sent / elapsed, "goodput": len(good) / elapsed, "good": good, "refused": refused,
            "lost": sent - len(good) - len(refused),
            "says_when": all(when for status, _, when in record if status == 503),
        }


def percentile(values, share):
    return 1000 * values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def gateway_environment(data):
    command = [os.path.join(ROOT, ".build/release/desk"), "status", "--json"] + (["--data", data] if data else [])
    processes = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["processes"]
    pid = next(process["pid"] for process in processes if process["name"] == "gateway-1")
    with open(f"/proc/{pid}/environ", "rb") as environment:
        pairs = (line.partition(b"=") for line in environment.read().split(b"\0") if line)
        return {name.decode(): value.decode() for name, _, value in pairs}


async def measure(port, gateway, seconds):
    load = Load(port)
    await load.run(0.5 * CAPACITY, 3)
    print(f"{'load':>6} {'sent/s':>8} {'goodput/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'503/s':>8} {'503 p99 ms':>11} "
          f"{'lost':>6} {'RSS MB':>7}")
    peak, failed = 0.0, False
    for factor, bound in [(0.9, 0), (1, 0), (2, 0.9), (5, 0.8)]:
        result = await load.run(factor * CAPACITY, seconds)
        peak = max(peak, result["goodput"]) if factor <= 1 else peak
        print(f"{factor:>5}× {result['sent']:>8.0f} {result['goodput']:>10.0f} {percentile(result['good'], .5):>8.0f} "
              f"{percentile(result['good'], .99):>8.0f} {len(result['refused']) / seconds:>8.0f} "
              f"{percentile(result['refused'], .99):>11.0f} {result['lost']:>6} {memory(gateway):>7}")
        failed |= result["goodput"] < bound * peak or not result["says_when"]
    # The last run has ended 1.2 s ago: what is asked now must be answered as if nothing had been.
    after = await load.run(0.7 * CAPACITY, 5)
    share = len(after["good"]) / (after["sent"] * 5)
    print(f"after: {share:.1%} answered, p99 {percentile(after['good'], .99):.0f} ms")
    return not failed and share > 0.99


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="the cluster's folder")
    parser.add_argument("--seconds", type=int, default=10, help="of each load")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the gateway")
    options = parser.parse_args()
    service_port, port = free_port(), free_port()
    service = multiprocessing.Process(target=serve, args=(service_port,), daemon=True)
    service.start()
    environment = gateway_environment(options.data) | {
        "LISTEN_PORT": str(port), "ADMIN_PORT": "0", "AUTH_UPSTREAMS": f"127.0.0.1:{service_port}",
        "RATE_LIMIT_ADDRESS": "1000000/s burst 1000000", "DRAIN_DELAY_MS": "0",
    } | dict(pair.split("=", 1) for pair in options.set)
    gateway = subprocess.Popen(
        [os.path.join(ROOT, ".build/release/gateway")], env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            time.sleep(0.1)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        time.sleep(2)  # the checks and the keys
        sys.exit(0 if asyncio.run(measure(port, gateway.pid, options.seconds)) else 1)
    finally:
        gateway.terminate()
        gateway.wait()
        service.terminate()


if __name__ == "__main__":
    main()
