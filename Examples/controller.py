#!/usr/bin/env python3
"""A controller for vmctld: keeps the domains of a host as a folder of documents says.

Give it the same folder as often as you like. Each document gets a generation of the
controller's own, so what is sent twice, late or in the wrong order does no harm: the
highest generation wins, and vmctld answers 409 or 412 to the others.

  controller.py --socket /run/vmctl/vmctl.sock vms/
  controller.py --url https://host:8443 --token-file token --ca ca.pem vms/
  controller.py --generation 42 --timeout 600 vms/

Exit codes, as vmctl's: 0 every domain is Ready, 1 error, 11 still waiting when the time
is over, 12 refused, 13 a conflict, 64 not a valid document.
"""

import argparse
import hashlib
import http.client
import json
import pathlib
import random
import re
import socket
import ssl
import sys
import time
import urllib.parse

# What vmctl's exit codes are ordered by: of several domains the most serious counts.
SEVERITY = [64, 1, 13, 14, 12, 11, 10, 0]
RETRIED = {429, 502, 503, 504}


class Refused(Exception):
    """An answer that asking again would not change."""

    def __init__(self, status, problem):
        self.status = status
        self.problem = problem
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP {status}")

    @property
    def exit_code(self):
        """vmctl's exit code for it."""
        if self.status in (400, 422):
            return 64
        if self.status == 403:
            return 12
        return 13 if self.status in (409, 410, 412, 428) else 1


