"""What is exported can be imported; a line with a mistake is told."""

import json
import unittest

from desk import BrowserTestCase, User, expect, offers


@unittest.skipUnless(offers("/strategies/export") and offers("/strategies/import"), "this cluster has neither export nor import")
class TransferTests(BrowserTestCase):
    def test_what_one_account_exports_another_imports(self):
        self.allow("422")
        user = User()
        for number in range(5):
            user.create(f"Pair {number}", parameters={"window": number}, tags=["pairs"], status="active" if number else "draft")
        page = self.open_list(user, "/strategies?status=active")
        expect(page.locator(".count")).to_have_text("4")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export what is listed").click()
        path = download.value.path()
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        self.assertEqual(sorted(each["strategy_name"] for each in lines), [f"Pair {number}" for number in range(1, 5)])

        other = User()
        page = self.open_list(other)
        self.choose(page, path)
        expect(page.get_by_text("4 strategies are imported.")).to_be_visible()
        expect(page.locator(".count")).to_have_text("4")
        self.assertEqual(sorted(each["parameters"]["window"] for each in other.strategies()), [1, 2, 3, 4])

        self.choose(page, {"name": "wrong.ndjson", "mimeType": "application/x-ndjson", "buffer": b'{"strategy_name":"Fine"}\n{"tags":[]}\n'})
        dialog = page.get_by_role("dialog", name="Nothing was imported")
        expect(dialog.locator("li")).to_contain_text(["2"])
        dialog.get_by_role("button", name="Close").click()
        expect(page.locator(".count")).to_have_text("4")

    def choose(self, page, file):
        page.get_by_role("button", name="Import").click()
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("dialog").get_by_role("button", name="Import").click()


if __name__ == "__main__":
    unittest.main()
