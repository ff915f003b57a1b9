#!/usr/bin/env python3
"""Writes the Grafana dashboards, and the rules in the form that the Prometheus Operator takes.

    deploy/observability/generate.py            after a change here or in rules/
    deploy/observability/generate.py --check    says which written files differ; deploy/check.sh runs it

Panels draw the names of docs/metrics.md.
"""

import dataclasses
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent / "kubernetes/monitoring/rules.yaml"
RATE = "$__rate_interval"
SOURCE = {"type": "prometheus", "uid": "${source}"}


@dataclasses.dataclass(frozen=True)
class Panel:
    title: str
    # Each an expression, and what its lines are called.
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    meaning: str = ""
    # A line that must not be crossed.
    threshold: float | None = None
    single: bool = False

    def json(self, number, x, y, width, height):
        steps = [{"color": "green", "value": None}]
        if self.threshold is not None:
            steps.append({"color": "red", "value": self.threshold})
        custom = {"fillOpacity": 10, "showPoints": "never", "thresholdsStyle": {"mode": "line" if self.threshold is not None else "off"}}
        return {
            "id": number, "title": self.title, "description": self.meaning, "type": "stat" if self.single else "timeseries",
            "datasource": SOURCE, "gridPos": {"x": x, "y": y, "w": width, "h": height},
            "targets": [
                {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
                for index, (expression, legend) in enumerate(self.queries)
            ],
            "fieldConfig": {
                "defaults": {"unit": self.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
                | ({} if self.single else {"custom": custom}),
                "overrides": [],
            },
            "options": {"reduceOptions": {"calcs": ["lastNotNull"]}} if self.single
            else {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}},
        }


@dataclasses.dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    panels: tuple[Panel, ...]

    def json(self):
        placed, x, y = [], 0, 0
        for number, panel in enumerate(self.panels, 1):
            width, height = (6, 4) if panel.single else (12, 8)
            if x + width > 24 or (placed and placed[-1]["gridPos"]["h"] != height):
                x, y = 0, y + placed[-1]["gridPos"]["h"]
            placed.append(panel.json(number, x, y, width, height))
            x += width
        return {
            "uid": self.uid, "title": self.title, "tags": ["cryptodesk"], "schemaVersion": 39, "version": 1, "editable": False,
            "refresh": "30s", "time": {"from": "now-3h", "to": "now"}, "timezone": "utc", "panels": placed,
            "links": [{"type": "dashboards", "title": "CryptoDesk", "tags": ["cryptodesk"], "asDropdown": True}],
            "templating": {"list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]},
        }


def quantile(share, name, by="", selector=""):
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({name}_bucket{selector}[{RATE}])))"


def rate(name, by="", selector=""):
    total = f"sum by ({by})" if by else "sum"
    return f"{total} (rate({name}{selector}[{RATE}]))"


GATEWAY = "cryptodesk_gateway_"
DURATION = GATEWAY + "request_duration_seconds"
NOT_HEALTH = '{route!="health"}'
STRATEGIES = '{route=~"strategies(\\\\.(one|versions|restore))?"}'
ERRORS = '{route!="health", code=~"5.."}'
OF_GATEWAYS = '{job="gateway"}'
OURS = '{job=~"gateway|auth|strategies"}'

OVERVIEW = Dashboard("cryptodesk-overview", "CryptoDesk: overview", (
    Panel("Error budget left, 30 days", ((
        f'1 - ((sum(increase({GATEWAY}requests_total{ERRORS}[30d])) or vector(0))'
        f' / sum(increase({GATEWAY}requests_total{NOT_HEALTH}[30d]))) / 0.001', ""),), "percentunit",
        "Of the 0.1 % of requests that may fail.", single=True),
    Panel("Requests a second", ((rate(GATEWAY + "requests_total", selector=NOT_HEALTH), ""),), "reqps", single=True),
    Panel("p99 of requests for strategies", ((quantile(0.99, DURATION, selector=STRATEGIES), ""),), "s", "The objective is 50 ms.",
          threshold=0.05, single=True),
    Panel("Processes that answer", ((f"sum by (job) (up{OURS})", "{{job}}"),), single=True),
    Panel("Requests by route", ((rate(GATEWAY + "requests_total", "route", NOT_HEALTH), "{{route}}"),), "reqps"),
    Panel("Answers by status", ((rate(GATEWAY + "requests_total", "code", NOT_HEALTH), "{{code}}"),), "reqps"),
    Panel("Errors", ((f"({rate(GATEWAY + 'requests_total', selector=ERRORS)} or vector(0)) / {rate(GATEWAY + 'requests_total', selector=NOT_HEALTH)}", "5xx"),),
          "percentunit", "The objective is 0.1 % over 30 days.", threshold=0.001),
    Panel("Latency of requests for strategies", tuple((quantile(share, DURATION, selector=STRATEGIES), name) for share, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))),
          "s", threshold=0.05),
    Panel("How fast the error budget burns", (("cryptodesk:errors:ratio_rate1h / 0.001", "1 h"), ("cryptodesk:errors:ratio_rate6h / 0.001", "6 h"),
          ("cryptodesk:errors:ratio_rate1d / 0.001", "1 d")), "none", "1 spends exactly the whole budget in 30 days; 14.4 over an hour calls somebody.", threshold=14.4),
    Panel("How fast the latency budget burns", (("cryptodesk:slow_requests:ratio_rate1h / 0.01", "1 h"), ("cryptodesk:slow_requests:ratio_rate6h / 0.01", "6 h"),
          ("cryptodesk:slow_requests:ratio_rate1d / 0.01", "1 d")), "none", threshold=14.4),
))

