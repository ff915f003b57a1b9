"""axe-core on every page in every theme, three widths, and nothing that moves while it loads."""

import pathlib
import unittest

from axe_playwright_python.sync_playwright import Axe

from desk import BrowserTestCase, User, desk, expect

# WCAG 2.2 A and AA, and what axe's makers recommend besides.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


# What fades in has another contrast until it is there.
SETTLED = """() => Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().iterations !== Infinity).map((each) => each.finished))"""


class AccessibilityTests(BrowserTestCase):
    def inspect(self, page, what):
        page.evaluate(SETTLED)
        found = Axe().run(page, options=RULES).response["violations"]
        told = [f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]} {each['nodes'][0]['failureSummary']}"
                for each in found if each["impact"] in ("serious", "critical", "moderate")]
        self.assertEqual(told, [], what)

    def test_no_page_in_any_state_keeps_anybody_out(self):
        user = User()
        strategies = [user.create(f"Pair {n}", status=status, tags=["btc", "eth"], parameters={"window": n, "on": True, "venue": "A"})
                      for n, status in enumerate(("draft", "active", "paused", "archived"))]
        desk("users", "promote", user.email)
        for theme in ("dark", "light"):
            page = self.page(path="/sign-in", color_scheme=theme)
            expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
            self.inspect(page, f"{theme}: signing in")
            page.goto("/register")
            page.get_by_label("Password").fill("short")
            page.get_by_role("button", name="Create the account").click()
            self.inspect(page, f"{theme}: registering, with mistakes")

            page = self.open_list(user, color_scheme=theme)
            expect(page.locator(".count")).to_have_text("4")
            self.inspect(page, f"{theme}: the list")
            self.row(page, "Pair 1").get_by_role("checkbox").check()
            self.inspect(page, f"{theme}: one is selected")
            page.get_by_role("button", name="Clear").click()
            page.get_by_label("Search name").fill("nothing like it")
            expect(page.get_by_text("No strategy fits")).to_be_visible()
            self.inspect(page, f"{theme}: nothing is found")
            page.goto(f"/strategies/{strategies[1]['id']}")
            expect(page.get_by_role("heading", name="Pair 1")).to_be_visible()
            expect(page.locator("parameter-row")).to_have_count(3)
            self.inspect(page, f"{theme}: a strategy beside the list")
            page.get_by_role("group", name="Show parameters as").get_by_text("JSON").click()
            page.get_by_label("Parameters as JSON").fill("{")
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_role("alert").filter(has_text="This is no JSON")).to_be_visible()
            self.inspect(page, f"{theme}: a mistake in a strategy")
            page.goto(f"/strategies/{strategies[1]['id']}/history")
            expect(page.get_by_role("heading", name="As it was created")).to_be_visible()
            self.inspect(page, f"{theme}: the history")
            page.get_by_role("button", name="Keyboard").click()
            self.inspect(page, f"{theme}: a dialog")
            page.goto("/account")
            expect(page.locator("tr .here")).to_have_count(1)
            self.inspect(page, f"{theme}: the account")
            for view, sign in (("users", "tbody tr"), ("audit", "tbody tr"), ("cluster", ".card li")):
                page.goto(f"/admin/{view}")
                expect(page.locator(sign).first).to_be_visible()
                self.inspect(page, f"{theme}: administration, {view}")

    def test_no_width_cuts_anything_off(self):
        user = User()
        strategy = user.create("A name that is rather long for a telephone held upright", tags=["momentum", "mean-reversion"], parameters={"window": 20})
        user.call("PATCH", f"/strategies/{strategy['id']}", {"parameters": {"window": 30}})
        desk("users", "promote", user.email)
        page = self.page(user)
        for width, height in ((360, 740), (1280, 800), (3840, 2160)):
            page.set_viewport_size({"width": width, "height": height})
            for path in ("/strategies", f"/strategies/{strategy['id']}", f"/strategies/{strategy['id']}/history", "/account"):
                page.goto(path)
                expect(page.locator("h1:visible, h2:visible").first).to_be_visible()
                expect(page.locator("[aria-busy=true]")).to_have_count(0)
                wide = page.evaluate("""() => [...document.querySelectorAll('body *')].filter((each) =>
                    each.checkVisibility() && !each.closest('.visually-hidden, .table-place, .skip, .cell') && each.getBoundingClientRect().right > innerWidth + 1)
                    .map((each) => each.outerHTML.slice(0, 120))""")
                self.assertEqual(wide, [], f"{path} at {width}")
                cut = page.evaluate("""() => [...document.querySelectorAll('.head .cell, .differences th')].filter((each) => {
                    const box = each.getBoundingClientRect()
                    return each.checkVisibility() && (each.scrollWidth > box.width + 1 || box.height > 60)
                }).map((each) => each.outerHTML.slice(0, 120))""")
                self.assertEqual(cut, [], f"a heading that is cut, or broken inside its words, on {path} at {width}")
                expect(page.locator(".live")).to_have_text("Live")
                ways, live = (page.locator(each).bounding_box() for each in ("app-shell header nav", ".live .dot"))
                self.assertLessEqual(ways["x"] + ways["width"], live["x"], f"{path} at {width}")
                small = page.evaluate("""() => [...document.querySelectorAll('button, select, input:not([type=checkbox]), .button')].filter((each) => {
                    const box = each.getBoundingClientRect()
                    return each.checkVisibility() && box.width > 1 && (box.width < 24 || box.height < 24)
                }).map((each) => each.outerHTML.slice(0, 120))""")
                self.assertEqual(small, [], f"a target smaller than 24 pixels on {path} at {width}")


if __name__ == "__main__":
    unittest.main()
