"""Reading and indexing a gzip WARC file, a member a record as crawlers write it: against FastWARC's Python package."""
import base64
import gzip
import hashlib
import json
import random
import statistics
import subprocess
import time

from bench import Skipped
from programs import folder

PAGES = 4000
ROUNDS = 5


def measure(table):
    try:
        import fastwarc  # noqa: F401
    except ImportError:
        raise Skipped("FastWARC is not installed")
    with folder() as made:
        path = made / "many.warc.gz"
        write(path)
        packed = path.stat().st_size / 1e6
        ours, theirs = [], []
        # By turns, so that whatever else the machine does meets both.
        for _ in range(ROUNDS):
            said = subprocess.run(["target/dist/examples/archive_speed", "index", path], capture_output=True, check=True, text=True)
            said = json.loads(said.stdout)
            began = time.perf_counter()
            records, lines = peer(path)
            theirs.append(time.perf_counter() - began)
            ours.append(said["seconds"])
            if (records, lines) != (said["records"], PAGES):
                raise Skipped(f"the two read different things: {records} and {said['records']} records, {lines} lines")
    us, them = statistics.median(ours), statistics.median(theirs)
    table.add(
        f"indexing {packed:,.0f} MB of gzip WARC: times as fast",
        f"{packed / us:,.0f} MB/s",
        f"FastWARC {packed / them:,.0f} MB/s",
        them / us,
        ("at least", 1.0),
    )


def peer(path):
    """What an index needs: every record read, its answer's head understood, its body passed over, its place noted."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    records, lines = 0, []
    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.revisit
    with open(path, "rb") as file:
        for record in ArchiveIterator(file, parse_http=True):
            records += 1
            if not record.record_type & wanted:
                continue
            head = record.http_headers
            lines.append(
                (
                    record.headers["WARC-Target-URI"],
                    record.headers["WARC-Date"],
                    head.status_code if head else 200,
                    head.get("Content-Type") if head else None,
                    record.headers.get("WARC-Payload-Digest"),
                    record.stream_pos,
                )
            )
    lines.sort()
    return records, len(lines)


def write(path):
    """Pages of all sizes, each with its request; the same in every run."""
    chance = random.Random(11)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(6000)]
    with open(path, "wb") as out:
        for number in range(PAGES):
            size = min(int(chance.lognormvariate(9.6, 1.1)), 600_000)
            body, have = [], 0
            while have < size:
                line = f'<p class="{chance.choice(words)}"><a href="/{chance.choice(words)}">{" ".join(chance.choices(words, k=14))}</a></p>\n'
                body.append(line)
                have += len(line)
            body = "".join(body).encode()
            url = f"https://www.host{number % 400}.example/{chance.choice(words)}/{number}?page={number % 7}"
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: quay\r\nContent-Length: {len(body)}\r\n\r\n"
            asked = f"GET /{number} HTTP/1.1\r\nHost: host{number % 400}.example\r\nAccept: */*\r\n\r\n".encode()
            out.write(record("request", number, url, asked, asked))
            out.write(record("response", number, url, head.encode() + body, body))


def record(kind, number, url, block, payload):
    digest = base64.b32encode(hashlib.sha1(payload).digest()).decode()
    fields = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{number:08x}-0000-4000-8000-{len(block):012x}>",
        f"WARC-Date: 2026-03-{1 + number % 28:02}T12:{number % 60:02}:00Z",
        f"WARC-Target-URI: {url}",
        f"WARC-Payload-Digest: sha1:{digest}",
        f"Content-Type: application/http; msgtype={kind}",
        f"Content-Length: {len(block)}",
    ]
    return gzip.compress("\r\n".join(fields).encode() + b"\r\n\r\n" + block + b"\r\n\r\n", 6, mtime=0)