GATEWAYS = Dashboard("cryptodesk-gateways", "CryptoDesk: gateways", (
    Panel("p99 by route", ((quantile(0.99, DURATION, "route"), "{{route}}"),), "s"),
    Panel("p99 of the services, as the gateways see them", ((quantile(0.99, GATEWAY + "upstream_duration_seconds", "upstream"), "{{upstream}}"),), "s",
          "The difference to p99 by route is the gateway's own, and the client's."),
    Panel("Instances in use", ((f"sum by (upstream) ({GATEWAY}upstream_up) / count by (upstream) ({GATEWAY}upstream_up)", "{{upstream}}"),), "percentunit"),
    Panel("Instances ejected", ((f"sum by (upstream, exported_instance) ({GATEWAY}upstream_ejected)", "{{upstream}} {{exported_instance}}"),
          (rate(GATEWAY + "upstream_ejections_total", "upstream, exported_instance"), "ejections/s {{upstream}} {{exported_instance}}"))),
    Panel("Circuit breakers", ((f'max by (upstream) ({GATEWAY}upstream_circuit_state{{state!="closed"}})', "{{upstream}} not closed"),
          (rate(GATEWAY + "upstream_circuit_openings_total", "upstream"), "openings/s {{upstream}}"))),
    Panel("At the services and waiting", ((f"sum by (upstream) ({GATEWAY}upstream_requests_in_flight)", "{{upstream}} in flight"),
          (f"sum by (upstream) ({GATEWAY}upstream_requests_waiting)", "{{upstream}} waiting"))),
    Panel("Refused and sent again", ((rate(GATEWAY + "upstream_requests_refused_total", "upstream"), "{{upstream}} refused"),
          (rate(GATEWAY + "upstream_retries_total", "upstream"), "{{upstream}} sent again"),
          (rate(GATEWAY + "upstream_retries_refused_total", "upstream"), "{{upstream}} not sent again")), "reqps"),
    Panel("Connections", ((f"sum by (instance) ({GATEWAY}connections)", "clients {{instance}}"),
          (f"sum by (upstream, state) ({GATEWAY}upstream_connections)", "{{upstream}} {{state}}"))),
    Panel("Connections accepted and refused", ((rate(GATEWAY + "connections_accepted_total"), "accepted"), (rate(GATEWAY + "connections_refused_total"), "refused")), "ops"),
    Panel("Event streams", ((f"sum by (instance) ({GATEWAY}streams)", "{{instance}}"),)),
    Panel("What happens on event streams", tuple((rate(f"{GATEWAY}{name}_total"), what) for name, what in (
        ("stream_events", "events"), ("stream_resyncs", "resyncs"), ("stream_slow_consumers", "slow clients"),
        ("stream_sessions_ended", "sessions ended"), ("streams_refused", "refused"))), "ops"),
    Panel("Rate limits", ((rate(GATEWAY + "rate_limit_decisions_total", "decision"), "{{decision}}"),), "reqps"),
    Panel("What limits ask of Redis", ((rate(GATEWAY + "rate_limit_refills_total", "result"), "supplies {{result}}"),
          (rate(GATEWAY + "rate_limit_exact_questions_total", "result"), "questions {{result}}"),
          (f"{rate(GATEWAY + 'rate_limit_leased_tokens_total')} / ({rate(GATEWAY + 'rate_limit_refills_total')} > 0)", "tokens in a supply"))),
    Panel("Event loops late, p99", ((quantile(0.99, GATEWAY + "event_loop_lag_seconds", "instance"), "{{instance}}"),), "s", threshold=0.05),
    Panel("Bytes", ((rate(GATEWAY + "received_bytes_total"), "from clients"), (rate(GATEWAY + "sent_bytes_total"), "to clients")), "Bps"),
    Panel("Requests without a whole answer", ((rate(GATEWAY + "requests_aborted_total", "route"), "{{route}}"),), "reqps"),
))

