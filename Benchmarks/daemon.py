#!/usr/bin/env python3
"""Measures vmctld on a host with many defined domains: start-up to /readyz, resync, memory, store.

Brings up a private host of its own, writes the domains where libvirtd finds them when it starts, and says how long that
libvirtd takes. Then vmctld: it is started, adopts the domains over its API, is started again, and is watched over some
resyncs, each held against the time that libvirt itself needs to return both documents of every domain. At last somebody
takes a device out of one more domain, and it is seen how long it takes to be back.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import vmctld

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--domains", type=int, default=10_000)
parser.add_argument("--managed", type=int, help="how many of them vmctld adopts (default: all)")
parser.add_argument("--resyncs", type=int, default=3, help="how many resyncs are measured (default 3)")
parser.add_argument("--bench", help="the program vmctl-bench, for the floor (default: beside vmctld)")
parser.add_argument("--memory-budget", type=float, default=150, metavar="MiB")
parser.add_argument("--store-budget", type=float, default=2, help="times the bytes of the XML")
parser.add_argument("--resync-budget", type=float, default=1.25, help="times the floor")
options = parser.parse_args()
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
HOST = os.path.join(ROOT, "Scripts", "test-host")


def template(uri):
    """A domain of 8 KB as libvirt itself writes it: defined, printed, undefined."""
    disks = "".join(
        f"<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='v{letter}'>"
        f"<host name='storage.example'/></source><target dev='sd{letter}' bus='scsi'/></disk>" for letter in "abcdefghij")
    talks = "".join(f"<channel type='pty'><target type='virtio' name='org.example.{n}'/></channel>" for n in range(6))
    cards = "".join("<interface type='network'><source network='default'/><model type='virtio'/></interface>" * 2)
    xml = (f"<domain type='qemu'><name>fleet-template</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>"
           f"<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
           f"<controller type='scsi' model='virtio-scsi'/>{disks}{talks}{cards}</devices></domain>")
    virsh = ["virsh", "-q", "-c", uri]
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(xml)
        file.flush()
        subprocess.run([*virsh, "define", file.name], check=True, capture_output=True)
    printed = subprocess.run(
        [*virsh, "dumpxml", "--inactive", "fleet-template"], check=True, capture_output=True, text=True).stdout
    subprocess.run([*virsh, "undefine", "fleet-template"], check=True, capture_output=True)
    return printed


def populate(folder, printed):
    """Writes the domains where libvirtd reads them; returns the bytes of one."""
    for number in range(options.domains):
        text = printed.replace("fleet-template", f"fleet-{number:05}")
        text = re.sub(r"<uuid>[^<]*</uuid>", f"<uuid>{uuid.UUID(int=(0x4000800000000000 << 64) + number + 1)}</uuid>", text, 1)
        macs = iter(range(number * 2, number * 2 + 2))
        text = re.sub(
            r"<mac address='[^']*'/>",
            lambda _: "<mac address='52:54:{:02x}:{:02x}:{:02x}:{:02x}'/>".format(*next(macs).to_bytes(4)), text)
        with open(os.path.join(folder, "etc", "qemu", f"fleet-{number:05}.xml"), "w") as file:
            file.write(text)
    return len(printed)


async def adopt(daemon, names):
    """Through the API, some at a time."""
    waiting = iter(names)

    async def worker():
        client = vmctld.Client(daemon.socket)
        for name in waiting:
            status = await client.json("POST", f"/v1/domains/{name}/adopt?wait=60s", {}, timeout=90)
            if status["state"] != "done" or status.get("exitCode") != 0:
                raise vmctld.Refused(f"{name} is not adopted: {json.dumps(status)[:600]}")
        client.close()

    began = time.monotonic()
    await asyncio.gather(*(worker() for _ in range(8)))
    return time.monotonic() - began


async def resyncs(daemon, floor):
    """Pairs of one resync of vmctld, as it measures it, and the floor right after it."""
    client = vmctld.Client(daemon.socket)

    async def seen():
        values = await client.metrics()
        return (values.get("vmctl_resync_duration_seconds_count", 0), values.get("vmctl_resync_duration_seconds_sum", 0))

    pairs = []
    count, total = await seen()
    while len(pairs) < options.resyncs:
        await asyncio.sleep(0.25)
        now, sum_ = await seen()
        if now > count:
            pairs.append(((sum_ - total) / (now - count), floor()))
            # What came while libvirt was busy with the floor is no fair pair.
            count, total = await seen()
    client.close()
    return pairs


async def changes(daemon, uri):
    """Seconds until a device that somebody takes out of one domain is back: out of the running one, of which libvirt
    tells, and out of the definition, of which libvirt 9.0 does not."""
    name, virsh = "fleet-changed", ["virsh", "-q", "-c", uri]
    xml = "<input type='tablet' bus='usb'><alias name='ua-pointer'/></input>"
    client = vmctld.Client(daemon.socket)

    def shown(*options):
        return subprocess.run([*virsh, "dumpxml", name, *options], check=True, capture_output=True, text=True).stdout

    async def back(side, options, wait):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(xml)
            file.flush()
            subprocess.run([*virsh, "detach-device", name, file.name, side], check=True, capture_output=True)
        began = time.monotonic()
        while time.monotonic() - began < wait:
            if "ua-pointer" in shown(*options):
                return time.monotonic() - began
            await asyncio.sleep(0.02)
        raise vmctld.Refused(f"after {wait} s {name} has not got its device back ({side})")

    document = vmctld.document(name, [{"id": "pointer", "xml": "<input type='tablet' bus='usb'/>"}], power="running")
    try:
        await client.json("PUT", f"/v1/domains/{name}/intent", document, [("If-None-Match", "*")])
        left = await vmctld.converged(client, [name], 60)
        if left:
            raise vmctld.Refused(f"{json.dumps(left)[:1000]}")
        return await back("--live", (), 30), await back("--config", ("--inactive",), 120)
    finally:
        client.close()
        subprocess.run([*virsh, "destroy", name], check=False, capture_output=True)


async def measure(folder, uri, bytes_each, loading):
    with tempfile.TemporaryDirectory(prefix="vmctl-fleet-") as place:
        bench = options.bench or vmctld.find_program("vmctl-bench")
        daemon = vmctld.Daemon(vmctld.find_program("vmctld"), uri, place)

        def floor():
            return json.loads(subprocess.run([bench, "xmls", uri], check=True, capture_output=True, text=True).stdout)["seconds"]

        try:
            empty = await daemon.start(wait=600)
            managed = options.domains if options.managed is None else options.managed
            adopting = await adopt(daemon, [f"fleet-{number:05}" for number in range(managed)])
            await daemon.stop()
            ready = await daemon.start(wait=600)
            pairs = await resyncs(daemon, floor)
            resident, store = daemon.resident(), daemon.store_bytes()
            live, persistent = await changes(daemon, uri)
        finally:
            if daemon.process and daemon.process.poll() is None:
                daemon.kill()
    ratios = sorted(resync / low for resync, low in pairs)
    xml = bytes_each * options.domains
    result = {
        "benchmark": "daemon", "domains": options.domains, "managed": managed, "xmlBytes": xml,
        "libvirtdStartSeconds": round(loading, 1), "readySecondsEmptyStore": round(empty, 2),
        "adoptSeconds": round(adopting, 1), "readySeconds": round(ready, 2),
        "resyncSeconds": [round(resync, 3) for resync, _ in pairs], "floorSeconds": [round(low, 3) for _, low in pairs],
        "resyncRatio": round(ratios[len(ratios) // 2], 2), "resyncBudget": options.resync_budget,
        "readyRatio": round(ready / statistics.median(low for _, low in pairs), 2),
        "residentMiB": round(resident / 1048576, 1), "residentBudgetMiB": options.memory_budget,
        "liveChangeSeconds": round(live, 2), "persistentChangeSeconds": round(persistent, 1),
        "storeBytes": store, "storeRatio": round(store / xml, 2), "storeBudget": options.store_budget}
    print(json.dumps(result))
    over = [name for name, value, budget in (
        ("resync", result["resyncRatio"], options.resync_budget),
        ("resident memory", result["residentMiB"], options.memory_budget),
        # A few domains are nothing against the start of a process.
        ("start-up", result["readyRatio"] if options.domains >= 1000 else 0, options.resync_budget),
        ("a live change", live, 1),
        # One resync with its jitter, and the pass.
        ("a persistent change", persistent, 35),
        ("store", result["storeRatio"], options.store_budget)) if value > budget]
    for name in over:
        print(f"daemon.py: {name} is over its budget", file=sys.stderr)
    return 1 if over else 0


def main():
    folder = tempfile.mkdtemp(prefix="vmh.", dir="/tmp")
    try:
        lines = subprocess.run([HOST, "up", "--dir", folder], check=True, capture_output=True, text=True).stdout
        uri = dict(line.split("=", 1) for line in lines.splitlines())["VMCTL_TEST_URI"]
        printed = template(uri)
        bytes_each = populate(folder, printed)
        began = time.monotonic()
        subprocess.run([HOST, "restart-libvirtd", folder], check=True)
        loading = time.monotonic() - began
        print(f"daemon.py: {options.domains} domains of {bytes_each} bytes, libvirtd took {loading:.1f} s", file=sys.stderr)
        return asyncio.run(measure(folder, uri, bytes_each, loading))
    except (vmctld.Refused, vmctld.Unreachable, subprocess.CalledProcessError) as error:
        print(f"daemon.py: {error} {getattr(error, 'stderr', '') or ''}", file=sys.stderr)
        return 1
    finally:
        subprocess.run([HOST, "down", folder], check=False)


sys.exit(main())
