#!/usr/bin/env python3
"""Draws every panel of the dashboards against a real Prometheus that watches a running cluster under a short load.

    Tests/Deploy/live_dashboards.py URL JOB=PORT,PORT…

URL is the cluster's; a JOB (gateway, auth, strategies) has the private ports of its instances. Each query must return data.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

from edge import REPOSITORY, accepts, eventually, free_ports

OBSERVABILITY = REPOSITORY / "deploy/observability"
RATE_INTERVAL = "10s"


def configuration(jobs):
    rules = [str(path) for path in sorted((OBSERVABILITY / "rules").glob("*.yaml"))]
    scrapes = [
        {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]} for job, ports in jobs.items()
    ]
    # JSON is YAML.
    return json.dumps({"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": rules, "scrape_configs": scrapes})


class Client:
    """One user, who reads and writes until told to stop."""

    def __init__(self, url):
        self.url = url
        email = f"dashboards-{uuid.uuid4()}@example.com"
        self.send("/api/v1/auth/register", {"email": email, "password": "Correct-Horse-7", "full_name": "Dashboards"})
        form = urllib.parse.urlencode({"username": email, "password": "Correct-Horse-7"}).encode()
        self.token = self.send("/api/v1/auth/login", form)["access_token"]

    token = None

    def send(self, path, body=None):
        request = urllib.request.Request(self.url + path)
        if isinstance(body, dict):
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        elif body:
            request.data = body
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def work(self, stopped):
        while not stopped.is_set():
            try:
                self.send("/api/v1/strategies", {"strategy_name": "Drawn", "parameters": {}})
                for _ in range(10):
                    self.send("/api/v1/strategies")
                    time.sleep(0.01)
            except urllib.error.HTTPError:
                pass  # the panels show it


class Prometheus:
    def __init__(self, jobs):
        self.folder = tempfile.TemporaryDirectory(prefix="cryptodesk-prometheus-")
        folder = pathlib.Path(self.folder.name)
        (folder / "prometheus.yml").write_text(configuration(jobs), encoding="utf-8")
        self.port, = free_ports(1)
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{self.port}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if not eventually(lambda: accepts(self.port), within=60):
            log = (folder / "log").read_text(errors="replace")[-2000:]
            self.stop()
            raise RuntimeError(f"Prometheus does not start:\n{log}")

    def query(self, expression):
        """The values that the expression has now."""
        query = urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/query?{query}", timeout=30) as answer:
                return [float(series["value"][1]) for series in json.load(answer)["data"]["result"]]
        except urllib.error.HTTPError as error:
            if error.code == 400:
                raise ValueError(json.load(error)["error"]) from error
            raise

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def queries():
    """Dashboard, panel and expression of everything that is drawn."""
    for path in sorted((OBSERVABILITY / "dashboards").glob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield board["title"], panel["title"], target["expr"].replace("$__rate_interval", RATE_INTERVAL)


def undrawn(prometheus):
    """What has no data yet."""
    return [(board, panel, expression) for board, panel, expression in queries()
            if not any(math.isfinite(value) for value in prometheus.query(expression))]


def main():
    url = sys.argv[1]
    jobs = {job: ports.split(",") for job, _, ports in (argument.partition("=") for argument in sys.argv[2:])}
    prometheus = Prometheus(jobs)
    stopped = threading.Event()
    clients = [threading.Thread(target=Client(url).work, args=(stopped,)) for _ in range(2)]
    try:
        for client in clients:
            client.start()
        eventually(lambda: not undrawn(prometheus), within=90)
        missing = undrawn(prometheus)
    finally:
        stopped.set()
        for client in clients:
            client.join()
        prometheus.stop()
    for board, panel, expression in missing:
        print(f"No data: {board}, {panel}: {expression}")
    count = sum(1 for _ in queries())
    print(f"{count - len(missing)} of {count} queries return data.")
    sys.exit(bool(missing) or count == 0)


if __name__ == "__main__":
    main()