class OutOfTime(Exception):
    """--timeout is over."""


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """vmctld: each request on a connection of its own, asked again where that is safe."""

    def __init__(self, options, deadline):
        self.options = options
        self.deadline = deadline
        self.token = pathlib.Path(options.token_file).read_text().strip() if options.token_file else None

    def connect(self, timeout):
        """A connection that is not open yet."""
        if not self.options.url:
            return UnixConnection(self.options.socket, timeout)
        url = urllib.parse.urlsplit(self.options.url)
        if url.scheme != "https":
            raise SystemExit("controller.py: --url must be https: a token is not sent in the clear")
        context = ssl.create_default_context(cafile=self.options.ca)
        return http.client.HTTPSConnection(url.hostname, url.port or 8443, timeout=timeout, context=context)

    def open(self, method, path, body=None, headers=None, timeout=30):
        """Sends a request; returns the connection and its answer, not read yet."""
        headers = dict(headers or {}, Connection="close")
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = self.connect(timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def ask(self, method, path, body=None, headers=None):
        """The answer's JSON and headers. Waits and asks again where the daemon is busy, being
        started again or not there: each request here may be sent twice, since what changes
        something carries an Idempotency-Key.
        """
        pause = 0.25
        while True:
            try:
                connection, answer = self.open(method, path, body, headers)
                try:
                    text = answer.read()
                finally:
                    connection.close()
                if answer.status < 300:
                    return json.loads(text), answer.headers
                if answer.status not in RETRIED:
                    raise Refused(answer.status, problem(text))
                why = f"HTTP {answer.status}"
                pause = max(pause, seconds(answer.headers.get("Retry-After")))
            except (OSError, http.client.HTTPException) as error:
                why = str(error) or type(error).__name__
            wait = pause * random.uniform(0.8, 1.2)
            if time.monotonic() + wait > self.deadline:
                raise OutOfTime(f"{method} {path}: {why}")
            say("-", f"{method} {path}: {why}; again in {wait:.1f} s")
            time.sleep(wait)
            pause = min(pause * 2, 10)

    def events(self, after, domains):
        """Yields (id, event) for ever. After a connection that ended it goes on after the last
        event; yields (None, None) where those are not kept any more: look at everything anew.
        """
        query = urllib.parse.urlencode([("domain", name) for name in domains])
        pause = 0.25
        while time.monotonic() < self.deadline:
            try:
                headers = {"Accept": "text/event-stream"}
                if after:
                    headers["Last-Event-ID"] = after
                left = self.deadline - time.monotonic()
                connection, answer = self.open("GET", f"/v1/events?{query}", headers=headers, timeout=max(0.1, left))
                try:
                    if answer.status == 410:
                        after = None
                        continue
                    if answer.status != 200:
                        refusal = Refused(answer.status, problem(answer.read()))
                        if answer.status not in RETRIED:
                            raise refusal
                        pause = max(pause, seconds(answer.headers.get("Retry-After")))
                        raise OSError(str(refusal))
                    if after is None:
                        # From here on nothing is missed, so what was before can be looked at.
                        yield None, None
                    for after, data in server_sent_events(answer, after):
                        pause = 0.25
                        yield after, json.loads(data)
                finally:
                    connection.close()
            except (OSError, http.client.HTTPException) as error:
                say("-", f"events: {error or 'cut off'}; again after {after or 'now'}")
            time.sleep(max(0, min(pause, self.deadline - time.monotonic())))
            pause = min(pause * 2, 10)
        raise OutOfTime("events")


def server_sent_events(lines, last_id):
    """(id, data) of each event of a stream (WHATWG HTML, 9.2)."""
    data = []
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            if data:
                yield last_id, "\n".join(data)
            data = []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "id":
            last_id = value


def problem(text):
    """application/problem+json, or what came instead of it."""
    try:
        found = json.loads(text)
        return found if isinstance(found, dict) else {"detail": str(found)}
    except ValueError:
        return {"detail": text[:200].decode("utf-8", "replace")}


def seconds(text):
    """Retry-After as vmctld writes it: a number of seconds."""
    return float(text) if text and re.fullmatch(r"[0-9]+", text) else 0.0


def say(domain, words):
    """One line for people."""
    print(f"{time.strftime('%H:%M:%S')}  {domain:<16}  {words}", flush=True)


# The name and the generation of a document that is one mapping in block style. A controller
# that makes its documents itself needs neither.
NAME = re.compile(r"""^metadata:\s*\n(?:[ \t]+.*\n)*?[ \t]+name:[ \t]*['"]?([A-Za-z0-9][A-Za-z0-9_.-]{0,62})""", re.M)


def documents(folder, generation):
    """{name: bytes} of the folder, each with the controller's generation in its metadata."""
    found = {}
    for path in sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix in (".yaml", ".yml", ".json")):
        text = path.read_text()
        if path.suffix == ".json":
            value = json.loads(text)
            name = value["metadata"]["name"]
            value["metadata"]["generation"] = generation
            text = json.dumps(value, sort_keys=True)
        else:
            match = NAME.search(text)
            if not match:
                raise SystemExit(f"controller.py: {path} has no metadata.name")
            name = match.group(1)
            text = re.sub(r"^[ \t]+generation:.*\n", "", text, flags=re.M)
            text = re.sub(r"^metadata:[ \t]*\n([ \t]+)", rf"metadata:\n\1generation: {generation}\n\1", text, flags=re.M)
        if name in found:
            raise SystemExit(f"controller.py: two documents for {name}")
        found[name] = text.encode()
    if not found:
        raise SystemExit(f"controller.py: there is no document in {folder}")
    return found


def put(daemon, name, body):
    """Gives one document; returns the generation that vmctld knows it by."""
    # The same bytes have the same key: sent twice, also over a restart of either side, they are
    # one request.
    key = hashlib.sha256(name.encode() + b"\0" + body).hexdigest()
    kind = "application/json" if body.startswith(b"{") else "application/yaml"
    headers = {"Content-Type": kind, "Idempotency-Key": key}
    path = f"/v1/domains/{urllib.parse.quote(name, safe='')}/intent"
    try:
        status, answer = daemon.ask("PUT", path, body, headers)
    except Refused as refusal:
        if refusal.status != 428:
            raise
        # It has a document without a generation of ours: say which one we mean to replace.
        _, known = daemon.ask("GET", f"/v1/domains/{urllib.parse.quote(name, safe='')}")
        headers |= {"If-Match": known["ETag"], "Idempotency-Key": key + known["ETag"].strip('"')}
        status, answer = daemon.ask("PUT", path, body, headers)
    generation = int(answer["ETag"].strip('"'))
    same = answer.get("Vmctl-Unchanged") == "true"
    say(name, f"{'unchanged' if same else 'accepted'}, generation {generation}")
    return generation


