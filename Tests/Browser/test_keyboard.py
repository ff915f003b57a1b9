"""All of it by keyboard alone."""

import unittest

from desk import PASSWORD, BrowserTestCase, User, eventually, expect


class KeyboardTests(BrowserTestCase):
    def test_signing_in_finding_changing_and_deleting_by_keyboard_alone(self):
        user = User()
        for number in range(30):
            user.create(f"Number {number:02}")
        page = self.page()
        press = page.keyboard.press
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        self.tab_to(page, "input[name=username]")
        page.keyboard.type(user.email)
        press("Tab")
        page.keyboard.type(PASSWORD)
        press("Enter")
        expect(page.locator(".live")).to_have_text("Live")
        expect(page.locator(".count")).to_have_text("30")

        grid = page.get_by_role("grid")
        self.tab_to(page, ".grid")
        press("End")
        expect(page.locator(".row.active .name")).to_have_text("Number 00")
        press("Home")
        press("ArrowDown")
        expect(page.locator(".row.active .name")).to_have_text("Number 28")
        self.assertEqual(grid.get_attribute("aria-activedescendant"), page.locator(".row.active").get_attribute("id"))
        press("Enter")
        expect(page.get_by_role("heading", name="Number 28")).to_be_focused()
        self.tab_to(page, "strategy-editor form input")
        press("Control+a")
        page.keyboard.type("Renamed")
        press("Control+s")
        expect(page.locator(".save-state")).to_have_text("Saved")
        page.get_by_role("heading", name="Renamed").focus()
        press("Escape")
        expect(grid).to_be_focused()

        press("/")
        expect(page.get_by_label("Search name")).to_be_focused()
        page.keyboard.type("Number 1")
        expect(page.locator(".count")).to_have_text("10")
        self.tab_to(page, ".grid")
        press("Control+a")
        expect(page.locator(".bulk .selected")).to_have_text("10 selected")
        press("Delete")
        expect(page.locator(".count")).to_have_text("0")
        press("Control+z")
        expect(page.locator(".count")).to_have_text("10")
        self.tab_to(page, ".grid")
        press("Home")
        press("d")
        expect(page.locator(".count")).to_have_text("11")
        self.assertTrue(eventually(lambda: len(user.strategies("&q=copy")) == 1))
        press("n")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()

    def tab_to(self, page, selector):
        """Tab after Tab, each of which shows where it is."""
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement === document.body"):
                continue  # past the last one, and on to the first
            style = page.evaluate("() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)] }")
            self.assertTrue(style[0] != "none" and style[1] >= 1, page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)"))
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        self.fail(f"no Tab leads to {selector}")


if __name__ == "__main__":
    unittest.main()
