"""The whole way from registration to signing in with a second factor."""

import base64
import hashlib
import hmac
import struct
import time
import unittest

from desk import PASSWORD, BrowserTestCase, User, expect, offers


def one_time_password(secret, step):
    """RFC 6238: SHA-1, six digits."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 1_000_000:06}"


@unittest.skipUnless(offers("/auth/mfa/totp"), "this cluster has no second factor")
class SecondFactorTests(BrowserTestCase):
    def test_it_is_turned_on_by_its_picture_asked_for_at_the_sign_in_and_turned_off(self):
        self.allow("401|403")
        user = User()
        page = self.page(user, "/account")
        panel = page.get_by_role("region", name="Two-factor sign-in")
        panel.get_by_role("button", name="Turn on…").click()
        picture = panel.get_by_role("img", name="QR code")
        expect(picture).to_be_visible()
        self.assertGreater(picture.evaluate("image => image.naturalWidth"), 0, "the policy lets the picture be shown")
        secret = panel.locator(".secret code").inner_text().replace(" ", "")
        step = int(time.time()) // 30
        panel.get_by_label("Code that the app shows").fill("000000")
        panel.get_by_role("button", name="Turn on", exact=True).click()
        expect(panel.locator(".field-error")).to_contain_text("not right")
        panel.get_by_label("Code that the app shows").fill(one_time_password(secret, step))
        panel.get_by_role("button", name="Turn on", exact=True).click()
        dialog = page.get_by_role("dialog", name="Two-factor sign-in is on")
        expect(dialog.locator("li code")).to_have_count(10)
        recovery = dialog.locator("li code").all_inner_texts()
        dialog.get_by_role("button", name="I have them").click()
        expect(panel.locator(".status")).to_have_text("On")

        other = self.page(path="/sign-in?next=%2Faccount")
        other.get_by_label("E-mail address").fill(user.email)
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_role("button", name="Sign in").click()
        code = other.get_by_label("Code")
        expect(code).to_be_focused()
        code.fill("000000")
        other.get_by_role("button", name="Sign in").click()
        expect(other.locator(".field-error:visible", has_text="not right")).to_be_visible()
        code.fill(one_time_password(secret, step + 1))
        other.get_by_role("button", name="Sign in").click()
        expect(other).to_have_url("/account")

        panel = other.get_by_role("region", name="Two-factor sign-in")
        panel.get_by_role("button", name="Turn off…").click()
        panel.get_by_label("Your password").fill(PASSWORD)
        panel.get_by_label("Code").fill(recovery[0])
        panel.get_by_role("button", name="Turn off", exact=True).click()
        expect(panel.get_by_role("button", name="Turn on…")).to_be_visible()


if __name__ == "__main__":
    unittest.main()
