"""The desk's mix (80 % list, 15 % get, 4 % change, 1 % create and delete) for those who use Locust:

    pip install locust
    locust -f Benchmarks/locust/locustfile.py --host http://localhost:8080 --users 50 --spawn-rate 10

Each user registers an account of its own, signs in, and checks every answer as `desk load` does.
"""

import secrets

from locust import HttpUser, between, task

STRATEGIES = 10
API = "/api/v1"


class Analyst(HttpUser):
    wait_time = between(0.5, 1.5)

    def on_start(self):
        self.email = f"locust-{secrets.token_hex(8)}@example.com"
        self.password = f"L1-{secrets.token_hex(12)}"
        self.token = None
        self.consistency = None
        self.turn = 0
        account = {"email": self.email, "password": self.password, "full_name": "Load Test"}
        answer = self.client.post(f"{API}/auth/register", json=account)
        answer.raise_for_status()
        self.id = answer.json()["id"]
        self.sign_in()
        self.strategies = [self.create()["id"] for _ in range(STRATEGIES)]

    def sign_in(self):
        answer = self.client.post(f"{API}/auth/login", data={"username": self.email, "password": self.password})
        answer.raise_for_status()
        self.token = answer.json()["access_token"]

    @task(80)
    def list_strategies(self):
        strategies = self.ask("GET", "/strategies", "list", 200)
        if strategies is None:
            return
        if len(strategies) != len(self.strategies) or any(s["user_id"] != self.id for s in strategies):
            self.wrong("list", "not the strategies of this user")

    @task(15)
    def get_strategy(self):
        wanted = self.next_strategy()
        strategy = self.ask("GET", f"/strategies/{wanted}", "get", 200)
        if strategy is not None and (strategy["id"], strategy["user_id"]) != (wanted, self.id):
            self.wrong("get", "another strategy")

    @task(4)
    def change_strategy(self):
        description = f"Changed by a load test, {self.turn}."
        strategy = self.ask(
            "PATCH", f"/strategies/{self.next_strategy()}", "change", 200, json={"description": description}
        )
        if strategy is not None and strategy["description"] != description:
            self.wrong("change", "a strategy without the change")

    @task(1)
    def create_and_delete_strategy(self):
        strategy = self.create()
        if strategy is not None:
            self.ask("DELETE", f"/strategies/{strategy['id']}", "delete", 204)

    def create(self):
        strategy = {"strategy_name": "Load test", "parameters": {"symbol": "BTC-USD", "window": 20}, "tags": ["load"]}
        return self.ask("POST", "/strategies", "create", 201, json=strategy)

    def next_strategy(self):
        self.turn += 1
        return self.strategies[self.turn % len(self.strategies)]

    def ask(self, method, path, name, expected, **arguments):
        """Sends a request, with the consistency token of the last change; None when the answer is an error."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.consistency:
            headers["Consistency-Token"] = self.consistency
        with self.client.request(
            method, API + path, name=name, headers=headers, catch_response=True, **arguments
        ) as answer:
            if answer.status_code == 401:
                # The access token has ended; the next request has a new one.
                self.sign_in()
            if answer.status_code != expected:
                answer.failure(f"status {answer.status_code}")
                return None
            if method != "GET":
                self.consistency = answer.headers.get("Consistency-Token", self.consistency)
            return answer.json() if expected != 204 else {}

    def wrong(self, name, what):
        self.environment.events.request.fire(
            request_type="CHECK", name=name, response_time=0, response_length=0, exception=ValueError(what), context={}
        )