SERVICES = Dashboard("cryptodesk-services", "CryptoDesk: services", (
    Panel("Requests", ((rate("cryptodesk_http_requests_total", "job, code"), "{{job}} {{code}}"),), "reqps"),
    Panel("p99 by route", ((quantile(0.99, "cryptodesk_http_request_duration_seconds", "job, route"), "{{job}} {{route}}"),), "s"),
    Panel("Being answered", (("sum by (job, instance) (cryptodesk_http_requests_in_flight)", "{{job}} {{instance}}"),)),
    Panel("Password hashes", ((rate("cryptodesk_auth_password_hashes_total"), "computed"), (rate("cryptodesk_auth_password_hashes_refused_total"), "refused")), "ops"),
    Panel("Password hashes that run and wait", (("sum(cryptodesk_auth_password_hashes_running)", "running"), ("sum(cryptodesk_auth_password_hashes_waiting)", "waiting"),
          ("sum(cryptodesk_auth_password_queue_capacity)", "room to wait"))),
    Panel("Time of a password hash", (("max by (instance) (cryptodesk_auth_password_hash_duration_seconds)", "{{instance}}"),), "s"),
    Panel("Revocations proven, age", (("max by (job, instance) (cryptodesk_revocation_proof_age_seconds)", "{{job}} {{instance}}"),), "s",
          "Below 0.1 s when all is well; above 1 s nobody is let in.", threshold=1),
    Panel("Revocations known", (("max by (job) (cryptodesk_revocations)", "{{job}}"),)),
))

DATA = Dashboard("cryptodesk-data", "CryptoDesk: PostgreSQL and Redis", (
    Panel("Primary can be written to", (("min by (job) (cryptodesk_postgres_primary_up)", "{{job}}"),)),
    Panel("Replicas in rotation", (("sum by (job, replica) (cryptodesk_postgres_replica_in_rotation)", "{{job}} replica {{replica}}"),)),
    Panel("Replicas behind", (("max by (job, replica) (cryptodesk_postgres_replica_lag_seconds)", "{{job}} replica {{replica}}"),), "s", threshold=1),
    Panel("Statements without an answer", (("sum by (job, server) (cryptodesk_postgres_statements_in_flight)", "{{job}} server {{server}}"),
          ("sum by (job, server) (cryptodesk_postgres_statements_waiting)", "{{job}} server {{server}} waiting"))),
    Panel("Connections to PostgreSQL", (("sum by (job, server) (cryptodesk_postgres_connections)", "{{job}} server {{server}}"),)),
    Panel("Redis is there", (("min by (job) (cryptodesk_redis_up)", "{{job}}"),)),
    Panel("Redis commands", ((rate("cryptodesk_redis_commands_total", "job"), "{{job}}"),), "ops"),
    Panel("Redis commands a request", ((f"{rate('cryptodesk_redis_commands_total', selector=OF_GATEWAYS)} / ({rate(GATEWAY + 'requests_total')} > 0)", "gateways"),), "none"),
))

PROCESSES = Dashboard("cryptodesk-processes", "CryptoDesk: processes", (
    Panel("Up", ((f"min by (job, instance) (up{OURS})", "{{job}} {{instance}}"),)),
    Panel("Versions", (("count by (service, version) (cryptodesk_build_info)", "{{service}} {{version}}"),)),
    Panel("Processor", ((rate("process_cpu_seconds_total", "job, instance", OURS), "{{job}} {{instance}}"),), "none", "Cores."),
    Panel("Memory", ((f"sum by (job, instance) (process_resident_memory_bytes{OURS})", "{{job}} {{instance}}"),), "bytes"),
    Panel("File descriptors in use", ((f"max by (job, instance) (process_open_fds{OURS} / process_max_fds)", "{{job}} {{instance}}"),), "percentunit", threshold=0.8),
    Panel("Running for", ((f"time() - max by (job, instance) (process_start_time_seconds{OURS})", "{{job}} {{instance}}"),), "s"),
))

DASHBOARDS = (OVERVIEW, GATEWAYS, SERVICES, DATA, PROCESSES)


def operator_rules():
    """The rule files as one PrometheusRule."""
    text = "# Written by deploy/observability/generate.py out of deploy/observability/rules: change those.\n"
    text += "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: cryptodesk\nspec:\n  groups:\n"
    for name in ("slo.yaml", "alerts.yaml"):
        lines = (HERE / "rules" / name).read_text(encoding="utf-8").splitlines()
        groups = lines[lines.index("groups:") + 1:]
        text += "".join(f"  {line}\n" if line else "\n" for line in groups)
    return text


def files():
    written = {HERE / "dashboards" / f"{board.uid}.json": json.dumps(board.json(), indent=2) + "\n" for board in DASHBOARDS}
    return written | {RULES: operator_rules()}


def main():
    if "--check" in sys.argv:
        stale = [str(path) for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        if stale:
            sys.exit(f"These differ from what deploy/observability/generate.py writes: {', '.join(stale)}")
        return
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
