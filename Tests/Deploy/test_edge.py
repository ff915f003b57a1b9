"""The production edge, tried for real over TLS: python3 -m unittest discover Tests/Deploy"""

import http.client
import json
import re
import socket
import ssl
import subprocess
import threading
import time
import unittest

from edge import NAME, Edge, eventually


class EdgeTests(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.edge = Edge(**cls.settings).start()

    @classmethod
    def tearDownClass(cls):
        cls.edge.stop()

    def context(self):
        return ssl.create_default_context(cafile=str(self.edge.folder / "ca.pem"))

    def connect(self, name=NAME, context=None):
        """A TLS connection to the edge."""
        plain = socket.create_connection(("127.0.0.1", self.edge.port), 30)
        try:
            return (context or self.context()).wrap_socket(plain, server_hostname=name)
        except BaseException:
            plain.close()
            raise


class TransportTests(EdgeTests):
    def test_nginx_has_nothing_to_say_of_its_configuration(self):
        self.assertEqual(self.edge.install(), "")

    def test_without_tls_there_is_only_the_way_to_it(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.plain, timeout=30)
        self.addCleanup(connection.close)
        connection.request("POST", "/api/v1/strategies?limit=2", body="{}", headers={"Host": "other.example"})
        answer = connection.getresponse()
        answer.read()
        self.assertEqual(answer.status, 308)
        self.assertEqual(answer.getheader("Location"), f"https://{NAME}/api/v1/strategies?limit=2")
        self.assertIsNone(answer.getheader("Strict-Transport-Security"))

    def test_a_certificate_can_be_asked_for_by_acme(self):
        (self.edge.nginx_folder / "acme/.well-known/acme-challenge").mkdir(parents=True, exist_ok=True)
        (self.edge.nginx_folder / "acme/.well-known/acme-challenge/token").write_text("proof")
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.plain, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/.well-known/acme-challenge/token")
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (200, b"proof"))

    def test_http_2_over_tls_1_3_and_older_clients_over_tls_1_2(self):
        status, _, _, version = self.edge.curl("/api/v1/strategies", "--http2")
        self.assertEqual((status, version), (200, "2"))
        status, _, _, version = self.edge.curl("/api/v1/strategies", "--http1.1", "--tlsv1.2", "--tls-max", "1.2")
        self.assertEqual((status, version), (200, "1.1"))
        with self.connect() as connection:
            self.assertEqual(connection.version(), "TLSv1.3")

    def test_older_protocols_and_ciphers_without_forward_secrecy_are_refused(self):
        for options in (["-tls1", "-cipher", "ALL@SECLEVEL=0"], ["-tls1_1", "-cipher", "ALL@SECLEVEL=0"],
                        ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"]):
            self.assertNotIn("Cipher is ECDHE", self.s_client(*options), options)
            self.assertIn("Cipher is (NONE)", self.s_client(*options), options)
        self.assertIn("Cipher is ECDHE-RSA-AES128-GCM-SHA256", self.s_client("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))

    def test_another_name_gets_no_certificate(self):
        with self.assertRaises(ssl.SSLError):
            self.connect("other.example").close()

    def test_another_name_in_the_request_gets_no_answer(self):
        status, _, _, _ = self.edge.curl("/api/v1/strategies", "--header", "Host: other.example")
        self.assertEqual(status, 421)

    def test_the_answer_of_the_ocsp_responder_is_stapled(self):
        # nginx asks the responder at the first handshake, and staples from then on.
        self.assertTrue(eventually(lambda: "OCSP Response Status: successful" in self.s_client("-status")))
        self.assertIn("Cert Status: good", self.s_client("-status"))

    def test_browsers_are_told_to_stay_with_tls(self):
        for path in ("/", "/.error/404", "/api/v1/strategies"):
            _, headers, _, _ = self.edge.curl(path)
            self.assertEqual(headers["strict-transport-security"], "max-age=31536000; includesubdomains", path)

    def s_client(self, *options):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.edge.port}", "-servername", NAME, *options],
            input="", capture_output=True, text=True, timeout=30)
        return done.stdout + done.stderr


class ForwardingTests(EdgeTests):
    def setUp(self):
        for gateway in self.edge.gateways:
            gateway.drops = False
            gateway.seen.clear()

    def seen(self):
        return [record for gateway in self.edge.gateways for record in gateway.seen]

    def test_the_gateways_learn_the_real_client_and_no_invented_one(self):
        _, _, body, _ = self.edge.curl("/api/v1/strategies", "--header", "X-Forwarded-For: 198.51.100.9, 203.0.113.5")
        headers = json.loads(body)["headers"]
        # Only the last was written by the trusted balancer; what stands before it, anybody may have.
        self.assertEqual(headers["x-forwarded-for"], "203.0.113.5")
        self.assertEqual(headers["x-forwarded-proto"], "https")
        self.assertEqual(headers["x-forwarded-host"], f"{NAME}:{self.edge.port}")
        self.assertNotIn("forwarded", headers)

    def test_a_websocket_passes_through(self):
        with self.connect() as connection:
            connection.sendall(
                f"GET /api/v1/stream HTTP/1.1\r\nHost: {NAME}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
            answer = connection.recv(4096).decode()
            self.assertIn(" 101 ", answer)
            self.assertIn("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answer)
            connection.sendall(b"\x81\x02hi")
            self.assertEqual(connection.recv(16), b"\x81\x02hi")

    def test_what_may_be_repeated_is_asked_of_another_gateway(self):
        self.edge.gateways[0].drops = True

        def both_were_asked():
            status, _, body, _ = self.edge.curl("/api/v1/strategies")
            self.assertEqual((status, json.loads(body)["gateway"]), (200, "gateway-2"))
            return {record["gateway"] for record in self.seen()} == {"gateway-1", "gateway-2"}

        # One that another test has made fail is left alone for a second.
        self.assertTrue(eventually(both_were_asked))

    def test_a_creation_is_sent_once(self):
        for gateway in self.edge.gateways:
            gateway.drops = True
        status, headers, body, _ = self.edge.curl("/api/v1/strategies", "--data", '{"strategy_name":"once"}')
        self.assertEqual((status, json.loads(body)["code"]), (502, "upstream_unavailable"))
        self.assertIn("retry-after", headers)
        self.assertEqual(len([record for record in self.seen() if "once" in record["body"]]), 1)


class DashboardTests(EdgeTests):
    def test_the_page_is_asked_for_each_time_at_every_address(self):
        for path in ("/", "/sign-in", "/strategies/17/history", "/admin/cluster"):
            status, headers, body, _ = self.edge.curl(path)
            self.assertEqual((status, headers["cache-control"]), (200, "no-cache"), path)
            self.assertRegex(headers["content-security-policy"], "^default-src 'self';")
            self.assertNotRegex(headers["content-security-policy"], "unsafe|http|[*]|blob:")
            self.assertNotRegex(body, "<script(?! (?:type=\"module\" )?src=\"/assets/)|<style| style=| on[a-z]+=", "nothing inline")
            again, _, _, _ = self.edge.curl(path, "--header", f"If-None-Match: {headers['etag']}")
            self.assertEqual(again, 304)

    def test_what_the_page_loads_is_kept_for_ever_and_comes_compressed(self):
        _, _, body, _ = self.edge.curl("/")
        names = re.findall(r'(?:src|href)="(/assets/[^"]+)"', body)
        self.assertGreater(len(names), 10)
        for name in names:
            self.assertRegex(name, r"\.[0-9a-f]{12}\.(js|css|svg)$")
            status, headers, _, _ = self.edge.curl(name, "--header", "Accept-Encoding: gzip", "--output", "/dev/null", "--dump-header", "-")
            self.assertEqual(status, 200, name)
            self.assertEqual(headers["cache-control"], "public, max-age=31536000, immutable")
            self.assertEqual(headers["content-encoding"], "gzip", name)

    def test_an_older_name_is_no_more_and_is_not_kept(self):
        status, headers, _, _ = self.edge.curl("/assets/main.000000000000.js")
        self.assertEqual(status, 404)
        self.assertNotIn("cache-control", headers)

    def test_the_etag_follows_from_the_content_and_not_from_the_machine(self):
        _, first, _, _ = self.edge.curl("/")
        self.edge.install()
        self.assertEqual(self.edge.curl("/")[1]["etag"], first["etag"])


class LimitTests(EdgeTests):
    settings = {"NGINX_REQUEST_RATE": "1r/m", "NGINX_REQUEST_BURST": "5", "NGINX_CLIENT_CONNECTIONS": "2"}

    def statuses(self, address, count):
        return [self.edge.curl("/api/v1/strategies", "--header", f"X-Forwarded-For: {address}")[0] for _ in range(count)]

    def test_a_client_that_asks_too_often_is_refused_and_others_are_not(self):
        self.assertEqual(self.statuses("203.0.113.1", 8), [200] * 6 + [429] * 2)
        self.assertEqual(self.statuses("203.0.113.2", 1), [200])
        status, headers, body, _ = self.edge.curl("/api/v1/strategies", "--header", "X-Forwarded-For: 203.0.113.1")
        self.assertEqual((status, json.loads(body)["code"]), (429, "rate_limited"))
        self.assertEqual(json.loads(body)["request_id"], headers["x-request-id"])
        self.assertEqual(headers["retry-after"], "1")

    def test_the_addresses_of_one_ipv6_subscriber_count_together(self):
        addresses = [f"2001:db8:a:b:{n}::{n}" for n in range(1, 9)]
        self.assertEqual([self.statuses(address, 1)[0] for address in addresses], [200] * 6 + [429] * 2)
        self.assertEqual(self.statuses("2001:db8:a:c::1", 1), [200])

    def test_a_client_with_too_many_requests_in_flight_is_refused(self):
        for gateway in self.edge.gateways:
            gateway.held.clear()
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.slow())) for _ in range(2)]
        for thread in threads:
            thread.start()
        held = lambda: sum("/api/slow" in record["path"] for gateway in self.edge.gateways for record in gateway.seen)
        self.assertTrue(eventually(lambda: held() == 2))
        self.assertEqual(self.slow(), 429)
        for gateway in self.edge.gateways:
            gateway.held.set()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200, 200])

    def slow(self):
        return self.edge.curl("/api/slow", "--header", "X-Forwarded-For: 203.0.113.3")[0]


