"""Pictures of the pages at three widths and in both themes: what README.md shows.

They are written into the folder DESK_PICTURES, such as docs/pictures; without it they are only taken.
"""

import os
import pathlib
import unittest

from desk import BrowserTestCase, User, expect

STRATEGIES = (
    ("SOL breakout", "draft", ["sol", "momentum"], {"lookback_hours": 48, "volume_factor": 1.8}),
    ("Perpetual funding carry", "paused", ["carry", "perpetual"], {"venue": "A", "leverage": 2, "min_funding": 0.0001}),
    ("Stablecoin spread", "active", ["arbitrage"], {"pairs": ["USDC-USDT", "DAI-USDC"], "threshold_bps": 3}),
    ("ETH mean reversion", "active", ["eth", "mean-reversion"], {"window": 96, "z_entry": 2.0, "z_exit": 0.5}),
    ("Options wheel", "archived", ["options", "btc"], {"delta": 0.25, "days": 14}),
    ("BTC and ETH weekly rebalancing", "active", ["portfolio", "long-only"], {"weights": {"BTC": 0.6, "ETH": 0.4}, "drift_points": 5}),
    ("BTC moving-average crossover", "active", ["btc", "trend"],
     {"symbol": "BTC-USD", "fast": 20, "slow": 50, "risk_per_trade": 0.01, "long_only": True}),
)


class PictureTests(BrowserTestCase):
    @classmethod
    def setUpClass(cls):
        cls.user = User()
        cls.last = [cls.user.create(name, status=status, tags=tags, parameters=parameters,
                                    description="Long when the fast average crosses above the slow one, flat when it falls below.")
                    for name, status, tags, parameters in STRATEGIES][-1]

    def take(self, page, name):
        page.evaluate("document.fonts.ready")
        picture = page.screenshot(animations="disabled")
        self.assertGreater(len(picture), 10_000, "something is drawn")
        if folder := os.environ.get("DESK_PICTURES"):
            pathlib.Path(folder, name + ".png").write_bytes(picture)
        return picture

    def test_a_strategy_beside_the_list_in_both_themes(self):
        pictures = {}
        for theme in ("dark", "light"):
            page = self.open_list(self.user, f"/strategies/{self.last['id']}", color_scheme=theme)
            expect(page.locator("parameter-row")).to_have_count(5)
            expect(page.locator(".row.open")).to_have_count(1)
            pictures[theme] = self.take(page, f"strategies-{theme}")
        self.assertNotEqual(pictures["dark"], pictures["light"])

    def test_a_telephone_and_a_wall(self):
        page = self.open_list(self.user, color_scheme="dark", viewport={"width": 360, "height": 740})
        expect(page.locator(".sizer .row")).to_have_count(len(STRATEGIES))
        self.take(page, "telephone")
        page.set_viewport_size({"width": 3840, "height": 2160})
        expect(page.locator(".sizer .row").first).to_be_visible()
        size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        self.assertGreater(size, 18, "letters are larger on a wall")
        page.screenshot()


if __name__ == "__main__":
    unittest.main()
