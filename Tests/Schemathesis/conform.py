"""Holds a running cluster against its own document by Schemathesis: all checks, stateful, as two users and as an administrator.

    .build/schemathesis/bin/python Tests/Schemathesis/conform.py [--examples N] [--seconds N] [--seed N]

The environment says where the cluster is: DESK_URL, DESK_DATA (its folder) and DESK_EXECUTABLE. Its limits must allow some
thousand requests in a row. Exits with 1, and the complaints on standard output, when an answer does not conform.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
URL = os.environ["DESK_URL"]
# No example of the document: one that is guessed would let a request delete the account.
PASSWORD = "Orange-Wagon-41"

# What an operation may answer to a request that the document allows, besides what is allowed everywhere: a precondition that does
# not hold, a handshake that is none, and rules that a schema cannot tell (letters of a password in any script, bytes).
BESIDES = {
    412: ["getStrategy", "replaceStrategy", "patchStrategy", "deleteStrategy", "listStrategies", "listStrategyVersions",
          "getStrategyVersion", "restoreStrategyVersion"],
    422: ["register", "changePassword", "createStrategy", "replaceStrategy", "patchStrategy", "createAPIKey", "importStrategies"],
    426: ["openStream"],
}
CONFIGURATION = """
hooks = "{hooks}"
suppress-health-check = ["all"]
continue-on-failure = true
request-timeout = 20
[output.truncation]
enabled = true
[auth.wfc]
path = "{users}"
{who}
[warnings]
enabled = false
[[operations]]
include-operation-id = "openStream"
checks.negative_data_rejection.expected-statuses = [400, 426]
{operations}
"""
OPERATION = """
[[operations]]
include-operation-id = {names}
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 429, {status}]
"""


def account(name):
    email = f"{name}-{uuid.uuid4()}@example.com"
    body = json.dumps({"email": email, "password": PASSWORD, "full_name": name}).encode()
    request = urllib.request.Request(URL + "/api/v1/auth/register", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return {"id": json.load(answer)["id"], "email": email, "password": PASSWORD}


def operations():
    """The tables of the configuration: operations by the set of statuses that they may answer besides."""
    besides = {}
    for status, names in BESIDES.items():
        for name in names:
            besides.setdefault(name, []).append(status)
    return "".join(OPERATION.format(names=json.dumps(name), status=", ".join(map(str, each))) for name, each in besides.items())


def run(title, who, options, accounts, folder):
    users = folder / "users.json"
    users.write_text(json.dumps({"auth": [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {name}"}]} for name in accounts]}))
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(hooks=HERE / "hooks.py", users=users, who=who, operations=operations()))
    print(f"{title}:", flush=True)
    command = [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, "run", URL + "/openapi.json",
               "--no-color", "--checks", "all", "--generation-database", "none", *options]
    environment = os.environ | {"ACCOUNTS": json.dumps(accounts)}
    return subprocess.run(command, env=environment, cwd=folder).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", type=int, default=8, help="of each operation and phase")
    parser.add_argument("--seconds", type=int, default=50, help="for each of the two runs")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    options = ["--max-examples", str(given.examples), "--max-time", str(given.seconds), "--seed", str(given.seed)]
    accounts = {name: account(name) for name in ("ada", "bob", "eve")}
    subprocess.run([os.environ["DESK_EXECUTABLE"], "users", "promote", accounts["eve"]["email"], "--data", os.environ["DESK_DATA"]],
                   check=True, capture_output=True, timeout=60)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        two = run("Two users", 'user = "ada"\npeers = ["ada", "bob"]', options, accounts, folder)
        admin = run("An administrator", 'user = "eve"', [*options, "--include-tag", "Administration"], accounts, folder)
    sys.exit(1 if two or admin else 0)


if __name__ == "__main__":
    main()
