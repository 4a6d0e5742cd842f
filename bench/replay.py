"""Kept copies replayed, every record asked for once, against pywb replaying the same WARC files; and what a page of each kind looks
like beside the original, in Chromium."""
import contextlib
import http.server
import json
import os
import random
import socketserver
import sqlite3
import struct
import subprocess
import threading
import time
import urllib.request
import zlib
from pathlib import Path

from bench import Skipped
from programs import folder, free_port, ibid, needed, processor_seconds, serving

PAGES = int(os.environ.get("IBID_BENCH_REPLAYED", "400"))
ROUNDS = 3
TOOLS = Path("target/pywb/bin").resolve()


def measure(table):
    web = Web()
    with web.serving() as address, folder() as data:
        kept(data, address, [url for url in web.pages if "/doc/" in url], "Documents")
        records = records_of(data)
        sizes = sum(record["length"] for record in records)
        with pywb(data / "pywb", data / "files/captures") as theirs:
            rounds = [(ours_once(data, records), theirs_once(theirs, records)) for _ in range(ROUNDS)]
        compare(table, rounds, len(records), sizes)
        pixels(table, data, address, web)


# What is kept


class Web:
    """A stand-in web: documents as archives hold them most, and a page of each kind."""

    def __init__(self):
        draw = random.Random(7)
        words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 11))) for _ in range(5000)]
        self.pages, self.rest = {}, {}
        for n in range(PAGES):
            host = f"http://h{n % 100}.example"
            self.pages[f"{host}/doc/{n}"] = document(draw, words, n)
            self.rest[f"{host}/style/{n}.css"] = ("text/css", sheet(n))
            self.rest[f"{host}/picture/{n}.png"] = ("image/png", png(48, 48, draw.randrange(1 << 24)))
        for name, html in KINDS.items():
            self.pages[f"http://kinds.example/{name}"] = html.encode()
        self.rest["http://kinds.example/look.css"] = ("text/css", LOOK)
        self.rest["http://kinds.example/deep.css"] = ("text/css", b".deep{background:#e7d7b1 url(stripes.png)}")
        for name, colour in [("stripes", 0xC8A24B), ("wide", 0x3C6E91), ("narrow", 0x7A2E2E)]:
            self.rest[f"http://kinds.example/{name}.png"] = ("image/png", png(320, 120, colour))
        self.rest["http://kinds.example/drawing.svg"] = ("image/svg+xml", DRAWING)
        self.rest["http://kinds.example/framed"] = ("text/html", b"<body style='background:#dde7dd;font:16px serif'><p>In a frame")
        for path in real_pages():
            self.pages[f"http://kinds.example/{path.parent.name}-{path.stem}"] = path.read_bytes()

    @contextlib.contextmanager
    def serving(self):
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = f"http://{self.headers['Host']}{self.path}"
                kind, body = web.rest.get(url, (None, None))
                if url in web.pages:
                    kind, body = "text/html; charset=utf-8", web.pages[url]
                self.send_response(200 if kind else 404)
                body = body if kind else b"Nothing here."
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads, request_queue_size = True, 128

        server = Server(("127.0.0.2", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.2:{server.server_port}"
        finally:
            server.shutdown()


def document(draw, words, n):
    parts = [f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Document {n}</title>"
             f"<link rel=stylesheet href=/style/{n}.css></head><body><h1>{' '.join(draw.choices(words, k=6))}</h1><img src=/picture/{n}.png>"]
    for k in range(draw.randint(20, 70)):
        text, link = " ".join(draw.choices(words, k=draw.randint(30, 110))), draw.randrange(10**9)
        parts.append(f"<p class=p{k}>{text} <a href='/doc/{link}'>{draw.choice(words)}</a></p>")
    return "\n".join([*parts, "</body></html>"]).encode()


def sheet(n):
    rules = [f".p{k}{{margin:{k % 7}px 0;color:rgb({k},{n % 200},90)}}" for k in range(60)]
    return ("body{font:1rem/1.5 serif;max-width:40rem}\n" + "\n".join(rules)).encode()


def png(width, height, colour):
    pixel = bytes([colour >> 16 & 255, colour >> 8 & 255, colour & 255])
    dark = bytes(v // 2 for v in pixel)
    rows = b"".join(b"\0" + (pixel if y // 12 % 2 else dark) * width for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def kept(data, address, urls, title):
    """Publishes what cites these pages, and waits until a copy of each is kept and shown whole."""
    if not (data / "ibid.sqlite").exists():
        ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
    token = ibid(data, "token", "create", "--user", "ida@gazette.example")
    with serving(data, **capturing(address)) as (base, _):
        for at in range(0, len(urls), 50):
            text = "\n\n".join(f"Number {n} is [a page]({url}) there." for n, url in enumerate(urls[at : at + 50]))
            post = {"title": f"{title} {at}", "markdown": text, "status": "published"}
            head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"{base}/api/v1/posts", json.dumps(post).encode(), head)).read()
        database = sqlite3.connect(f"file:{data}/ibid.sqlite?mode=ro", uri=True)
        until = time.monotonic() + 900
        while database.execute("select count(*) from job where class in ('capture', 'check') and failed_at is null").fetchone()[0]:
            assert time.monotonic() < until, "the pages are not kept in time"
            time.sleep(0.2)
        good = database.execute("select count(*) from capture where health = 'good'").fetchone()[0]
        assert good >= len(urls), f"only {good} of {len(urls)} pages were kept"
    with sqlite3.connect(data / "ibid.sqlite") as database:
        database.execute("insert or replace into setting (name, value, changed_at) values ('shown', 'always', 0)")


def capturing(address):
    return {"IBID_CAPTURE_CONNECT": f"*={address}", "IBID_CAPTURE_ALLOW": "127.0.0.2/32", "IBID_BROWSER": "off"}


def records_of(data):
    database = sqlite3.connect(data / "ibid.sqlite")
    rows = database.execute(
        """select source_id, captured_at, capture_record.url, role, digest, length from capture_record join capture using (capture_id)
        where capture_record.status = 200
            and (capture_record.url like '%/doc/%' or capture_record.url like '%/style/%' or capture_record.url like '%/picture/%') order by capture_id, place"""
    )
    names = ["source", "at", "url", "role", "digest", "length"]
    records = [dict(zip(names, row)) for row in rows]
    for record in records:
        record["stamp"] = time.strftime("%Y%m%d%H%M%S", time.gmtime(record["at"] // 1_000_000))
    return records


# Replayed


def ours_once(data, records):
    """A server that has just started has kept nothing in memory."""
    path = lambda r: f"/sources/{r['source']}/{r['stamp']}/" + ("page" if r["role"] == "page" else f"r/{r['digest']}")
    with serving(data) as (address, pid):
        return Once(address, pid, [path(r) for r in records])


def theirs_once(peer, records):
    kinds = {"page": "mp_"}
    path = lambda r: f"/lab/{r['stamp']}{kinds.get(r['role'], 'cs_' if r['url'].endswith('.css') else 'im_')}/{r['url']}"
    return Once(*peer, [path(r) for r in records])


class Once:
    """Every path once over a few connections (bench/once.lua): requests a second, processor microseconds a request."""

    def __init__(self, address, pid, paths, connections=8):
        with folder() as out:
            (out / "paths").write_text("\n".join(paths))
            command = [needed("wrk"), "-t1", f"-c{connections}", "-d600s", "--timeout", "60s", "-s", "bench/once.lua", address]
            before = processor_seconds(pid)
            told = subprocess.run(command, env={**os.environ, "PATHS": str(out / "paths")}, text=True, capture_output=True)
            used = processor_seconds(pid) - before
        count, refused, seconds = told.stdout.split()[-3:]
        assert refused == "0", f"{refused} of {count} records were refused"
        self.rate, self.processor = int(count) / float(seconds), used * 1e6 / int(count)


@contextlib.contextmanager
def pywb(data, captures):
    tool = TOOLS / "wayback"
    if not tool.exists():
        raise Skipped("pywb is not installed")
    data.mkdir()
    run = lambda *args: subprocess.run([TOOLS / "wb-manager", *args], cwd=data, check=True, capture_output=True)
    run("init", "lab")
    # Copies of one second in different folders have one name.
    (data / "warcs").mkdir()
    named = []
    for file in sorted(captures.glob("*/*.warc.gz")):
        named.append(data / f"warcs/{file.parent.name}-{file.name}")
        named[-1].write_bytes(file.read_bytes())
    for at in range(0, len(named), 200):
        run("add", "lab", *named[at : at + 200])
    port = free_port()
    server = subprocess.Popen(
        [tool, "-b", "127.0.0.1", "-p", str(port), "-t", "4"], cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                break
            if server.poll() is not None or time.monotonic() > until:
                raise Skipped("pywb did not start")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait()


def compare(table, rounds, records, sizes):
    pairs = sorted(rounds, key=lambda pair: pair[0].rate / pair[1].rate)
    ours, theirs = pairs[len(pairs) // 2]
    what = f"replay, {records:,} records ({sizes / 1e6:.0f} MB in WARC files), each asked for once"
    table.add(what, f"{ours.rate:,.0f} /s", f"pywb {theirs.rate:,.0f} /s", ours.rate / theirs.rate, ("at least", 20))
    used = (f"{ours.processor:,.0f} µs each", f"{theirs.processor:,.0f} µs each")
    table.add(f"{what}: processor time", *used, ours.processor / theirs.processor)


# Looked at


def pixels(table, data, address, web):
    kinds = [url for url in web.pages if "//kinds.example/" in url]
    kept(data, address, kinds, "Kinds")
    database = sqlite3.connect(data / "ibid.sqlite")
    rows = database.execute(
        "select capture.url, source_id, captured_at from capture where url like 'http://kinds.example/%' and health = 'good'"
    ).fetchall()
    with serving(data) as (base, _):
        stamp = lambda at: time.strftime("%Y%m%d%H%M%S", time.gmtime(at // 1_000_000))
        pairs = [
            {"name": url.rsplit("/", 1)[1], "original": url, "replay": f"{base}/sources/{source}/{stamp(at)}/page"}
            for url, source, at in rows
        ]
        given = {"pairs": pairs, "web": address, "folder": str(Path("target/screenshots/replay").resolve())}
        told = subprocess.run(
            ["node", "run.mjs", "pixels"], cwd="tests/browser", input=json.dumps(given), text=True, capture_output=True
        )
    if told.returncode or "skipped" in told.stdout:
        table.skip("replay beside the original", (told.stdout + told.stderr).strip()[:200])
        return
    for line in told.stdout.splitlines():
        if line.startswith("{"):
            seen = json.loads(line)
            table.add(f"replay beside the original: {seen['name']}", f"{seen['share']:.2%} of pixels differ", "", None)


def real_pages():
    data = os.environ.get("IBID_TEST_DATA")
    if not data:
        return []
    return [next(iter(sorted(folder.glob("*.html")))) for folder in sorted(Path(data, "languages/debian-handbook").iterdir())]


LOOK = b"""@import "deep.css"; body{font:18px/1.5 sans-serif;margin:2rem auto;max-width:44rem;color:#223;background:#fbf8f2}
h1{color:#7a2e2e} .card{border:2px solid #7a2e2e;padding:1rem;display:flex;gap:1rem} td,th{border:1px solid #999;padding:.3rem .8rem}
.bg{background:url(stripes.png);height:80px} form.search{background:#e8eef2;padding:1rem}"""
DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><defs><linearGradient id="g"><stop offset="0" stop-color="#3c6e91"/>
<stop offset="1" stop-color="#c8a24b"/></linearGradient></defs><rect width="200" height="100" fill="url(#g)"/><circle cx="60" cy="50" r="30" fill="#fff"/></svg>"""
HEAD = "<!doctype html><html lang=en><head><meta charset=utf-8><title>{0}</title><link rel=stylesheet href=look.css></head><body><h1>{0}</h1>"
TEXT = "<p>The basin will be dredged this spring, and vessels are asked to pass at no more than five knots while the work goes on.</p>"
KINDS = {
    "article": HEAD.format("An article") + TEXT * 4 + "<blockquote>Nobody was asked to leave.</blockquote><ul><li>one<li>two</ul>",
    "pictures": HEAD.format("Pictures") + "<img src=wide.png><picture><source srcset='narrow.png 1x, wide.png 2x'><img src=wide.png></picture>"
    "<div class=bg></div><div class=deep>deep</div><img src=gone.png data-src=narrow.png>",
    "base": "<!doctype html><title>Base</title><base href=http://kinds.example/><link rel=stylesheet href=look.css><h1>A base</h1><img src=wide.png>" + TEXT,
    "inline-style": "<!doctype html><title>Inline</title><body style='background:#eef url(http://kinds.example/stripes.png) repeat-x'><p style='padding:4rem;font-size:2rem'>Inline style" + TEXT,
    "drawings": HEAD.format("Drawings") + "<img src=drawing.svg width=400>" + DRAWING.decode() + TEXT,
    "table": HEAD.format("A table") + "<table>" + "<tr><td>tide<td>high<td>six</tr>" * 12 + "</table>",
    "form": HEAD.format("A form") + "<form class=search action=/x><label>Search <input name=q value=tide></label> <select><option>all</select> <button>Go</button></form>" + TEXT,
    "frame": HEAD.format("A frame") + "<iframe src=framed width=400 height=120 style='border:0'></iframe>" + TEXT,
    "script": HEAD.format("A script") + TEXT + "<script>document.body.append('Written by a script')</script>",
    "old": "<html><title>Old</title><body bgcolor=#ddeeff text=#222222><center><font size=5 face=serif color=#884400>Old ways</font></center>"
    "<table border=1 cellpadding=6 width=80%><tr><td bgcolor=#ffffcc>left<td>" + TEXT + "</table>",
}
