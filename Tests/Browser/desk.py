"""What the browser tests share: one cluster, one Chromium, and for each test contexts (jars of cookies) of its own.

The environment says where the cluster is: DESK_URL, DESK_DATA (its folder) and DESK_EXECUTABLE.
"""

import atexit
import functools
import json
import os
import re
import shutil
import subprocess
import time
import unittest
import urllib.parse
import urllib.request
import uuid

from playwright.sync_api import expect, sync_playwright

URL = os.environ["DESK_URL"]
PASSWORD = "Correct-Horse-7"
# Longer than anything takes on a busy machine; a condition ends the wait.
expect.set_options(timeout=15_000)


@functools.cache
def browser():
    playwright = sync_playwright().start()
    chromium = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--force-device-scale-factor=1"])
    atexit.register(playwright.stop)
    atexit.register(chromium.close)
    return chromium


def desk(*arguments):
    """Runs the `desk` program on the tests' cluster; returns what it printed."""
    done = subprocess.run([os.environ["DESK_EXECUTABLE"], *arguments, "--data", os.environ["DESK_DATA"]],
                          capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def sql(statement):
    """As the superuser, whom row-level security does not stop."""
    executable, data = os.environ["DESK_EXECUTABLE"], os.environ["DESK_DATA"]
    subprocess.run([executable, "psql", "--role", "postgres", "--data", data, "--", "-qc", statement],
                   check=True, capture_output=True, timeout=120)


def eventually(condition, within=20.0):
    """Waits until the condition holds, and says whether it did."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class User:
    """An account of its own, and the API by its access token."""

    def __init__(self, name="Ada Example"):
        self.email = f"{uuid.uuid4()}@example.com"
        self.name = name
        self._token = None
        self.id = self.call("POST", "/auth/register", {"email": self.email, "password": PASSWORD, "full_name": name}, None)["id"]

    @property
    def token(self):
        if self._token is None:
            form = urllib.parse.urlencode({"username": self.email, "password": PASSWORD}).encode()
            with urllib.request.urlopen(URL + "/api/v1/auth/login", form, timeout=30) as answer:
                self._token = json.load(answer)["access_token"]
        return self._token

    def call(self, method, path, body=None, token=...):
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(URL + "/api/v1" + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def create(self, name, **members):
        return self.call("POST", "/strategies", {"strategy_name": name, **members})

    def strategies(self, query=""):
        return self.call("GET", "/strategies?consistency=strong" + query)


def offers(path):
    """Whether the cluster's document of its API has a path."""
    with urllib.request.urlopen(URL + "/openapi.json", timeout=30) as answer:
        return "/api/v1" + path in json.load(answer)["paths"]


class BrowserTestCase(unittest.TestCase):
    """Fails where a page complains on its console, breaks its policy, or asks another host."""

    def setUp(self):
        self.complaints = []
        self.allowed = []

    def allow(self, pattern):
        """A complaint that belongs to the test, such as the browser's own line about a status that was injected."""
        self.allowed.append(re.compile(pattern))

    def page(self, user=None, path="/", **options):
        """A page in a context of its own; signed in where a user is given."""
        context = browser().new_context(**{"viewport": {"width": 1280, "height": 800}, "base_url": URL} | options)
        self.addCleanup(context.close)
        if user:
            answer = context.request.post("/api/v1/auth/session", data={"email": user.email, "password": PASSWORD},
                                          headers={"Sec-Fetch-Site": "same-origin"})
            self.assertEqual(answer.status, 200, answer.text())
            context.add_init_script("try { if (!sessionStorage.begun) { sessionStorage.begun = 1; localStorage.setItem('signed-in', '1') } } catch {}")
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.complaints.extend([] if request.url.startswith((URL, "data:")) else [request.url]))
        page.goto(path)
        return page

    def open_list(self, user, path="/strategies", **options):
        page = self.page(user, path, **options)
        expect(page.locator(".live")).to_have_text("Live")
        return page

    def row(self, page, name):
        return page.locator(".sizer .row", has=page.get_by_text(name, exact=True))

    def tearDown(self):
        left = [text for text in self.complaints if not any(pattern.search(text) for pattern in self.allowed)]
        self.assertEqual(left, [], "the page complained")
