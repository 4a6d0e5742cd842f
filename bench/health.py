"""Walls, error pages and good pages sent by a stand-in web and captured: what is called what, on the half of the sites by which the
rules were made, and on the half by which they are measured. walls.tsv says where each template comes from; good pages and
some errors come from IBID_TEST_DATA, templates of repositories from copies in IBID_BENCH_REPOSITORIES, named owner+name/repo."""
import hashlib
import http.server
import json
import os
import subprocess
import threading
from collections import Counter, defaultdict

from bench import Skipped
from corpus import cases
from programs import IBID, folder, free_port, serving

KINDS = ["soft_404", "error", "bot_wall", "consent_wall", "paywall", "login", "empty", "good"]
SIDE_BY_SIDE = 2


def measure(table):
    data = os.environ.get("IBID_TEST_DATA")
    if not data:
        raise Skipped("there is no test data (IBID_TEST_DATA)")
    found, missing = cases(data, os.environ.get("IBID_BENCH_REPOSITORIES"))
    for half in ("made", "measured"):
        of_half = [case for case in found if half_of(case.site) == half]
        verdicts = capture(of_half)
        print(confusion(half, of_half, verdicts))
        if half == "measured":
            judged(table, of_half, verdicts)
    if missing:
        print(f"not had: {len(missing)} templates, from {', '.join(sorted(missing))[:400]}")


def half_of(site):
    return "made" if hashlib.sha256(site.encode()).digest()[0] % 2 else "measured"


def capture(found):
    """What the program calls each."""
    verdicts = {}
    parts = [found[n::SIDE_BY_SIDE] for n in range(SIDE_BY_SIDE)]
    with folder() as made, web(found) as port:
        threads = [threading.Thread(target=take, args=(made / str(n), port, part, verdicts)) for n, part in enumerate(parts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if len(verdicts) < len(found):
        raise SystemExit(f"{len(found) - len(verdicts)} pages could not be captured")
    return verdicts


def take(data, port, part, verdicts):
    settings = {"IBID_CAPTURE_ALLOW": "127.0.0.0/8", "IBID_CAPTURE_CONNECT": f"*=127.0.0.1:{port}", "IBID_BROWSER": "off", "IBID_LOG": "error"}
    with serving(data):
        # A folder becomes a publication's when it is first served.
        pass
    for start in range(0, len(part), 200):
        some = part[start : start + 200]
        command = [IBID, "sources", "capture", "--json", "--data", data, *(case.asked for case in some)]
        said = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **settings})
        for case, item in zip(some, json.loads(said.stdout)["items"]):
            verdicts[case.asked] = item["health"], item["why"]


class web:
    """Every case on a host of its own; all else is not there."""

    def __init__(self, found):
        answers = {case.host: case for case in found}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                case = answers.get(self.headers.get("Host", "").split(":")[0])
                # Pictures and styles of a page are not what is judged.
                known = case is not None and self.path in (case.path, case.lands)
                status, body, moved = (case.status, case.body, None) if known else (404, b"", None)
                if known and self.path != case.lands:
                    status, body, moved = 302, b"", case.lands
                self.send_response(status)
                if moved:
                    self.send_header("Location", moved)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.port = free_port()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.port

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def confusion(half, found, verdicts):
    counts = defaultdict(Counter)
    for case in found:
        counts[case.kind][verdicts[case.asked][0]] += 1
    seen = [kind for kind in KINDS if any(counts[row][kind] for row in counts)] + sorted({v for row in counts.values() for v in row} - set(KINDS))
    lines = [f"{half}: what it is, and what it was called", " | ".join(["", "sites", *seen])]
    for kind in KINDS:
        sites = len({case.site for case in found if case.kind == kind})
        lines.append(" | ".join([kind, str(sites), *(str(counts[kind][called] or "") for called in seen)]))
    wrong = [f"  {case.kind} called {verdicts[case.asked][0]}: {case.name}: {verdicts[case.asked][1]}" for case in found if verdicts[case.asked][0] != case.kind]
    if half == "made":
        # The others are not to be looked at: rules that were made by them would be measured by themselves.
        lines += wrong
    return "\n".join(lines)


def judged(table, found, verdicts):
    called = [(case.kind, verdicts[case.asked][0]) for case in found]
    for kind in KINDS[:-1]:
        right = sum(is_it == said == kind for is_it, said in called)
        said = sum(said == kind for _, said in called)
        there = sum(is_it == kind for is_it, _ in called)
        sites = len({case.site for case in found if case.kind == kind})
        f1 = 2 * right / max(said + there, 1)
        table.add(f"health: {kind}: F1", f"{right} of {there} known, {said} so called", f"{sites} sites", f1, ("at least", 0.95))
    good = [said for is_it, said in called if is_it == "good"]
    accused = sum(said != "good" for said in good)
    table.add("health: good pages called bad: %", f"{accused} of {len(good)}", "", 100 * accused / max(len(good), 1), ("at most", 1))
    missed = sum(is_it != "good" and said == "good" for is_it, said in called)
    table.add("health: walls and errors called good", str(missed), "", missed, ("at most", 0))
