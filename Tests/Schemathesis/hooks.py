"""What Schemathesis is told beside the document: who asks, what the service alone can make, and how NDJSON is written.

A user stands in a request as a placeholder, such as `Bearer ada`. Some operations end the session that asks: the next request
of that user signs in anew. The environment has DESK_URL, and in ACCOUNTS id, address and password by user.
"""

import json
import os
import re
import threading

import requests
import schemathesis
from hypothesis import strategies as st

URL = os.environ["DESK_URL"]
ACCOUNTS = json.loads(os.environ["ACCOUNTS"])
# What may end the session of the one who asks, or all sessions.
ENDING = {"logout", "logoutEverywhere", "endSession", "revokeAccountSessions", "updateAccount"}

lock = threading.Lock()
access_tokens = {}
# The last one that each user was given.
consistency_tokens = {}

# None is taken but those that the service gave; an empty one is as none.
schemathesis.openapi.format("cursor", st.just(""))
schemathesis.openapi.format("consistency-token", st.just(""))
schemathesis.openapi.format("future-date-time", st.just("2999-12-31T23:59:59Z"))
schemathesis.openapi.format("password", st.from_regex(r"\A[A-Z][a-z]{6,20}-[0-9]{4}\Z"))


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    """The document says of a body no more than that it is text: half of them are lines that are a strategy's draft."""
    text = value if isinstance(value, str) else json.dumps(value)
    lines = ['{"strategy_name":' + json.dumps(line) + "}" for line in text.split("\n")] if len(text) % 2 else [text]
    return {"data": "\n".join(lines).encode("utf-8", "surrogatepass")}


def access_token(user):
    """The same until the session ends."""
    with lock:
        if user not in access_tokens:
            form = {"username": ACCOUNTS[user]["email"], "password": ACCOUNTS[user]["password"]}
            answer = requests.post(URL + "/api/v1/auth/login", data=form, timeout=30)
            answer.raise_for_status()
            access_tokens[user] = answer.json()["access_token"]
        return access_tokens[user]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Signs the request; one that is well-formed gives back the last consistency token, as a client does."""
    headers = case.headers or {}
    user = str(headers.get("Authorization", "")).removeprefix("Bearer ")
    if user not in ACCOUNTS:
        return
    headers["Authorization"] = f"Bearer {access_token(user)}"
    # An administrator who disables itself sees no more.
    if case.operation.definition.raw.get("operationId") == "updateAccount" and case.path_parameters.get("id") == ACCOUNTS[user]["id"]:
        case.path_parameters["id"] = ACCOUNTS["bob"]["id"]
    if case.meta and case.meta.generation.mode.is_positive and headers.get("Consistency-Token") is not None:
        headers["Consistency-Token"] = consistency_tokens.get(user, "")


@schemathesis.hook
def after_call(context, case, response):
    given = response.headers.get("consistency-token")
    token = response.request.headers.get("Authorization", "").removeprefix("Bearer ")
    user = next((user for user, each in access_tokens.copy().items() if each == token), None)
    name = case.operation.definition.raw.get("operationId")
    # A registration's is the new account's.
    if given and user and name != "register":
        consistency_tokens[user] = given[0]
    if name in ENDING and response.status_code < 300:
        with lock:
            access_tokens.clear()


@schemathesis.check
def answers_are_ours(context, response, case):
    """Every answer has a request's id, and an error the three members; none tells of the inside."""
    names = {name.lower() for name in response.headers}
    assert "x-request-id" in names, "an answer without X-Request-Id"
    if response.status_code >= 400 and case.method.upper() != "HEAD":
        body = response.json()
        assert set(body) >= {"detail", "code", "request_id"}, "an error without one of its three members"
        assert not re.search(r"select |insert |psql|postgres://|/var/|\.swift", response.text.lower()), "an error that tells of the inside"
