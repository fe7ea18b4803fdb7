#!/usr/bin/env python3
"""Changes domains at random over vmctld's API for a long time, while libvirtd is restarted under it.

All the time: no request is answered with 5xx (503 while libvirtd is away excepted), a device's slot and guest path are
what they were when its id was first seen, no device is in a definition twice. At the end: every domain is as its newest
document wants it (a removal that the guest does not answer is waited for, and is right), `vmctl store check` finds
nothing, resident memory and open descriptors of vmctld are flat: after a tenth of the time, the median of the last
third is at most that of the first third times 1.1.
"""

import argparse
import asyncio
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import vmctld

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("minutes", type=float)
parser.add_argument("--domains", type=int, default=50)
parser.add_argument("--running", type=int, default=50, help="how many of them run (default 50), without a kernel")
parser.add_argument("--rate", type=float, default=1, help="changes a second (default 1)")
parser.add_argument("--restarts", type=float, default=60, metavar="S", help="mean seconds between ends of libvirtd")
parser.add_argument("--seed", type=int, default=None)
parser.add_argument("--settle", type=float, default=180, metavar="S", help="how long the end may take to converge")
options = parser.parse_args()
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
HOST, IMAGES = os.environ["VMCTL_TEST_DIR"], os.environ["VMCTL_TEST_IMAGES"]


class Domain:
    """A domain and what is wanted of it."""

    def __init__(self, number):
        self.name = f"soak-{number:03}"
        self.runs = number < options.running
        self.generation = 0
        self.devices = {"root"}
        # Its first slot and guest path, by device.
        self.places = {}

    def image(self, name):
        path = os.path.join(IMAGES, f"{self.name}-{name}.img")
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.truncate(1 << 20)
        return path

    def device(self, key):
        """Of several kinds; only `entropy` has to be let go of by the guest, which has no kernel to do it."""
        if key == "root":
            disk = {"file": self.image(key), "format": "raw", "bus": "virtio", "target": "vda"}
            return {"id": key, "disk": disk, "bootOrder": 1}
        kind, number = key.rsplit("-", 1)
        if kind == "shelf":
            target = f"sd{chr(ord('a') + int(number))}"
            return {"id": key, "disk": {"file": self.image(key), "format": "raw", "bus": "scsi", "target": target}}
        xml = {
            # Two that are told apart: where equal ones change places in one document, that is refused as a rename (R5).
            "pointer": f"<input type='{('mouse', 'tablet')[int(number) % 2]}' bus='usb'/>",
            "talk": f"<channel type='pty'><target type='virtio' name='org.example.{number}'/></channel>",
            "entropy": "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"}[kind]
        return {"id": key, "xml": xml}

    POOL = [f"{kind}-{number}" for kind, count in (("shelf", 4), ("pointer", 2), ("talk", 3)) for number in range(count)]

    def document(self):
        return vmctld.document(
            self.name, [self.device(key) for key in sorted(self.devices, key=lambda k: (k != "root", k))],
            generation=self.generation, power="running" if self.runs else "stopped",
            labels={"turn": str(self.generation)})

    def change(self, chance):
        """One to three devices come or go."""
        for _ in range(chance.randint(1, 3)):
            # A silent guest keeps what it is asked for, which is waited for rightly: rare, and on some domains only.
            rare = chance.random() < 0.02 and not self.runs
            self.devices ^= {"entropy-0" if rare else chance.choice(Domain.POOL)}
        self.generation += 1


