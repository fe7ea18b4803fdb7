"""What the drivers share: HTTP over vmctld's unix socket, vmctld as a process, documents, and what is printed.

The Python standard library and nothing else.
"""

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time


class Unreachable(Exception):
    """The connection broke: whether the request was taken is not known."""


class Refused(Exception):
    """An answer that a driver cannot go on with."""


class Client:
    """One keep-alive connection; one request at a time."""

    def __init__(self, socket):
        self.socket = socket
        self.reader = self.writer = None

    async def request(self, method, path, document=None, headers=(), timeout=60):
        """Returns (status, headers, body). Raises Unreachable."""
        was_idle = self.writer is not None
        try:
            return await self._request(method, path, document, headers, timeout)
        except Unreachable:
            # The server may have closed a connection that was idle, just as it was used again (RFC 9112, 9.6).
            if not was_idle or method != "GET":
                raise
            return await self._request(method, path, document, headers, timeout)

    async def _request(self, method, path, document, headers, timeout):
        body = b"" if document is None else json.dumps(document).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: vmctld", f"Content-Length: {len(body)}"]
        if document is not None:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in headers]
        try:
            async with asyncio.timeout(timeout):
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_unix_connection(self.socket)
                self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
                return await self._answer()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            raise Unreachable(f"{method} {path}: {error or type(error).__name__}") from error

    async def _answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while True:
                size = int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16)
                part = (await self.reader.readexactly(size + 2))[:-2]
                if size == 0:
                    break
                body += part
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, body

    async def json(self, method, path, document=None, headers=(), timeout=60):
        """The answer as a value; Refused where it is none of 2xx."""
        status, _, body = await self.request(method, path, document, headers, timeout)
        if not 200 <= status < 300:
            raise Refused(f"{method} {path}: {status} {body[:500].decode(errors='replace')}")
        return json.loads(body) if body else None

    async def domains(self):
        """All domains of the host, by name."""
        found, after = {}, ""
        while True:
            page = await self.json("GET", f"/v1/domains?limit=500{after}")
            found |= {item["name"]: item for item in page["items"]}
            if not page.get("next"):
                return found
            after = f"&after={page['next']}"

    async def metrics(self):
        """Values by their series, as printed."""
        status, _, body = await self.request("GET", "/metrics")
        if status != 200:
            raise Refused(f"GET /metrics: {status}")
        lines = (line for line in body.decode().splitlines() if line and not line.startswith("#"))
        return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Daemon:
    """vmctld as a process that a driver starts, kills and starts again."""

    def __init__(self, program, uri, folder, arguments=()):
        self.program, self.uri, self.folder = program, uri, folder
        self.socket = os.path.join(folder, "vmctl.sock")
        self.store = os.path.join(folder, "vmctl.db")
        self.log = os.path.join(folder, "vmctld.log")
        self.arguments = list(arguments)
        self.process = None

    async def start(self, wait=60):
        """Starts it; returns the seconds until /readyz says 200."""
        began = time.monotonic()
        with open(self.log, "ab") as log:
            # It ends with this program, however that ends.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", self.program, "--connect", self.uri, "--store", self.store, "--socket", self.socket, *self.arguments],
                # The limit for one client is another matter.
                env={**os.environ, "VMCTLD_LIMITS_RATE": "0"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while time.monotonic() - began < wait:
            if self.process.poll() is not None:
                raise Refused(f"vmctld ended with {self.process.returncode}; its log: {self.tail()}")
            client = Client(self.socket)
            try:
                status, _, body = await client.request("GET", "/readyz", timeout=5)
                if status == 200:
                    return time.monotonic() - began
            except Unreachable:
                pass
            finally:
                client.close()
            await asyncio.sleep(0.02)
        raise Refused(f"vmctld was not ready after {wait} s; its log: {self.tail()}")

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    async def stop(self, wait=60):
        """SIGTERM; returns its exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        while self.process.poll() is None:
            if time.monotonic() - began > wait:
                self.kill()
                raise Refused(f"vmctld did not end within {wait} s of SIGTERM")
            await asyncio.sleep(0.05)
        return self.process.returncode

    def resident(self):
        """VmRSS in bytes; None where it does not run."""
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                for line in status:
                    if line.startswith("VmRSS:"):
                        return int(line.split()[1]) * 1024
        except OSError:
            pass
        return None

    def descriptors(self):
        try:
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))
        except OSError:
            return None

    def store_bytes(self):
        """The store with its write-ahead log."""
        return sum(os.path.getsize(self.store + end) for end in ("", "-wal") if os.path.exists(self.store + end))

    def tail(self, lines=15):
        try:
            with open(self.log, errors="replace") as log:
                return "\n" + "".join(log.readlines()[-lines:])
        except OSError:
            return "(none)"


def document(name, devices=(), generation=None, power="stopped", labels=None, memory="64 MiB"):
    """An intent for a domain that needs no KVM."""
    metadata = {"name": name}
    if generation is not None:
        metadata["generation"] = generation
    if labels:
        metadata["labels"] = labels
    creation = {"type": "qemu", "machine": "q35", "memory": memory, "cpu": {"model": "qemu64"}, "rootPorts": 8}
    spec = {"power": power, "creation": creation, "devices": list(devices)}
    return {"apiVersion": "vmctl/v1", "kind": "Domain", "metadata": metadata, "spec": spec}


def conditions(item):
    """Types of the conditions that are True, and those that are True or False of the newest generation."""
    return {condition["type"] for condition in item.get("conditions", []) if condition["status"] == "True"}


def is_reached(item):
    """Whether the newest document was evaluated and the domain is as it wants."""
    if item.get("generation") is None or item.get("observedGeneration") != item["generation"]:
        return False
    return "Ready" in conditions(item)


async def converged(client, names, wait, also=lambda item: False):
    """Waits until every domain is as its newest document wants it, or `also` says so. Returns those that are not."""
    began = time.monotonic()
    while True:
        found = await client.domains()
        left = sorted(n for n in names if n not in found or not (is_reached(found[n]) or also(found[n])))
        if not left or time.monotonic() - began > wait:
            return {name: found.get(name) for name in left}
        await asyncio.sleep(0.5)


def percentile(values, share):
    """The smallest value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def flatness(samples, factor=1.1):
    """The rule of "flat": after a tenth of the time, which is for warming up, the median of the last third is at most
    the median of the first third times `factor`. Returns (is flat, first, last)."""
    rest = samples[len(samples) // 10:]
    third = max(1, len(rest) // 3)
    first, last = statistics.median(rest[:third]), statistics.median(rest[-third:])
    return last <= first * factor, first, last


def find_program(name):
    """VMCTL_BIN's, else the newest that was built."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    folders = [os.environ["VMCTL_BIN"]] if "VMCTL_BIN" in os.environ else [
        os.path.join(root, ".build", *parts) for parts in
        (("static", "release"), ("release",), ("debug",), ("static", "debug"))]
    found = [os.path.join(folder, name) for folder in folders if os.access(os.path.join(folder, name), os.X_OK)]
    if not found:
        sys.exit(f"no {name} in {', '.join(folders)}: build it, or set VMCTL_BIN to its folder")
    return os.path.abspath(max(found, key=os.path.getmtime))


def mebibytes(count):
    return "-" if count is None else f"{count / 1048576:.1f} MiB"


def slots(text):
    """The guest-visible place of every device that an id names, by its id: from a domain's report."""
    return {
        device["id"]: (json.dumps(device.get("slot"), sort_keys=True), device.get("guestPath"))
        for device in text.get("devices", []) if device.get("id") and (device.get("slot") or device.get("guestPath"))}


def repeated_devices(xml):
    """Aliases and targets that a definition has twice."""
    # libvirt shows the first serial port a second time, as a console with its alias.
    xml = re.sub(r"<console(?:(?!</console>).)*?<target type=['\"]serial['\"].*?</console>", "", xml, flags=re.DOTALL)
    aliases = re.findall(r"<alias name=['\"]([^'\"]+)['\"]", xml)
    targets = re.findall(r"<target dev=['\"]([^'\"]+)['\"] bus", xml)
    return sorted({v for values in (aliases, targets) for v in values if values.count(v) > 1})