class ReloadTests(EdgeTests):
    settings = {"NGINX_REQUEST_RATE": "10000r/s", "NGINX_REQUEST_BURST": "10000"}

    def test_a_new_certificate_is_taken_without_a_failed_request(self):
        failures, answered, stopped = [], [0], threading.Event()

        def ask():
            connection = http.client.HTTPSConnection("127.0.0.1", self.edge.port, timeout=30, context=self.lenient())
            while not stopped.is_set():
                try:
                    connection.request("GET", "/api/v1/strategies", headers={"Host": NAME})
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status != 200:
                        failures.append(answer.status)
                    answered[0] += 1
                except OSError as error:
                    failures.append(repr(error))
                    connection.close()
                except http.client.HTTPException as error:
                    failures.append(repr(error))
                    connection.close()
                time.sleep(0.002)
            connection.close()

        for gateway in self.edge.gateways:
            gateway.held.clear()
        slow = []
        long_one = threading.Thread(target=lambda: slow.append(self.edge.curl("/api/slow", "--http2")[0]))
        askers = [threading.Thread(target=ask) for _ in range(4)]
        for thread in [long_one, *askers]:
            thread.start()
        self.assertTrue(eventually(lambda: answered[0] > 100))
        serial = self.edge.authority.issue()
        self.edge.reload()
        after = answered[0]
        self.assertTrue(eventually(lambda: answered[0] > after + 100))
        with self.connect() as connection:
            self.assertEqual(int(connection.getpeercert()["serialNumber"], 16), serial)
        for gateway in self.edge.gateways:
            gateway.held.set()
        stopped.set()
        for thread in [long_one, *askers]:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(slow, [200], "a request that was under way at the reload gets its answer from the old worker")

    def lenient(self):
        """Asks for the right name while it connects by address."""
        context = self.context()
        context.check_hostname = False
        wrap = context.wrap_socket
        context.wrap_socket = lambda plain, server_hostname=None, **rest: wrap(plain, server_hostname=NAME, **rest)
        return context


# Not a test itself.
del EdgeTests

if __name__ == "__main__":
    unittest.main()
