#!/usr/bin/env python3
"""Gives one co-operating guest a new document faster than its hotplug goes, and holds vmctld to what it did of it.

A disk comes and goes with each document. After the stream the guest must soon be as the last one wants it, and vmctld
must have left out what nobody needs any more: at most two calls that change a device (one a side) for each state that
the guest was brought to.
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
    epilog="Exit code 0: it converged in time, with no more calls than that. Run it by Scripts/bench stream.")
parser.add_argument("--seconds", type=float, default=30, help="how long the stream is (default 30)")
parser.add_argument("--every", type=float, default=0.1, metavar="S", help="between two documents (default 0.1)")
parser.add_argument("--disks", type=int, default=1, 
                    help="each document turns one of them about (default 1); with several, a state that is reached "
                         "lies several devices from the one before, and takes two calls for each")
parser.add_argument("--budget", type=float, default=5, metavar="S", help="until it converges (default 5)")
options = parser.parse_args()
IMAGES = os.environ["VMCTL_TEST_IMAGES"]
NAME = "stream"


def disk(number):
    path = os.path.join(IMAGES, f"{NAME}-{number}.img")
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.truncate(1 << 20)
    target = f"vd{chr(ord('b') + number)}"
    return {"id": f"disk-{number}", "disk": {"file": path, "format": "raw", "bus": "virtio", "target": target}}


def document(turn):
    """Turn by turn one disk more, until all are there, then one less."""
    phase = turn % (2 * options.disks)
    wanted = range(phase) if phase <= options.disks else range(phase - options.disks, options.disks)
    # A disk that stays: to take away all of them is refused as not meant.
    devices = [disk(number) for number in (options.disks, *wanted)]
    result = vmctld.document(NAME, devices, power="running", memory="192 MiB")
    # Left out documents make several go at once, which is meant.
    result["spec"]["removals"] = [f"disk-{number}" for number in range(options.disks) if number not in wanted]
    result["spec"]["creation"] |= {
        "kernel": os.environ["VMCTL_TEST_KERNEL"], "initrd": os.environ["VMCTL_TEST_INITRD"],
        "cmdline": "console=ttyS0 quiet cryptomgr.notests", "serial": {"file": serial_log()}}
    return result


def serial_log():
    path = os.path.join(IMAGES, f"{NAME}.log")
    # A file that is there before keeps its mode.
    open(path, "a").close()
    return path


async def booted(wait=180):
    began = time.monotonic()
    while True:
        with open(serial_log(), errors="replace") as log:
            if "PCI-END" in log.read():
                return
        if time.monotonic() - began > wait:
            raise vmctld.Refused(f"the guest did not come up in {wait} s")
        await asyncio.sleep(0.5)


async def operations_since(client, start):
    history = await client.json("GET", f"/v1/domains/{NAME}/history?limit=500")
    return [one for one in history["operations"] if (one.get("startedAt") or 0) >= start]


def is_called(step):
    return step["state"] not in ("planned", "skipped")


def is_of_device(step):
    return step["action"] in ("attach", "detach", "update") and is_called(step)


def ids(intent):
    return {device["id"] for device in intent["spec"]["devices"]}


async def run(client):
    path = f"/v1/domains/{NAME}/intent"
    await client.json("PUT", path, document(0))
    left = await vmctld.converged(client, [NAME], 60)
    if left:
        raise vmctld.Refused(f"the guest does not start: {json.dumps(left)[:800]}")
    await booted()
    # The clock of the history is the wall clock, in milliseconds.
    start, began, turn = int(time.time() * 1000), time.monotonic(), 0
    status, headers, _ = await client.request("GET", path)
    # One more than there is time for, where that would end as it began: who does nothing must not be right.
    while (due := began + turn * options.every) < began + options.seconds or turn % (2 * options.disks) == 0:
        await asyncio.sleep(max(0, due - time.monotonic()))
        turn += 1
        tag = {"If-Match": headers["etag"]}
        status, headers, body = await client.request("PUT", path, document(turn), headers=tag.items())
        if status not in (200, 202):
            raise vmctld.Refused(f"PUT {path}: {status} {body[:500].decode(errors='replace')}")
    ended = time.monotonic()
    left = None
    while left is None or left and time.monotonic() - ended < 60:
        item = (await client.domains())[NAME]
        left = not vmctld.is_reached(item)
        if left:
            await asyncio.sleep(0.05)
    took = time.monotonic() - ended
    report = await client.json("GET", f"/v1/domains/{NAME}")
    there = sorted(device["id"] for device in report["devices"] if device.get("id") and len(device["sides"]) == 2)
    wanted = sorted(ids(document(turn)))
    operations = await operations_since(client, start)
    calls = [step for one in operations for step in one["steps"] if is_called(step)]
    # Documents that were reached by changing a device, and what lies between one and the next: a call a side each.
    reached = sorted(
        one["generation"] for one in operations if one["outcome"] == "asWanted" and any(map(is_of_device, one["steps"])))
    count = len(reached)
    sets = [ids(document(generation - 1)) for generation in [1, *reached]]
    needed = sum(2 * len(before ^ after) for before, after in zip(sets, sets[1:]))
    devices = sum(map(is_of_device, calls))
    if there != wanted or not count:
        print(f"stream.py: {there}, wanted {wanted}: {json.dumps(item.get('conditions'))}", file=sys.stderr)
    return {
        "benchmark": "stream", "documents": turn, "notAsWanted": int(left or there != wanted or not count),
        "convergedAfterSeconds": round(took, 2), "states": count, "deviceCalls": devices, "neededCalls": needed,
        "metadataCalls": sum(step["action"] == "setMetadata" for step in calls),
        "callsPerState": round(devices / max(count, 1), 2)}


async def main():
    with tempfile.TemporaryDirectory(prefix="vmctl-stream-") as folder:
        daemon = vmctld.Daemon(vmctld.find_program("vmctld"), os.environ["VMCTL_TEST_URI"], folder)
        await daemon.start()
        client = vmctld.Client(daemon.socket)
        try:
            result = await run(client)
        except (vmctld.Refused, vmctld.Unreachable) as error:
            print(f"stream.py: {error}", file=sys.stderr)
            return 1
        finally:
            client.close()
            await daemon.stop()
    print(json.dumps(result))
    good = not result["notAsWanted"] and result["convergedAfterSeconds"] <= options.budget
    return 0 if good and result["states"] and result["callsPerState"] <= 2 else 1


sys.exit(asyncio.run(main()))
