"""What administrators see and do, and that nobody else does."""

import re
import unittest

from desk import BrowserTestCase, User, desk, eventually, expect


class AdministrationTests(BrowserTestCase):
    def test_an_administrator_finds_disables_and_promotes_accounts_and_reads_of_it(self):
        self.allow("401")
        administrator, user = User("Grace Example"), User("Mallory Example")
        desk("users", "promote", administrator.email)
        theirs = self.open_list(user)
        page = self.page(administrator, "/admin")
        page.get_by_label("Search address and name").fill(user.email)
        row = page.locator("tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("Mallory Example")
        row.get_by_role("button", name="Disable").click()
        page.get_by_role("dialog").get_by_role("button", name="Disable").click()
        expect(row.locator(".status")).to_have_text("disabled")
        expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
        row.get_by_role("button", name="Enable").click()
        expect(row.locator(".status")).to_have_text("active")
        row.get_by_role("combobox").select_option("admin")
        self.assertTrue(eventually(lambda: administrator.call("GET", f"/admin/users/{user.id}")["role"] == "admin"))

        page.get_by_role("link", name="Audit log").click()
        page.get_by_label("Only about the account with this id").fill(str(user.id))
        page.get_by_label("Only about the account with this id").press("Enter")
        actions = page.locator("tbody tr td:nth-child(2)")
        expect(actions.filter(has_text="account.disabled")).to_have_count(1)
        expect(page.locator("tbody tr time").first).to_have_attribute("title", re.compile("UTC$"))

    def test_a_change_that_is_refused_is_taken_back(self):
        self.allow("409")
        administrator = User()
        desk("users", "promote", administrator.email)
        page = self.page(administrator, "/admin/users")
        page.route("**/api/v1/admin/users/*", lambda route: route.fulfill(status=409, json={
            "detail": "The last active administrator cannot be disabled or demoted", "code": "last_admin", "request_id": "0000000000000000"}))
        page.get_by_label("Search address and name").fill(administrator.email)
        role = page.get_by_label(f"Role of {administrator.email}")
        role.select_option("user")
        expect(page.get_by_role("alert").filter(has_text="The last active administrator")).to_be_visible()
        expect(role).to_have_value("admin")

    def test_the_cluster_is_drawn_live(self):
        administrator = User()
        desk("users", "promote", administrator.email)
        page = self.page(administrator, "/admin/cluster")
        expect(page.locator(".summary")).to_contain_text("All is well")
        expect(page.locator(".card", has_text="Auth").locator("li")).to_have_count(2)
        # Both gateways tell of themselves, and the page's own requests are among what they answer.
        requests = page.locator(".card", has=page.get_by_role("heading", name="Requests"))
        expect(requests.locator("li")).to_have_count(2)
        expect(requests.get_by_role("img", name=re.compile("Requests a second: [1-9]"))).to_be_visible()
        expect(requests.get_by_role("img", name=re.compile("99 of 100 requests, milliseconds: "))).to_be_visible()
        limits = page.locator(".card", has=page.get_by_role("heading", name="Limits"))
        expect(limits).to_contain_text("“user”: 5000 a second, 10000 at once")
        page.route("**/api/v1/admin/cluster", lambda route: route.fulfill(json={"gateways": [{
            "requests_per_second": 812.5, "failures_per_second": 2, "limited_per_second": 7, "uncounted_per_second": 0, "connections": 64,
            "latency_ms": {"p50": 2, "p95": 6, "p99": 41}, "limits": []}]}))
        expect(requests.locator(".figure")).to_have_text("812.5/s")
        expect(requests).to_contain_text("99 of 100 within 41.0 ms")
        expect(limits.get_by_role("img", name="Refused by a limit, a second: 7")).to_be_visible()
        health = {"status": "degraded", "services": {"auth": {"status": "degraded", "instances": [{"status": "ok"}, {"status": "unavailable"}]}},
                  "postgres": {"primary": "ok", "replicas": [{"lag_ms": 70}]}, "redis": "ok", "version": "0.1.0"}
        page.route("**/health", lambda route: route.fulfill(json=health))
        expect(page.locator(".summary")).to_contain_text("something is missing")
        expect(page.locator(".card", has_text="Auth").locator("li").nth(1)).to_have_text("instance 2: unavailable")
        expect(page.get_by_role("img", name="Replica 1, milliseconds behind: 70")).to_be_visible()

    def test_others_find_no_way_there(self):
        page = self.page(User(), "/admin/users")
        expect(page).to_have_url("/strategies")
        expect(page.get_by_role("link", name="Administration")).to_have_count(0)


if __name__ == "__main__":
    unittest.main()
