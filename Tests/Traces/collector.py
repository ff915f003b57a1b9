"""A collector of traces on a free port: decodes what it is sent and writes a JSON line for each span.

    collector.py FILE

Its first line on standard output is the port. It ends with its standard input. What is no export request by OpenTelemetry's own
description, or holds a field that this does not know, gets 400.
"""

import http.server
import json
import sys
import threading

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service
from opentelemetry.proto.trace.v1 import trace_pb2


def value(any_value):
    kind = any_value.WhichOneof("value")
    return getattr(any_value, kind) if kind else None


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def spans(request):
    for resource_spans in request.resource_spans:
        resource = attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield {
                    "trace_id": span.trace_id.hex(),
                    "span_id": span.span_id.hex(),
                    "parent_id": span.parent_span_id.hex(),
                    "trace_state": span.trace_state,
                    "name": span.name,
                    "kind": trace_pb2.Span.SpanKind.Name(span.kind),
                    "status": trace_pb2.Status.StatusCode.Name(span.status.code),
                    "nanoseconds": span.end_time_unix_nano - span.start_time_unix_nano,
                    "began_at": span.start_time_unix_nano,
                    "attributes": attributes(span.attributes),
                    "resource": resource,
                    "scope": scope_spans.scope.name,
                }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        request = service.ExportTraceServiceRequest()
        try:
            request.ParseFromString(body)
            known = service.ExportTraceServiceRequest()
            known.CopyFrom(request)
            known.DiscardUnknownFields()
            is_known = known.SerializeToString(deterministic=True) == request.SerializeToString(deterministic=True)
        except Exception:  # what protobuf raises is no public type of its own
            is_known = False
        is_right = (
            is_known and self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
        )
        if is_right:
            with self.server.lock:
                for span in spans(request):
                    print(json.dumps(span), file=self.server.output, flush=True)
        answer = service.ExportTraceServiceResponse().SerializeToString() if is_right else b"no export request"
        self.send_response(200 if is_right else 400)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


class Collector(http.server.ThreadingHTTPServer):
    def __init__(self, path):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.output = open(path, "a", encoding="utf-8")


if __name__ == "__main__":
    collector = Collector(sys.argv[1])
    print(collector.server_port, flush=True)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    sys.stdin.read()
