"""The page of routes that move, which administrators see where one does."""

import json
import unittest

import test_accessibility
from desk import BrowserTestCase, User, desk, expect

SIDE = {"answers": 4000, "errors": 0, "p99_us": 9000}
ROUTE = {
    "route": "tasks", "legacy": "monolith", "candidate": "strategies", "stage": "canary", "percent": 5, "writes": "legacy", "epoch": 1,
    "version": 3, "pins": {"12": "candidate"}, "changed_at": "2026-01-31T08:00:00Z", "changed_by": "administrator 1",
    "reason": "the shadow differs nowhere",
}
DETAILS = ROUTE | {
    "evidence": {"compared": 4000, "mismatched": 8, "noisy": 21, "mismatch_rate_lower": 0.001, "mismatch_rate_upper": 0.0039,
                 "legacy": SIDE, "candidate": SIDE | {"answers": 210, "p99_us": 12500}},
    "missing": "the candidate has answered 210 of 1000 requests", "allowed_mismatch_rate": 0.001,
    "places": [{"kind": "value", "place": "$.items[].price", "count": 6, "rate": 0.0015},
               {"kind": "missing", "place": "$.items[].<b>note</b>", "count": 2, "rate": 0.0005}],
    "samples": [{"at": "2026-01-31T08:01:00Z", "path": "/tasks/7", "differences": [
        {"kind": "value", "place": "$.items[].price", "primary": 1.25, "candidate": 1.3}]}],
    "changes": [{"version": 3, "at": "2026-01-31T08:00:00Z", "by": "administrator 1", "route": "tasks", "from": "shadow", "to": "canary 5 %",
                 "writes_from": "legacy", "writes_to": "legacy", "epoch": 1, "reason": "the shadow differs nowhere"}],
}


class MigrationTests(BrowserTestCase):
    def administrator(self, path, **options):
        user = User()
        desk("users", "promote", user.email)
        page = self.page(user, "about:blank", **options)
        self.orders = []
        self.refusal = None
        page.route("**/api/v1/admin/migrations", lambda route: route.fulfill(json={"routes": [ROUTE]}))
        page.route("**/api/v1/admin/migrations/tasks", lambda route: route.fulfill(json=DETAILS))
        page.route("**/api/v1/admin/migrations/tasks/*", self.order)
        page.goto(path)
        return page

    def order(self, route):
        if self.refusal:
            return route.fulfill(status=409, json={"detail": self.refusal, "code": "conflict", "request_id": "0000000000000000"})
        self.orders.append((route.request.url.rsplit("/", 1)[1], json.loads(route.request.post_data)))
        return route.fulfill(json=DETAILS)

    def test_a_route_that_moves_is_drawn_with_what_speaks_for_and_against_it(self):
        page = self.administrator("/admin/cluster")
        page.get_by_role("link", name="Migration").click()
        stage = page.get_by_role("region", name="Stage of tasks")
        expect(stage.locator("[aria-current=step]")).to_have_text("canary 5 %")
        expect(stage.get_by_role("img", name="Share of “strategies”: 5 %")).to_be_visible()
        expect(stage).to_contain_text("the candidate has answered 210 of 1000 requests")
        expect(stage).to_contain_text("user 12 on candidate")
        evidence = page.get_by_role("region", name="Evidence", exact=True)
        expect(evidence).to_contain_text("8 of 4,000 compared answers differ")
        expect(evidence.get_by_role("img", name="Mismatch rate from 0.10 % to 0.39 %, 0.10 % allowed")).to_be_visible()
        expect(evidence.get_by_role("img", name="99 of 100 requests of strategies: 12.50 ms")).to_be_visible()
        differences = page.get_by_role("region", name="Differences", exact=True)
        expect(differences.locator("tbody tr")).to_have_count(2)
        # What a candidate answers is text, whatever it looks like.
        expect(differences.locator("tbody tr").nth(1).locator("code")).to_have_text("$.items[].<b>note</b>")
        expect(differences.get_by_role("img", name="$.items[].price: 6")).to_be_visible()
        expect(page.get_by_role("region", name="Samples", exact=True).locator("del")).to_have_text("1.25")
        expect(page.get_by_role("region", name="History", exact=True).locator("tbody tr")).to_contain_text("the shadow differs nowhere")
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            test_accessibility.AccessibilityTests.inspect(self, page, f"{theme}: administration, migration")

    def test_steps_ask_for_a_reason_and_say_why_they_are_refused(self):
        self.allow("409")
        page = self.administrator("/admin/migration")
        page.get_by_role("button", name="Next stage").click()
        expect(page.get_by_label("Why")).to_be_focused()
        page.get_by_label("Why").fill("it looks well")
        page.get_by_label("Percent").fill("25")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Why")).to_have_value("")
        page.get_by_label("Why").fill("prices look wrong")
        page.get_by_role("button", name="Back to the monolith").click()
        page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
        expect(page.get_by_label("Why")).to_have_value("")
        self.assertEqual(self.orders, [
            ("advance", {"reason": "it looks well", "version": 3, "percent": 25}),
            ("rollback", {"reason": "prices look wrong", "version": 3, "to": "legacy"})])
        self.refusal = "Not changed: canary 5 % may not be left yet"
        page.get_by_label("Why").fill("too early")
        page.get_by_role("button", name="Next stage").click()
        expect(page.get_by_role("alert").filter(has_text="may not be left yet")).to_be_visible()
        expect(page.get_by_label("Why")).to_have_value("too early")

    def test_it_is_not_offered_where_no_route_moves(self):
        user = User()
        desk("users", "promote", user.email)
        page = self.page(user, "about:blank")
        with page.expect_response("**/api/v1/admin/migrations") as answer:
            page.goto("/admin/users")
        self.assertEqual(answer.value.json(), {"routes": []})
        expect(page.get_by_role("link", name="Cluster")).to_be_visible()
        expect(page.get_by_role("link", name="Migration")).to_have_count(0)
        page.goto("/admin/migration")
        expect(page.get_by_text("No route moves.")).to_be_visible()


if __name__ == "__main__":
    unittest.main()
