"""A post's page, kept by this server, against nginx serving the same bytes with the same headers, compressed beforehand."""
import gzip
import os
import re
import sqlite3
import statistics
import time

from programs import Run, folder, get, needed, nginx, serving

ROUNDS = int(os.environ.get("IBID_BENCH_ROUNDS", "7"))
SECONDS = 4
# nginx writes these itself.
ITS_OWN = {"content-type", "content-length", "content-encoding", "date", "vary", "etag", "connection", "server"}


def measure(table):
    needed("wrk")
    with folder() as data, folder() as root, serving(data / "ibid", "--sample") as (address, pid):
        settled(data / "ibid")
        post = address + longest_post(address)
        headers, body = get(post)
        (root / "www").mkdir()
        (root / "www/page").write_bytes(body)
        (root / "www/page.gz").write_bytes(get(post, Accept_Encoding="gzip")[1])
        with nginx(root, same_headers(headers)) as (peer, peer_pid):
            peer += "/page"
            for coding in ["gzip", "identity"]:
                ours, theirs = (get(a, Accept_Encoding=coding) for a in (post, peer))
                assert ours[1] == theirs[1], "nginx serves other bytes"
                if coding == "gzip":
                    assert gzip.decompress(ours[1]) == body
                compare(table, coding, (post, pid), (peer, peer_pid), len(ours[1]))


def settled(data):
    """Waits until nothing is left to be checked: the page is then as it stays."""
    until = time.monotonic() + 60
    base = sqlite3.connect(f"file:{data}/ibid.sqlite?mode=ro", uri=True)
    while base.execute("select count(*) from job where class in ('capture', 'check')").fetchone()[0]:
        assert time.monotonic() < until, "the sample does not settle"
        time.sleep(0.05)


def longest_post(address):
    home = get(address + "/")[1].decode()
    posts = set(re.findall(r'href="[^"]*?(/\d{4}/\d{2}/[a-z0-9-]+)"', home))
    return max(posts, key=lambda post: len(get(address + post)[1]))


def same_headers(headers):
    kind = next(v for k, v in headers if k.lower() == "content-type")
    added = [f'add_header {k} "{v}";' for k, v in headers if k.lower() not in ITS_OWN]
    return f'types {{}} default_type "{kind}"; gzip_static on; gzip_vary on; {" ".join(added)}'


def compare(table, coding, ours, peer, size):
    options = ["-H", f"Accept-Encoding: {coding}"]
    Run(*ours, 1, *options), Run(*peer, 1, *options)
    rounds = []
    for n in range(ROUNDS):
        # Whoever goes first goes second the next time.
        runs = {who: Run(*who, SECONDS, *options) for who in ([ours, peer] if n % 2 else [peer, ours])}
        rounds.append((runs[ours], runs[peer]))

    def add(what, unit, of, goal=None):
        pairs = [(of(a), of(b)) for a, b in rounds]
        figures = [f"{statistics.median(pair[i] for pair in pairs):,.4g} {unit}" for i in (0, 1)]
        ratio = statistics.median(a / b for a, b in pairs)
        # Goals are for what browsers ask for: gzip.
        table.add(f"kept page, {coding}, {size:,} bytes: {what}", *figures, ratio, goal if coding == "gzip" else None)

    add("requests", "/s", lambda run: run.rate, ("at least", 0.95))
    add("processor time", "µs each", lambda run: run.processor, ("at most", 1.0))
    add("p99", "ms", lambda run: run.p99, ("at most", 1.0))
    add("p50", "ms", lambda run: run.p50)
