"""Registering, signing in and out, and what happens to sessions that end."""

import unittest

from desk import PASSWORD, BrowserTestCase, User, expect


class EntranceTests(BrowserTestCase):
    def test_registering_shows_the_rules_while_one_types_and_leads_to_the_list(self):
        page = self.page(path="/register")
        rules = page.locator(".rules li:visible")
        expect(rules).to_have_count(4)
        expect(page.locator(".rules .kept:visible")).to_have_count(0)
        email = f"ada.{User.__name__.lower()}@example.com".replace("@", f"{id(self)}@")
        page.get_by_label("Full name").fill("Ada Example")
        page.get_by_label("E-mail address").fill(email)
        password = page.get_by_label("Password")
        password.fill(email.split("@")[0])
        expect(page.locator("li", has_text="not the name").and_(page.locator(":not(.kept)"))).to_be_visible()
        password.fill("short")
        page.get_by_role("button", name="Create the account").click()
        expect(page.locator(".field-error", has_text="does not keep all rules")).to_be_visible()
        expect(password).to_be_focused()
        password.fill(PASSWORD)
        expect(page.locator(".rules .kept:visible")).to_have_count(4)
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_role("heading", name="No strategies yet")).to_be_visible()
        expect(page).to_have_title("Strategies · CryptoDesk")

    def test_what_the_server_finds_wrong_stands_at_its_field(self):
        self.allow("422|409")
        user = User()
        page = self.page(path="/register")
        page.get_by_label("Full name").fill("Ada Example")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create the account").click()
        expect(page.locator(".field", has=page.get_by_label("E-mail address")).locator(".field-error")).to_contain_text("already exists")
        page.get_by_label("E-mail address").fill("ada@nowhere")
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")

    def test_a_protected_page_leads_to_the_sign_in_and_back(self):
        self.allow("401")
        user = User()
        page = self.page(path="/account?from=mail")
        expect(page).to_have_url("/sign-in?next=%2Faccount%3Ffrom%3Dmail")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill("Wrong-Password-1")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert").filter(has_text="Incorrect email or password")).to_be_visible()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url("/account?from=mail")
        expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()

    def test_no_way_leads_out_through_next(self):
        user = User()
        for target in ("//other.example/", "https://other.example/", "/\\other.example", "javascript:alert(1)"):
            page = self.page(user, f"/sign-in?next={target}")
            expect(page).to_have_url("/strategies")
            page.context.close()

    def test_password_managers_find_what_they_look_for(self):
        page = self.page(path="/sign-in")
        for name, value in (("username", "username"), ("password", "current-password"), ("code", "one-time-code")):
            expect(page.locator(f"input[name={name}]")).to_have_attribute("autocomplete", value)
        page.goto("/register")
        expect(page.locator("input[name=password]")).to_have_attribute("autocomplete", "new-password")

    def test_signing_out_ends_the_session_in_every_tab(self):
        # A stream that is closed before the answer comes asks whether its session goes on.
        self.allow("401")
        page = self.open_list(User())
        other = page.context.new_page()
        other.goto("/strategies")
        expect(other.locator(".live")).to_have_text("Live")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
        self.assertEqual(page.context.request.get("/api/v1/auth/me").status, 401)

    def test_an_expired_access_token_is_renewed_without_anybody_noticing(self):
        page = self.open_list(User())
        before = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        access = next(name for name in before if "access" in name)
        page.context.clear_cookies(name=access)
        page.reload()
        expect(page.locator(".live")).to_have_text("Live")
        after = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        self.assertNotEqual(after[access], before[access])

    def test_a_session_that_was_ended_elsewhere_is_noticed_at_once_and_loses_no_draft(self):
        self.allow("401")
        user = User()
        page = self.open_list(user, "/strategies/new")
        page.get_by_label("Name", exact=True).fill("Half a thought")
        expect(page.locator(".save-state")).to_contain_text("kept in this browser")
        other = self.page(user, "/account")
        other.locator("tr", has_not=other.locator(".here")).get_by_role("button", name="End").first.click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.locator(".reason")).to_contain_text("Your session has ended")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url("/strategies/new")
        expect(page.get_by_label("Name", exact=True)).to_have_value("Half a thought")
        expect(page.locator(".inline-notice")).to_contain_text("did not save is back")


if __name__ == "__main__":
    unittest.main()
