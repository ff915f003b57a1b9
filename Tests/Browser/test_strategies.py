"""Creating, changing, archiving and deleting; what fails is rolled back and explained."""

import json
import unittest

from desk import BrowserTestCase, User, eventually, expect, sql


class StrategyTests(BrowserTestCase):
    def test_one_is_created_changed_duplicated_archived_and_deleted(self):
        user = User()
        page = self.open_list(user)
        page.get_by_role("button", name="New").click()
        page.get_by_label("Name", exact=True).fill("Grid of ten")
        page.get_by_label("Status", exact=True).select_option("active")
        page.get_by_placeholder("Add a tag").fill("grid")
        page.get_by_placeholder("Add a tag").press("Enter")
        page.get_by_label("Description", exact=True).fill("Buys low, sells high.")
        page.get_by_role("button", name="Parameter", exact=True).click()
        page.get_by_label("Name of the parameter").fill("window")
        page.get_by_label("Kind").select_option("number")
        page.get_by_label("Value", exact=True).fill("12345678901234567890.10")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Grid of ten")).to_be_visible()
        expect(self.row(page, "Grid of ten")).to_have_count(1)
        saved = page.context.request.get("/api/v1/strategies").text()
        self.assertIn("12345678901234567890.10", saved, "a number keeps its digits")
        self.assertEqual(json.loads(saved)[0]["tags"], ["grid"])

        page.get_by_role("group", name="Show parameters as").get_by_text("JSON").click()
        text = page.get_by_label("Parameters as JSON")
        expect(text).to_have_value('{\n  "window": 12345678901234567890.10\n}')
        text.fill('{"window": 20, "on": true}')
        page.keyboard.press("Control+s")
        expect(page.locator(".save-state")).to_have_text("Saved")
        self.assertEqual(user.strategies()[0]["parameters"], {"window": 20, "on": True})

        page.get_by_role("button", name="Duplicate").click()
        expect(self.row(page, "Grid of ten (copy)")).to_have_count(1)
        page.get_by_role("button", name="Archive").click()
        expect(self.row(page, "Grid of ten").locator(".status")).to_have_text("archived")
        self.assertTrue(eventually(lambda: user.strategies("&status=archived")))

        page.get_by_role("button", name="Delete").click()
        expect(self.row(page, "Grid of ten")).to_have_count(0)
        page.get_by_role("button", name="Dismiss").click()
        self.assertTrue(eventually(lambda: [each["strategy_name"] for each in user.strategies()] == ["Grid of ten (copy)"]))

    def test_a_deletion_is_taken_back(self):
        user = User()
        strategy = user.create("Not so fast")
        page = self.open_list(user)
        self.row(page, "Not so fast").get_by_role("checkbox").check()
        page.get_by_role("button", name="Delete").click()
        expect(self.row(page, "Not so fast")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(self.row(page, "Not so fast")).to_have_count(1)
        self.assertEqual(user.call("GET", f"/strategies/{strategy['id']}")["version"], 1)

    def test_many_are_changed_at_once(self):
        user = User()
        for number in range(6):
            user.create(f"Pair {number}")
        page = self.open_list(user)
        expect(page.locator(".count")).to_have_text("6")
        page.get_by_label("Select all that are loaded").check()
        expect(page.locator(".bulk .selected")).to_have_text("6 selected")
        page.get_by_role("button", name="Activate").click()
        expect(page.locator(".sizer .status", has_text="active")).to_have_count(6)
        self.assertTrue(eventually(lambda: len(user.strategies("&status=active")) == 6))

    def test_a_change_that_fails_is_rolled_back_and_explained(self):
        self.allow("500")
        user = User()
        user.create("Steady", status="active")
        page = self.open_list(user)
        # Until the test lets it, the answer does not come: what is shown meanwhile is the change.
        held = []
        page.route("**/api/v1/strategies/*", lambda route: held.append(route) if route.request.method in ("PATCH", "PUT") else route.continue_())
        self.row(page, "Steady").get_by_role("checkbox").check()
        page.get_by_role("button", name="Archive").click()
        expect(self.row(page, "Steady").locator(".status")).to_have_text("archived")
        self.assertTrue(eventually(lambda: page.wait_for_timeout(1) or held))
        body = {"detail": "Something went wrong on our side", "code": "internal_error", "request_id": "0000000000000000"}
        held.pop().fulfill(status=500, json=body)
        expect(self.row(page, "Steady").locator(".status")).to_have_text("active")
        expect(page.get_by_role("alert").filter(has_text="“Steady” was not archived: Something went wrong on the server")).to_be_visible()

        self.row(page, "Steady").click()
        page.get_by_label("Name", exact=True).fill("Renamed")
        page.get_by_role("button", name="Save").click()
        expect(self.row(page, "Renamed")).to_have_count(1)
        self.assertTrue(eventually(lambda: page.wait_for_timeout(1) or held))
        held.pop().fulfill(status=500, json=body)
        expect(self.row(page, "Steady")).to_have_count(1)
        expect(page.locator(".foot .form-error")).to_have_text("Something went wrong on the server.")
        expect(page.get_by_label("Name", exact=True)).to_have_value("Renamed")

    def test_a_conflict_shows_both_versions_and_lets_one_choose(self):
        self.allow("412")
        user = User()
        strategy = user.create("Spread", parameters={"window": 20, "venue": "A"})
        page = self.open_list(user, f"/strategies/{strategy['id']}")
        expect(page.get_by_label("Name", exact=True)).to_have_value("Spread")
        # The page learns nothing of it before it saves.
        page.route("**/api/v1/strategies/*", lambda route: self.change_first(user, strategy, route))
        for number, (choice, name) in enumerate((("Take the server’s", "Spread"), ("Save mine over it", "Spread 2"))):
            self.changes = {"description": f"Changed elsewhere {number}", "parameters": {"window": 30 + number}}
            page.get_by_label("Name", exact=True).fill(f"Spread {number + 1}")
            page.get_by_role("button", name="Save").click()
            dialog = page.get_by_role("dialog", name="This strategy was changed elsewhere")
            expect(dialog.locator("tr", has_text="Parameters › window")).to_contain_text(str(30 + number))
            expect(dialog.locator("tr", has_text="Name")).to_contain_text(f"Spread {number + 1}")
            dialog.get_by_role("button", name=choice).click()
            expect(dialog).to_have_count(0)
            expect(page.get_by_label("Name", exact=True)).to_have_value(name)
        expect(page.locator(".save-state")).to_have_text("Saved")
        self.assertEqual(user.strategies()[0]["strategy_name"], "Spread 2")

    def change_first(self, user, strategy, route):
        if route.request.method == "PUT" and self.changes:
            user.call("PATCH", f"/strategies/{strategy['id']}", self.changes)
            self.changes = None
        route.continue_()

    def test_a_draft_from_an_older_version_is_not_saved_over_a_newer_one_unseen(self):
        user = User()
        strategy = user.create("Spread", parameters={"window": 20})
        page = self.open_list(user, f"/strategies/{strategy['id']}")
        page.get_by_label("Name", exact=True).fill("Mine")
        expect(page.locator(".save-state")).to_contain_text("kept in this browser")
        page.goto("/account")
        user.call("PATCH", f"/strategies/{strategy['id']}", {"description": "Theirs"})
        page.goto(f"/strategies/{strategy['id']}")
        expect(page.locator(".inline-notice")).to_contain_text("It was changed meanwhile (version 2)")
        page.get_by_role("button", name="Save").click()
        dialog = page.get_by_role("dialog", name="This strategy was changed elsewhere")
        expect(dialog.locator("tr", has_text="Description")).to_contain_text("Theirs")
        dialog.get_by_role("button", name="Take the server’s").click()
        expect(page.get_by_label("Description", exact=True)).to_have_value("Theirs")
        self.assertEqual(user.strategies()[0]["strategy_name"], "Spread")

    def test_a_strategy_far_down_the_list_is_archived_from_its_own_address(self):
        user = User()
        strategy = user.create("The oldest")
        sql(f"""insert into trading_strategies (user_id, strategy_name, parameters, tags, status)
            select {user.id}, 'Newer ' || n, '{{}}', '{{}}', 'draft' from generate_series(1, 300) as n;
            select raise_revision({user.id}, null, null)""")
        page = self.open_list(user, f"/strategies/{strategy['id']}")
        expect(page.get_by_label("Name", exact=True)).to_have_value("The oldest")
        page.get_by_role("button", name="Archive", exact=True).click()
        self.assertTrue(eventually(lambda: page.wait_for_timeout(1) or user.call("GET", f"/strategies/{strategy['id']}")["status"] == "archived"))

    def test_the_tag_filter_offers_the_tags_that_there_are(self):
        user = User()
        user.create("Alpha", tags=["momentum"])
        user.create("Beta", tags=["carry", "momentum"])
        page = self.open_list(user)
        expect(page.locator(".count")).to_have_text("2")
        page.get_by_label("Only with this tag").focus()
        expect(page.locator("#known-tags option")).to_have_count(2)
        self.assertEqual(page.locator("#known-tags option").evaluate_all("all => all.map((each) => each.value)"), ["carry", "momentum"])

    def test_search_filters_and_order_are_in_the_address(self):
        user = User()
        for name, status, tags in (("Alpha", "active", ["btc"]), ("Beta", "draft", ["eth"]), ("Gamma", "active", ["eth"])):
            user.create(name, status=status, tags=tags)
        page = self.open_list(user)
        names = page.locator(".sizer .row .name")
        expect(names).to_have_text(["Gamma", "Beta", "Alpha"])
        page.get_by_label("Order").select_option(label="Name A–Z")
        expect(names).to_have_text(["Alpha", "Beta", "Gamma"])
        page.get_by_label("Only of this status").select_option("active")
        expect(names).to_have_text(["Alpha", "Gamma"])
        page.get_by_label("Only with this tag").fill("eth")
        expect(names).to_have_text(["Gamma"])
        page.get_by_label("Search name").fill("nothing like it")
        expect(page.get_by_text("No strategy fits search and filters.")).to_be_visible()
        page.get_by_label("Search name").fill("gam")
        expect(names).to_have_text(["Gamma"])
        page.reload()
        expect(names).to_have_text(["Gamma"])
        expect(page.get_by_label("Only with this tag")).to_have_value("eth")
        # What is changed elsewhere and fits no more goes.
        user.call("PATCH", f"/strategies/{user.strategies('&q=gam')[0]['id']}", {"status": "paused"})
        expect(page.get_by_text("No strategy fits search and filters.")).to_be_visible()

    def test_the_history_shows_what_each_version_has_changed_and_leads_back(self):
        user = User()
        strategy = user.create("Carry", description="Long spot,\nshort perpetual.", parameters={"leverage": 2, "venue": "A"}, tags=["carry"])
        user.call("PATCH", f"/strategies/{strategy['id']}", {"description": "Long spot,\nshort future.", "parameters": {"leverage": 3, "venue": None}})
        page = self.open_list(user, f"/strategies/{strategy['id']}")
        page.get_by_role("button", name="Version history").click()
        expect(page).to_have_url(f"/strategies/{strategy['id']}/history")
        change = page.get_by_role("region", name="What the version has changed")
        expect(change.locator("tr", has_text="Parameters › leverage").locator("ins")).to_have_text("3")
        expect(change.locator("tr", has_text="Parameters › venue").locator("del")).to_have_text("A")
        expect(change.locator("tr", has_text="Description").locator("del")).to_have_text("short perpetual.")
        expect(change.locator("tr", has_text="Name")).to_have_count(0)
        page.get_by_role("button", name="Version 1", exact=False).click()
        page.get_by_role("button", name="Restore version 1").click()
        expect(page.get_by_text("Version 1 is back, as version 3.")).to_be_visible()
        self.assertEqual(user.strategies()[0]["parameters"], {"leverage": 2, "venue": "A"})
        page.keyboard.press("Escape")
        expect(page.get_by_label("Description", exact=True)).to_have_value("Long spot,\nshort perpetual.")


if __name__ == "__main__":
    unittest.main()
