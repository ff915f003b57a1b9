"""Rules and dashboards are about metrics that exist, and alerts about pages that do."""

import json
import re
import unittest

from edge import REPOSITORY

OBSERVABILITY = REPOSITORY / "deploy/observability"
NAME = re.compile(r"\b(?:cryptodesk|process)_[a-z0-9_]+")


def documented():
    rows = (REPOSITORY / "docs/metrics.md").read_text(encoding="utf-8").splitlines()
    found = [re.match(r"\| `(\w+)` \| (\w+) \|", row) for row in rows]
    names = set()
    for row in filter(None, found):
        suffixes = ("_bucket", "_sum", "_count") if row[2] == "histogram" else ("",)
        names |= {row[1] + suffix for suffix in suffixes}
    return names


def used():
    """Each name of a metric in a rule or panel, and where."""
    for path in [*OBSERVABILITY.glob("rules/*.yaml"), *OBSERVABILITY.glob("dashboards/*.json")]:
        for name in NAME.findall(path.read_text(encoding="utf-8")):
            yield name, path.name


class ObservabilityTests(unittest.TestCase):
    def test_every_name_is_documented(self):
        names = documented()
        self.assertGreater(len(names), 50)
        self.assertEqual({(name, file) for name, file in used() if name not in names}, set())

    def test_every_dashboard_has_panels_with_queries(self):
        boards = [json.loads(path.read_text(encoding="utf-8")) for path in OBSERVABILITY.glob("dashboards/*.json")]
        self.assertGreater(len(boards), 3)
        for board in boards:
            self.assertTrue(board["panels"])
            for panel in board["panels"]:
                self.assertTrue(all(target["expr"] for target in panel["targets"]) and panel["targets"], panel["title"])

    def test_every_alert_points_at_a_section_and_has_a_test(self):
        sections = {line[3:].lower() for line in (REPOSITORY / "docs/operations.md").read_text(encoding="utf-8").splitlines()
                    if line.startswith("## ")}
        tests = "".join(path.read_text(encoding="utf-8") for path in OBSERVABILITY.glob("rules/tests/*.yaml"))
        alerts = 0
        for path in OBSERVABILITY.glob("rules/*.yaml"):
            text = path.read_text(encoding="utf-8")
            for anchor in re.findall(r"docs/operations\.md#(\w+)", text):
                self.assertIn(anchor, sections)
            for alert in set(re.findall(r"alert: (\w+)", text)):
                alerts += 1
                self.assertRegex(tests, rf"alertname: {alert}\n\s+exp_alerts:\n", f"{alert} is never seen to fire")
        self.assertGreater(alerts, 15)


if __name__ == "__main__":
    unittest.main()
