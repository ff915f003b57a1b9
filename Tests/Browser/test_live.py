"""What happens elsewhere is seen here: other browsers' changes, a gateway that restarts, a line that is cut."""

import time
import unittest

from desk import BrowserTestCase, User, desk, eventually, expect


class LiveTests(BrowserTestCase):
    def test_another_browser_sees_a_change_within_a_second(self):
        user = User()
        first, second = self.open_list(user), self.open_list(user)
        first.get_by_role("button", name="New").click()
        first.get_by_label("Name", exact=True).fill("Seen at once")
        first.get_by_role("button", name="Save").click()
        expect(self.row(second, "Seen at once")).to_have_count(1)
        first.get_by_label("Status", exact=True).select_option("paused")
        first.get_by_role("button", name="Save").click()
        begun = time.monotonic()
        expect(self.row(second, "Seen at once").locator(".status")).to_have_text("paused", timeout=5000)
        print(f"\nmeasured: a change is seen in another browser {1000 * (time.monotonic() - begun):.0f} ms after the click")
        user.call("DELETE", f"/strategies/{user.strategies()[0]['id']}")
        expect(self.row(second, "Seen at once")).to_have_count(0)
        expect(first.locator(".inline-notice")).to_contain_text("It was deleted elsewhere")

    def test_what_happens_while_a_gateway_restarts_is_seen_afterwards(self):
        # The browser's own lines about connections that ended.
        self.allow("WebSocket|50[234]")
        user = User()
        kept = user.create("Before")
        page = self.open_list(user)
        page.evaluate("""() => {
            window.states = []
            new MutationObserver(() => window.states.push(document.querySelector('.live').dataset.state))
                .observe(document.querySelector('.live'), { attributes: true, attributeFilter: ['data-state'] })
        }""")
        for gateway in ("gateway-1", "gateway-2"):
            desk("restart", gateway)
            user.call("PATCH", f"/strategies/{kept['id']}", {"strategy_name": f"After {gateway}"})
        expect(page.locator(".live")).to_have_text("Live")
        expect(self.row(page, "After gateway-2")).to_have_count(1)
        # One of the two had the stream.
        self.assertIn("waiting", page.evaluate("window.states"))

    def test_without_a_line_the_page_says_so_keeps_what_was_typed_and_catches_up(self):
        self.allow("ERR_INTERNET_DISCONNECTED|WebSocket|Failed to fetch")
        user = User()
        strategy = user.create("On the train")
        page = self.open_list(user, f"/strategies/{strategy['id']}")
        expect(page.get_by_label("Name", exact=True)).to_have_value("On the train")
        page.context.set_offline(True)
        expect(page.locator(".banner")).to_contain_text("CryptoDesk cannot be reached")
        page.get_by_label("Name", exact=True).fill("In the tunnel")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".foot .form-error")).to_contain_text("cannot be reached")
        expect(self.row(page, "On the train")).to_have_count(1)
        other = user.create("Meanwhile")
        page.context.set_offline(False)
        expect(page.locator(".banner")).to_be_empty()
        expect(self.row(page, "Meanwhile")).to_have_count(1)
        page.reload()
        expect(page.get_by_label("Name", exact=True)).to_have_value("In the tunnel")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".save-state")).to_have_text("Saved")
        self.assertEqual({each["strategy_name"] for each in user.strategies()}, {"In the tunnel", other["strategy_name"]})


if __name__ == "__main__":
    unittest.main()
