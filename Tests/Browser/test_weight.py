"""How much the first page weighs, how soon it is there, and that long lists scroll without a stutter.

Times are printed and do not decide: weight, shifts and the number of rows do.
"""

import unittest

from desk import BrowserTestCase, User, eventually, expect, sql

OBSERVE = """
    window.measured = { shift: 0, paint: 0 }
    new PerformanceObserver((list) => list.getEntries().forEach((each) => { if (!each.hadRecentInput) measured.shift += each.value }))
        .observe({ type: 'layout-shift', buffered: true })
    new PerformanceObserver((list) => list.getEntries().forEach((each) => { measured.paint = each.startTime }))
        .observe({ type: 'largest-contentful-paint', buffered: true })
"""


class WeightTests(BrowserTestCase):
    def measured(self, user, path):
        page = self.page(user, "about:blank")
        page.context.add_init_script(OBSERVE)
        line = page.context.new_cdp_session(page)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        line.send("Network.enable")
        line.send("Performance.enable", {"timeDomain": "threadTicks"})
        addresses, received = {}, {"page": 0, "data": 0}
        line.on("Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]}))

        def count(event):
            kind = "data" if "/api/" in addresses.get(event["requestId"], "") else "page"
            received[kind] += event["encodedDataLength"] / 1024
        line.on("Network.loadingFinished", count)
        page.goto(path)
        return page, line, received

    def busy(self, line):
        """For how long the page's thread has worked, in seconds of the processor."""
        return next(each["value"] for each in line.send("Performance.getMetrics")["metrics"] if each["name"] == "TaskDuration")

    def steps(self, page, line):
        """What each of a hundred steps through the list costs, in seconds."""
        before = self.busy(line)
        for step in range(100, 0, -1):
            page.evaluate("""part => new Promise((resolve) => {
                const grid = document.querySelector('.grid')
                grid.scrollTop = grid.scrollHeight * part
                requestAnimationFrame(() => setTimeout(resolve))
            })""", step / 100)
            after = self.busy(line)
            yield after - before
            before = after

    def test_the_first_page_is_light_and_soon_there(self):
        page, line, received = self.measured(None, "/sign-in")
        page.get_by_label("E-mail address").wait_for()
        begun = page.evaluate("performance.now()")
        # A busy machine makes the page wait, and changes little of its own work.
        busy = 1000 * self.busy(line)
        page.get_by_label("E-mail address").fill("ada@example.com")
        page.wait_for_timeout(300)
        weight = received["page"]
        paint, shift = page.evaluate("[measured.paint, measured.shift]")
        print(f"\nmeasured: sign-in, cold, CPU 4 times slower: {weight:.0f} KB, interactive after {begun:.0f} ms, "
              f"of which {busy:.0f} ms of work (target 1000), LCP {paint:.0f} ms, CLS {shift:.3f}")
        self.assertLess(weight, 100)
        self.assertLess(shift, 0.01)
        self.assertGreater(paint, 0)

    def test_ten_thousand_strategies_scroll_without_a_long_task(self):
        user = User()
        sql(f"""insert into trading_strategies (user_id, strategy_name, parameters, tags, status)
            select {user.id}, 'Strategy ' || n, jsonb_build_object('window', n), array['trend', 'btc'], 'active'
            from generate_series(1, 10000) as n; select raise_revision({user.id}, null, null)""")
        page, line, received = self.measured(user, "/strategies?sort=strategy_name")
        expect(page.locator(".sizer .row").first).to_be_visible()
        page.wait_for_timeout(200)
        paint, shift = page.evaluate("[measured.paint, measured.shift]")
        print(f"\nmeasured: the list, cold, CPU 4 times slower: {received['page']:.0f} KB and {received['data']:.0f} KB of strategies, LCP {paint:.0f} ms, CLS {shift:.3f}")
        self.assertLess(received["page"], 100)
        self.assertLess(shift, 0.01)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        grid = page.locator(".grid")

        def is_at_end():
            grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
            return page.locator(".count").inner_text() == "10000"
        self.assertTrue(eventually(is_at_end, within=90))
        # From the end to the top, in steps that show other rows each time. What counts is the time of the processor, and of three
        # ways the best, so that it is the same on a busy machine; what the page does in a step is at least its longest task.
        longest = 1000 * min(max(self.steps(page, line)) for _ in range(3))
        rows = page.locator(".sizer .row").count()
        print(f"\nmeasured: 10,000 strategies scrolled from end to top: at most {longest:.0f} ms of CPU in a step (target 50), {rows} rows exist")
        self.assertLess(rows, 80)


if __name__ == "__main__":
    unittest.main()
