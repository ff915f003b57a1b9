"""The account: name, password, sessions, keys."""

import unittest
import urllib.error
import urllib.request

from desk import PASSWORD, URL, BrowserTestCase, User, eventually, expect


class AccountTests(BrowserTestCase):
    def test_the_name_and_the_password_are_changed(self):
        self.allow("403")
        page = self.page(User(), "/account")
        page.get_by_label("Full name").fill("Ada B. Example")
        page.get_by_role("button", name="Save the name").click()
        expect(page.locator(".account .name")).to_have_text("Ada B. Example")
        page.get_by_label("Current password").fill("Wrong-Password-1")
        page.get_by_label("New password").fill("Battery-Staple-8")
        page.get_by_role("button", name="Change the password").click()
        expect(page.locator(".field", has=page.get_by_label("Current password")).locator(".field-error")).to_have_text("The password is not right.")
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("Your password is changed")).to_be_visible()

    def test_a_key_is_shown_once_works_and_is_refused_once_deleted(self):
        user = User()
        user.create("By key")
        page = self.page(user, "/account")
        panel = page.get_by_role("region", name="API keys").first
        expect(panel.get_by_text("No keys yet.")).to_be_visible()
        panel.get_by_label("Name", exact=True).fill("Nightly import")
        panel.get_by_role("button", name="Create a key").click()
        dialog = page.get_by_role("dialog", name="Your new key")
        key = dialog.locator("code").inner_text()
        dialog.get_by_role("button", name="I have it").click()
        self.assertEqual(self.status(key), 200)
        expect(page.locator("body")).not_to_contain_text(key)
        panel.get_by_role("button", name="Delete the key Nightly import").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete the key").click()
        expect(panel.get_by_text("No keys yet.")).to_be_visible()
        self.assertTrue(eventually(lambda: self.status(key) == 401))

    def status(self, key):
        request = urllib.request.Request(URL + "/api/v1/strategies", headers={"Authorization": f"Bearer {key}"})
        try:
            return urllib.request.urlopen(request, timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code

    def test_signing_out_everywhere_ends_the_other_browser_too(self):
        self.allow("401")
        user = User()
        other = self.open_list(user)
        page = self.page(user, "/account")
        expect(page.locator("tr .here")).to_have_count(1)
        page.get_by_role("button", name="Sign out everywhere").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()

    def test_an_account_is_deleted_with_its_password_alone(self):
        self.allow("403|401")
        user = User()
        page = self.page(user, "/account")
        for password, ending in (("Wrong-Password-1", page.get_by_text("The account is not deleted")), (PASSWORD, page.get_by_role("heading", name="Sign in"))):
            page.get_by_role("button", name="Delete the account…").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Your password").fill(password)
            dialog.get_by_role("button", name="Delete the account").click()
            expect(ending).to_be_visible()


if __name__ == "__main__":
    unittest.main()
