#!/usr/bin/env python3
"""Gives vmctld many documents a second and holds it to what it accepted.

Each document of a domain carries the client's next generation, so that a document that is repeated after a broken
connection does no harm. A PUT that was answered with 2xx is an acknowledged one: after the load, and after `--kill-at`
seconds a kill -9 and a start of vmctld, no domain may have a newest document older than the last acknowledged.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time

import vmctld

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
    epilog="Exit code 0: nothing was lost and the p99 is within its budget. Run it by Scripts/bench http.")
parser.add_argument("--connect", default=os.environ.get("VMCTL_TEST_URI"), help="libvirt URI for vmctld")
parser.add_argument("--socket", help="of a vmctld that runs already; without it one is started")
parser.add_argument("--rate", type=int, default=1000, help="documents a second (default 1000)")
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--domains", type=int, default=200)
parser.add_argument("--connections", type=int, default=20)
parser.add_argument("--kill-at", type=float, metavar="SECOND", help="kill -9 vmctld then, and start it again")
parser.add_argument("--budget", type=float, default=50, metavar="MS", help="of the p99 of a PUT (default 50)")
parser.add_argument("--prefix", default="load", help="of the domains' names")
parser.add_argument("--json", action="store_true", help="one JSON object and nothing else on stdout")
options = parser.parse_args()


class Load:
    def __init__(self, socket, daemon):
        self.socket, self.daemon = socket, daemon
        self.names = [f"{options.prefix}-{number:04}" for number in range(options.domains)]
        # The client's own number and the server's, of the newest document that was acknowledged.
        self.sent = dict.fromkeys(self.names, 0)
        self.acknowledged = dict.fromkeys(self.names, 0)
        self.etags = dict.fromkeys(self.names, 0)
        self.times, self.late, self.statuses = [], [], {}
        self.broken = 0
        self.residents = []

    def document(self, name):
        self.sent[name] += 1
        number = self.sent[name]
        return number, vmctld.document(name, generation=number, labels={"turn": str(number)})

    async def put(self, client, name):
        number, document = self.document(name)
        began = time.monotonic()
        status, headers, _ = await client.request("PUT", f"/v1/domains/{name}/intent", document)
        self.times.append((time.monotonic() - began) * 1000)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if 200 <= status < 300:
            self.acknowledged[name] = max(self.acknowledged[name], number)
            self.etags[name] = max(self.etags[name], int(headers["etag"].strip('"')))

    async def sender(self, index, began):
        """Every connection has domains of its own, and its share of the rate: a plan, not as fast as it goes."""
        client = vmctld.Client(self.socket)
        names = self.names[index::options.connections]
        turn = 0
        while True:
            due = began + (turn * options.connections + index) / options.rate
            if due - began >= options.seconds:
                break
            await asyncio.sleep(max(0, due - time.monotonic()))
            self.late.append((time.monotonic() - due) * 1000)
            try:
                await self.put(client, names[turn % len(names)])
            except vmctld.Unreachable:
                self.broken += 1
                await asyncio.sleep(0.05)
            turn += 1
        client.close()

    async def killer(self, began):
        await asyncio.sleep(max(0, began + options.kill_at - time.monotonic()))
        self.daemon.kill()
        self.restart = await self.daemon.start()

    async def watcher(self):
        while True:
            self.residents.append(self.daemon.resident())
            await asyncio.sleep(1)

    async def define(self):
        """Each domain is there before the load begins."""
        client = vmctld.Client(self.socket)
        for name in self.names:
            _, document = self.document(name)
            await client.json("PUT", f"/v1/domains/{name}/intent", document)
        left = await vmctld.converged(client, self.names, wait=600)
        client.close()
        if left:
            raise vmctld.Refused(f"{len(left)} domains were not defined: {json.dumps(next(iter(left.values())))[:800]}")

    async def lost(self):
        """Domains whose newest document is older than one that was acknowledged."""
        client = vmctld.Client(self.socket)
        lost = []
        for name in self.names:
            status, headers, body = await client.request("GET", f"/v1/domains/{name}/intent")
            etag = int(headers["etag"].strip('"')) if status == 200 else 0
            theirs = json.loads(body)["metadata"]["generation"] if status == 200 else 0
            if etag < self.etags[name] or theirs < self.acknowledged[name]:
                lost.append(f"{name}: has {theirs}, acknowledged {self.acknowledged[name]} (status {status})")
        client.close()
        return lost

    async def run(self):
        await self.define()
        began = time.monotonic() + 0.5
        tasks = [asyncio.create_task(self.sender(index, began)) for index in range(options.connections)]
        watcher = asyncio.create_task(self.watcher()) if self.daemon else None
        if options.kill_at is not None:
            tasks.append(asyncio.create_task(self.killer(began)))
        await asyncio.gather(*tasks)
        took = time.monotonic() - began
        if watcher:
            watcher.cancel()
        lost = await self.lost()
        client = vmctld.Client(self.socket)
        ended = time.monotonic()
        left = await vmctld.converged(client, self.names, wait=300)
        client.close()
        good = sum(count for status, count in self.statuses.items() if 200 <= status < 300)
        residents = [sample for sample in self.residents if sample]
        result = {
            "benchmark": "http", "wantedPerSecond": options.rate, "sentPerSecond": round(len(self.times) / took, 1),
            "acceptedPerSecond": round(good / took, 1), "domains": options.domains,
            "statuses": {str(key): count for key, count in sorted(self.statuses.items())}, "broken": self.broken,
            "p50Milliseconds": round(vmctld.percentile(self.times, 0.5), 2),
            "p99Milliseconds": round(vmctld.percentile(self.times, 0.99), 2),
            "maxMilliseconds": round(max(self.times), 2), "budgetMilliseconds": options.budget,
            "p99LateMilliseconds": round(vmctld.percentile(self.late, 0.99), 2),
            "lost": len(lost), "notConverged": len(left), "convergedAfterSeconds": round(time.monotonic() - ended, 1)}
        if options.kill_at is not None:
            result["readyAfterKillSeconds"] = round(self.restart, 2)
        if residents:
            flat, first, last = vmctld.flatness(residents)
            result |= {"residentFirst": int(first), "residentLast": int(last), "residentMax": max(residents),
                       "residentIsFlat": flat}
        return result, lost, left


def say(result, lost, left):
    if options.json:
        print(json.dumps(result))
        return
    for key, value in result.items():
        print(f"{key:>24}  {value}")
    for line in lost[:20]:
        print(f"LOST {line}")
    for name, item in list(left.items())[:5]:
        print(f"NOT CONVERGED {name}: {json.dumps(item)[:600]}")


async def main():
    with tempfile.TemporaryDirectory(prefix="vmctl-load-") as folder:
        daemon = None
        if options.socket is None:
            if not options.connect:
                parser.error("--connect or VMCTL_TEST_URI: which libvirt?")
            daemon = vmctld.Daemon(vmctld.find_program("vmctld"), options.connect, folder)
            await daemon.start()
        elif options.kill_at is not None:
            parser.error("--kill-at needs a vmctld that is started here: leave --socket out")
        try:
            result, lost, left = await Load(options.socket or daemon.socket, daemon).run()
        except vmctld.Refused as error:
            print(f"load.py: {error}", file=sys.stderr)
            return 1
        finally:
            if daemon:
                await daemon.stop()
        say(result, lost, left)
        # What a broken connection delays is no matter of the p99: without a kill none may break.
        bad = lost or left or any(status >= 400 for status in map(int, result["statuses"]))
        slow = options.kill_at is None and (result["p99Milliseconds"] > options.budget or result["broken"])
        return 1 if bad or slow else 0


sys.exit(asyncio.run(main()))
