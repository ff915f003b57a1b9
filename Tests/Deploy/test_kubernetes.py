"""The Kubernetes manifests, the compose file and each other say the same."""

import re
import unittest

import yaml

from edge import REPOSITORY

KUBERNETES = REPOSITORY / "deploy/kubernetes"
SERVICES = ("gateway", "auth", "strategies")


def documents(*folders):
    for folder in folders:
        for path in sorted((KUBERNETES / folder).glob("*.yaml")):
            yield from filter(None, yaml.safe_load_all(path.read_text(encoding="utf-8")))


def pods():
    """The template of each kind of pod, by its component."""
    return {document["metadata"]["name"]: document["spec"]["template"] for document in documents("base", "data")
            if document["kind"] in ("Deployment", "StatefulSet", "Job")}


def of_kind(kind, *folders):
    return {document["metadata"]["name"]: document for document in documents(*folders or ("base", "data")) if document["kind"] == kind}


def environment(name):
    return {entry["name"]: entry.get("value") for entry in pods()[name]["spec"]["containers"][0]["env"]}


class KubernetesTests(unittest.TestCase):
    def test_each_service_gets_the_settings_of_the_same_names_as_with_docker(self):
        compose = yaml.safe_load((REPOSITORY / "deploy/compose/compose.yaml").read_text(encoding="utf-8"))["services"]
        for name in (*SERVICES, "migrate"):
            composed = set(compose[name]["environment"])
            tracing = {key for key in composed if key.startswith(("OTEL_", "TRACE_"))}
            self.assertEqual(set(environment(name)) - {"UPSTREAM_RESOLVE_INTERVAL_MS"}, composed - tracing, name)
            # What may be set of tracing comes from a ConfigMap that need not be there.
            sources = pods()[name]["spec"]["containers"][0].get("envFrom", [])
            self.assertEqual(sources, [{"configMapRef": {"name": "tracing", "optional": True}}] if tracing else [], name)

    def test_every_instance_of_auth_is_named(self):
        auth = of_kind("StatefulSet")["auth"]["spec"]
        expected = [f"http://auth-{number}.{auth['serviceName']}:8250" for number in range(auth["replicas"])]
        for name in SERVICES:
            self.assertEqual(environment(name)["AUTH_ADMIN_URLS"].split(","), expected)

    def test_the_limits_count_on_as_many_gateways_as_there_may_be(self):
        most = of_kind("HorizontalPodAutoscaler")["gateway"]["spec"]["maxReplicas"]
        self.assertEqual(environment("gateway")["RATE_LIMIT_GATEWAYS"], str(most + 1))

    def test_postgres_has_room_for_every_connection(self):
        scalers = of_kind("HorizontalPodAutoscaler")
        instances = scalers["strategies"]["spec"]["maxReplicas"] + 1 + of_kind("StatefulSet")["auth"]["spec"]["replicas"]
        room = int(of_kind("Cluster")["postgres"]["spec"]["postgresql"]["parameters"]["max_connections"])
        # Four connections to each server, and with one replica left, all of those to replicas go to it.
        self.assertLess(instances * 4 * 2, room)

    def test_every_pod_has_a_policy_and_whoever_it_is_sent_to_lets_it_in(self):
        policies = of_kind("NetworkPolicy")
        everybody = policies.pop("nothing-else")["spec"]
        self.assertEqual((everybody["podSelector"], everybody.get("ingress"), everybody.get("egress")), ({}, None, None))
        self.assertEqual(set(pods()), set(policies) - {"postgres"})

        def flows(direction, key):
            found = set()
            for name, policy in policies.items():
                for rule in policy["spec"].get(direction) or []:
                    for peer in rule[key]:
                        labels = peer.get("podSelector", {}).get("matchLabels", {})
                        other = labels.get("app.kubernetes.io/component") or labels.get("cnpg.io/cluster")
                        if other:
                            found |= {((name, other) if direction == "egress" else (other, name)) + (port["port"],) for port in rule["ports"]}
            return found

        self.assertEqual(flows("egress", "to"), flows("ingress", "from"))
        self.assertEqual({flow[0] for flow in flows("ingress", "from") if flow[1] == "strategies"}, {"gateway"})
        self.assertEqual({flow[0] for flow in flows("ingress", "from") if flow[1:] == ("postgres", 5432)},
                         {"auth", "strategies", "migrate", "postgres"})

    def test_what_is_referred_to_is_there(self):
        script = (KUBERNETES / "make-secrets.sh").read_text(encoding="utf-8")
        made = set(re.findall(r"^secret (\S+)", script, re.M))
        needed = {"edge-certificate"}
        for template in pods().values():
            for volume in template["spec"].get("volumes", []):
                if "secret" in volume:
                    needed.add(volume["secret"]["secretName"])
                if "configMap" in volume:
                    self.assertIn(volume["configMap"]["name"], of_kind("ConfigMap"))
        cluster = of_kind("Cluster")["postgres"]["spec"]
        needed |= {cluster["bootstrap"]["initdb"]["secret"]["name"], *(role["passwordSecret"]["name"] for role in cluster["managed"]["roles"])}
        self.assertEqual(made | {"edge-certificate"}, needed)
        for name in SERVICES:
            ports = {port["name"]: port["containerPort"] for port in pods()[name]["spec"]["containers"][0]["ports"]}
            self.assertEqual((str(ports["http"]), str(ports["admin"])), (environment(name)["LISTEN_PORT"], environment(name)["ADMIN_PORT"]))
            self.assertEqual(of_kind("PodDisruptionBudget")[name]["spec"]["maxUnavailable"], 1)

    def test_every_file_is_part_of_a_kustomization(self):
        for folder in ("base", "data", "monitoring"):
            named = set(yaml.safe_load((KUBERNETES / folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"])
            self.assertEqual(named, {path.name for path in (KUBERNETES / folder).glob("*.yaml")} - {"kustomization.yaml"})


if __name__ == "__main__":
    unittest.main()