class Soak:
    def __init__(self, daemon, seed):
        self.daemon = daemon
        self.chance = random.Random(seed)
        self.client = vmctld.Client(daemon.socket)
        self.looker = vmctld.Client(daemon.socket)
        self.domains = [Domain(number) for number in range(options.domains)]
        self.violations = []
        self.residents, self.descriptors = [], []
        self.changes = self.away = self.looks = 0
        self.ends = {"orderly": 0, "kill -9": 0}

    def violated(self, text):
        stamp = time.strftime("%H:%M:%S")
        self.violations.append(f"{stamp} {text}")
        print(f"{stamp} VIOLATED {text}", flush=True)

    async def give(self, domain):
        """Until it is accepted: the document that is given is always the newest."""
        while True:
            try:
                path = f"/v1/domains/{domain.name}/intent"
                status, _, body = await self.client.request("PUT", path, domain.document())
            except vmctld.Unreachable as error:
                if self.daemon.process.poll() is not None:
                    raise vmctld.Refused(f"vmctld ended with {self.daemon.process.returncode}") from error
                self.violated(f"{domain.name}: {error}")
                await asyncio.sleep(0.5)
                continue
            if 200 <= status < 300:
                return
            if status in (429, 503):
                self.away += 1
                await asyncio.sleep(0.5)
                continue
            raise vmctld.Refused(f"PUT {domain.name}: {status} {body[:800].decode(errors='replace')}")

    async def changing(self, until):
        while time.monotonic() < until:
            began = time.monotonic()
            domain = self.chance.choice(self.domains)
            domain.change(self.chance)
            await self.give(domain)
            self.changes += 1
            await asyncio.sleep(max(0, 1 / options.rate - (time.monotonic() - began)))

    async def restarting(self, until):
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / options.restarts))
            if time.monotonic() > until:
                return
            kill = self.chance.random() < 0.5
            self.ends["kill -9" if kill else "orderly"] += 1
            process = await asyncio.create_subprocess_exec(
                os.path.join(ROOT, "Scripts", "test-host"), "restart-libvirtd", HOST, *(["--kill"] if kill else []))
            if await process.wait():
                raise vmctld.Refused("libvirtd cannot be restarted")

    async def sampling(self):
        while True:
            self.residents.append(self.daemon.resident() or 0)
            self.descriptors.append(self.daemon.descriptors() or 0)
            await asyncio.sleep(5)

    async def looking(self):
        while True:
            await self.look(self.chance.choice(self.domains))
            await asyncio.sleep(0.5)

    async def look(self, domain):
        """One domain's devices: where they are, and that none is there twice."""
        path = f"/v1/domains/{domain.name}"
        try:
            status, _, body = await self.looker.request("GET", path)
            xmls = [await self.looker.request("GET", f"{path}/xml?side={side}") for side in ("live", "persistent")]
        except vmctld.Unreachable as error:
            self.violated(f"{domain.name}: {error}")
            return
        self.looks += 1
        for answer in (status, *(xml[0] for xml in xmls)):
            if answer >= 500 and answer != 503:
                self.violated(f"GET {path}: {answer} {body[:300]!r}")
        if status == 200:
            for key, place in vmctld.slots(json.loads(body)).items():
                first = domain.places.setdefault(key, place)
                if first != place:
                    self.violated(f"I2: {domain.name} {key} was at {first} and is at {place}")
        for answer, _, xml in xmls:
            twice = vmctld.repeated_devices(xml.decode(errors="replace")) if answer == 200 else []
            if twice:
                self.violated(f"{domain.name} has twice: {', '.join(twice)}")

    async def end(self):
        """Everything that must hold when nobody changes anything any more."""
        names = [domain.name for domain in self.domains]
        left = await vmctld.converged(
            self.client, names, options.settle,
            also=lambda item: item.get("observedGeneration") == item.get("generation")
            and "UnplugPending" in vmctld.conditions(item))
        for name, item in left.items():
            self.violated(f"{name} does not converge: {json.dumps(item)[:700]}")
        for domain in self.domains:
            await self.look(domain)
            document = await self.client.json("GET", f"/v1/domains/{domain.name}/intent")
            if document["metadata"]["generation"] != domain.generation:
                self.violated(f"{domain.name}: generation {domain.generation} was accepted, {document['metadata']} is kept")
            report = await self.client.json("GET", f"/v1/domains/{domain.name}")
            there = {device["id"] for device in report.get("devices", []) if device.get("id")}
            waiting = {wait.get("device") for wait in report.get("waiting", [])}
            if there - waiting != domain.devices - waiting:
                self.violated(f"{domain.name} has {sorted(there)}, wanted {sorted(domain.devices)}")
        code = await self.daemon.stop()
        if code != 0:
            self.violated(f"vmctld ended with {code} on SIGTERM")
        check = subprocess.run(
            [vmctld.find_program("vmctl"), "store", "check", "--store", self.daemon.store], capture_output=True, text=True)
        if check.returncode:
            self.violated(f"vmctl store check: {check.returncode}\n{check.stdout}{check.stderr}")

    async def run(self):
        for domain in self.domains:
            domain.generation = 1
            await self.give(domain)
        left = await vmctld.converged(self.client, [domain.name for domain in self.domains], 600)
        if left:
            raise vmctld.Refused(f"{len(left)} domains do not come up: {json.dumps(next(iter(left.values())))[:800]}")
        until = time.monotonic() + options.minutes * 60
        watching = [asyncio.create_task(self.sampling()), asyncio.create_task(self.looking())]
        work = [asyncio.create_task(self.changing(until)), asyncio.create_task(self.restarting(until))]
        try:
            # A watcher that fails ends everything too.
            pending = set(work) | set(watching)
            while not all(task.done() for task in work):
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in watching + work:
                task.cancel()
            await asyncio.gather(*watching, *work, return_exceptions=True)
        await self.end()
        for name, samples in (("resident memory", self.residents), ("open descriptors", self.descriptors)):
            if len(samples) < 10:
                continue
            flat, first, last = vmctld.flatness(samples)
            if not flat:
                self.violated(f"{name} grew from {first:.0f} to {last:.0f}")

    def table(self, seed):
        _, memory, memory_end = vmctld.flatness(self.residents or [0])
        _, open_, open_end = vmctld.flatness(self.descriptors or [0])
        rows = [
            ("seed", seed), ("minutes", options.minutes),
            ("domains", f"{options.domains}, {options.running} of them running"),
            ("changes", self.changes), ("turned away (429, 503)", self.away), ("looks", self.looks),
            ("ends of libvirtd", ", ".join(f"{count} {how}" for how, count in self.ends.items())),
            ("resident, first third", vmctld.mebibytes(memory)), ("resident, last third", vmctld.mebibytes(memory_end)),
            ("descriptors, first third", int(open_)), ("descriptors, last third", int(open_end)),
            ("violations", len(self.violations))]
        for name, value in rows:
            print(f"{name:>26}  {value}")


async def main():
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    again = sys.argv[1:] if options.seed is not None else [*sys.argv[1:], "--seed", str(seed)]
    print(f"soak.py: seed {seed}; again: Scripts/soak {shlex.join(again)}", flush=True)
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with tempfile.TemporaryDirectory(prefix="vmctl-soak-") as folder:
        daemon = vmctld.Daemon(vmctld.find_program("vmctld"), os.environ["VMCTL_TEST_URI"], folder)
        soak = None
        try:
            print(f"soak.py: vmctld is ready after {await daemon.start():.2f} s", flush=True)
            soak = Soak(daemon, seed)
            await soak.run()
        except (vmctld.Refused, vmctld.Unreachable) as error:
            print(f"soak.py: {error}", file=sys.stderr)
            (soak.violations if soak else [None]).append(str(error))
        finally:
            if daemon.process and daemon.process.poll() is None:
                daemon.kill()
            if soak:
                soak.table(seed)
            if soak is None or soak.violations:
                print(f"soak.py: vmctld's last words:{daemon.tail(40)}", file=sys.stderr)
        return 1 if soak is None or soak.violations else 0


try:
    sys.exit(asyncio.run(main()))
except asyncio.CancelledError:
    sys.exit("soak.py: interrupted")