def judge(conditions, generation):
    """(exit code, words) of a domain's conditions; `None` while they are still to change."""
    found = {condition["type"]: condition for condition in conditions}
    ready = found.get("Ready")
    if not ready or (ready.get("observedGeneration") or 0) < generation:
        return None, "not evaluated yet"
    words = f"Ready={ready['status']} {ready['reason']}: {ready['message']}".rstrip(": ")
    if ready["status"] == "True":
        return 0, words
    if found.get("Gone", {}).get("status") == "True":
        return 13, words
    if found.get("Stalled", {}).get("status") == "True":
        return 12, words
    return None, words


def converge(daemon, wanted):
    """Waits until each domain of `wanted` (name: generation) is judged; returns {name: exit code}."""
    ended, last = {}, {}

    def look(name, conditions):
        code, words = judge(conditions, wanted[name])
        if last.get(name) != words:
            say(name, words)
            last[name] = words
        if code is None:
            ended.pop(name, None)
        else:
            ended[name] = code

    try:
        for _, event in daemon.events(None, wanted):
            if event is None or event["type"] == "resync":
                for name in wanted:
                    report, _ = daemon.ask("GET", f"/v1/domains/{urllib.parse.quote(name, safe='')}")
                    look(name, report.get("conditions", []))
            elif event.get("domain") in wanted and event["type"] == "conditions":
                look(event["domain"], event.get("conditions") or [])
            elif event.get("domain") in wanted and event["type"] == "progress":
                step = (event.get("progress") or {}).get("step") or {}
                target = (step.get("target") or {}).get("device", "")
                say(event["domain"], f"{step.get('action', '')} {target} {event['progress']['phase']}")
            if len(ended) == len(wanted):
                return ended
    except OutOfTime as over:
        say("-", f"the time is over: {over}")
    return {name: ended.get(name, 11) for name in wanted}


def main():
    summary, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="documents of domains: *.yaml, *.yml, *.json, one each")
    parser.add_argument("--socket", default="/run/vmctl/vmctl.sock", help="vmctld's socket (default: %(default)s)")
    parser.add_argument("--url", help="instead of the socket: https://HOST:PORT")
    parser.add_argument("--token-file", help="a file with a bearer token, for --url")
    parser.add_argument("--ca", help="the certificate authority of --url's certificate")
    parser.add_argument("--generation", type=int, help="this run's number, larger than any before (default: the time)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds, all in all (default: %(default)g)")
    options = parser.parse_args()
    daemon = Daemon(options, time.monotonic() + options.timeout)
    generation = options.generation if options.generation is not None else time.time_ns() // 1_000_000
    wanted, codes = {}, {}
    for name, body in documents(options.folder, generation).items():
        try:
            wanted[name] = put(daemon, name, body)
        except Refused as refusal:
            say(name, f"refused: {refusal} ({refusal.problem.get('code', refusal.status)})")
            if remedy := refusal.problem.get("remedy"):
                say(name, f"do: {remedy}")
            codes[name] = refusal.exit_code
        except OutOfTime as over:
            say(name, f"the time is over: {over}")
            codes[name] = 11
    if wanted:
        codes |= converge(daemon, wanted)
    return min(codes.values(), key=SEVERITY.index)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refusal:
        say("-", f"refused: {refusal}")
        sys.exit(refusal.exit_code)
    except OutOfTime as over:
        say("-", f"the time is over: {over}")
        sys.exit(11)
    except KeyboardInterrupt:
        sys.exit(130)
