#!/usr/bin/env python3
"""Reads the events of all users from CryptoDesk's Redis Stream, as one of a group of consumers that share the work.

    REDIS_PASSWORD=... Examples/event_consumer.py --url redis://127.0.0.1:8580/0 --group audit --consumer audit-1

Each event is printed as a line of JSON and acknowledged after that, so that it is handled at least once: what a consumer
has not acknowledged when it dies is taken over by the others after --idle-ms. Whoever must not do a thing twice remembers
the id. Events of one strategy come in order as long as one consumer handles them.

{"type": "resync"} says that something may have been missed: the group is new, Redis has lost the stream, or the group has
fallen behind what is kept (EVENTS_RETAINED). Read what you need anew then, and go on with what comes.

Needs redis-py: the Debian package python3-redis, or redis from PyPI.
"""

import argparse
import json
import os
import signal
import sys
import time

import redis

# The next events, and whether none is missing before them, of one moment. The last entry that the group was given has to
# be in the stream still: after FLUSHALL, a restart of Redis without its last second, or a cut at the end it is not. There
# is always an entry to stand on: a stream without any gets one that is no event, as it does from the gateways.
NEXT = """
local last
if redis.call('XLEN', KEYS[1]) == 0 then
  redis.call('XADD', KEYS[1], '*', 'start', '1')
else
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local fields = {}
    for i = 1, #group, 2 do fields[group[i]] = group[i + 1] end
    if fields['name'] == ARGV[1] then last = fields['last-delivered-id'] end
  end
end
local missed = 0
if not last then
  redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '$')
  missed = 1
elseif #redis.call('XRANGE', KEYS[1], last, last) == 0 then
  missed = 1
end
local streams = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], '>')
return {missed, streams and streams[1][2] or {}}
"""


class Consumer:
    def __init__(self, client, key, group, name, idle_ms):
        self.client, self.key, self.group, self.name, self.idle_ms = client, key, group, name, idle_ms
        self.next = client.register_script(NEXT)
        self.is_stopping = False

    def run(self):
        claim_at = 0.0
        while not self.is_stopping:
            try:
                missed, entries = self.next(keys=[self.key], args=[self.group, self.name, 100])
                if missed:
                    self.say({"type": "resync"})
                for entry, fields in entries:
                    self.handle(entry, dict(zip(fields[::2], fields[1::2])))
                if time.monotonic() >= claim_at:
                    self.take_over()
                    claim_at = time.monotonic() + self.idle_ms / 1000
                if not entries:
                    time.sleep(0.05)
            except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
                print(f"Redis is away: {error}", file=sys.stderr)
                time.sleep(0.5)

    def take_over(self):
        """Handles what a consumer of the group, maybe this one before it was started again, has left unfinished."""
        answer = self.client.xautoclaim(self.key, self.group, self.name, self.idle_ms, count=100)
        for entry, fields in answer[1]:
            self.handle(entry, fields)
        if len(answer) > 2 and answer[2]:  # They were cut off meanwhile.
            self.say({"type": "resync"})

    def handle(self, entry, fields):
        if "type" in fields:  # The entry that marks a stream's beginning has none.
            data = json.loads(fields["data"])
            self.say({"id": entry, "user": int(fields["user"]), "type": fields["type"], "data": data})
        self.client.xack(self.key, self.group, entry)

    def say(self, message):
        print(json.dumps(message), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--url", default="redis://127.0.0.1:6379/0")
    options.add_argument("--name", default="events", help="EVENTS_NAME of the cluster")
    options.add_argument("--group", required=True)
    options.add_argument("--consumer", required=True)
    options.add_argument("--idle-ms", type=int, default=30_000)
    given = options.parse_args()
    client = redis.Redis.from_url(
        given.url, password=os.environ.get("REDIS_PASSWORD"), decode_responses=True, socket_timeout=5)
    consumer = Consumer(client, "{%s}:stream" % given.name, given.group, given.consumer, given.idle_ms)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(consumer, "is_stopping", True))
    consumer.run()


if __name__ == "__main__":
    main()
