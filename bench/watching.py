"""What a hundred thousand sources cost against a thousand (bench/watched.py): the register, its search, a source's page, the page of their
health, and a look at forty that are due."""
import contextlib
import http.client
import http.server
import itertools
import random
import resource
import sqlite3
import statistics
import subprocess
import threading
import time
import urllib.parse
from urllib.parse import urlsplit

from programs import IBID, processor_seconds, serving
from watched import FEW, MANY, PASSWORD, TEXT, WORDS, watched

ROUNDS = 5
PAGES = 100
DUE = 40


def measure(table):
    many, few = watched(MANY), watched(FEW)
    with serving(many, IBID_CAPTURE_CONNECT="*=127.0.0.1:9") as large, serving(few, IBID_CAPTURE_CONNECT="*=127.0.0.1:9") as small:
        for kind, pages in KINDS.items():
            compare(table, kind, (*large, pages(MANY)), (*small, pages(FEW)))
    with standing_in() as web:
        schedule(table, many, few, web)


# No address is asked for twice, so that each page is made anew; those of the desk always are.
def register(of):
    return (f"/sources?before={of + 1 - n % (FEW // 2)}&+={n}" for n in itertools.count())


def searched(of):
    return (f"/sources?q={WORDS[n % 16]}+{WORDS[n // 16 % 16]}&before={of + 1}&+={n}" for n in itertools.count())


def a_source(of):
    chance = random.Random(5)
    return (f"/sources/{chance.randrange(1, of + 1)}?+={n}" for n in itertools.count())


def health(_):
    return itertools.repeat("/desk/sources/health")


KINDS = {"register": register, "register searched for two words": searched, "a source": a_source, "health of the sources": health}


def signed_in(address):
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    form = urllib.parse.urlencode({"email": "ida@gazette.example", "password": PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": address, "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/desk/sign-in", form, headers)
    return connection.getresponse().getheader("Set-Cookie").split(";")[0]


def compare(table, kind, large, small):
    rounds = []
    cookies = {address: signed_in(address) for address, *_ in (large, small)}
    for n in range(ROUNDS):
        runs = {}
        # Whoever goes first goes second the next time.
        for address, pid, pages in [large, small] if n % 2 else [small, large]:
            runs[pid] = run(address, pid, list(itertools.islice(pages, PAGES)), cookies[address])
        rounds.append((runs[large[1]], runs[small[1]]))
    for n, what in enumerate(["processor time", "latency"]):
        pairs = [(large[n], small[n]) for large, small in rounds]
        figures = [f"{statistics.median(pair[i] for pair in pairs):.2f} ms" for i in (0, 1)]
        ratio = statistics.median(a / b for a, b in pairs)
        table.add(f"{kind}, made anew, {MANY:,} sources against {FEW:,}: {what}", *figures, ratio, ("at most", 1.2))


def run(address, pid, pages, cookie):
    """Milliseconds a page: of the processor, and until it is there."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    used, taken = processor_seconds(pid), []
    for page in pages:
        began = time.perf_counter()
        connection.request("GET", page, headers={"Accept-Encoding": "gzip", "Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - began)
        assert answer.status == 200, f"{page}: {answer.status}"
    return (processor_seconds(pid) - used) * 1000 / len(pages), statistics.median(taken) * 1000


class Page(http.server.BaseHTTPRequestHandler):
    """Any page, always the same."""

    def do_GET(self):
        body = f"<!doctype html><title>{self.path}</title><p>{TEXT}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def standing_in():
    server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.2:{server.server_port}"
    server.shutdown()


def schedule(table, many, few, web):
    rounds = []
    for n in range(ROUNDS):
        runs = {}
        for data in [many, few] if n % 2 else [few, many]:
            runs[data] = look(data, web)
        rounds.append((runs[many], runs[few]))
    for n, what in enumerate(["processor time", "time"]):
        pairs = [(large[n], small[n]) for large, small in rounds]
        figures = [f"{statistics.median(pair[i] for pair in pairs):.0f} ms" for i in (0, 1)]
        ratio = statistics.median(a / b for a, b in pairs)
        table.add(f"looking at {DUE} that are due, of {MANY:,} sources against {FEW:,}: {what}", *figures, ratio, ("at most", 1.2))


def look(data, web):
    """Finds what is due, asks for each page, writes down what was seen."""
    base = sqlite3.connect(data / "ibid.sqlite")
    ids = [row[0] for row in base.execute("select source_id from source where state = 'alive' order by due_at desc limit ?", (DUE,))]
    for id in ids:
        # In the clear, so that what is measured is not the making of certificates.
        base.execute("update source set due_at = 0, url = replace(url, 'https:', 'http:') where source_id = ?", (id,))
    base.commit()
    base.close()
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [IBID, "sources", "watch", "--due", "--json", "--data", data]
    env = {"IBID_CAPTURE_CONNECT": f"*={web}", "IBID_CAPTURE_ALLOW": "127.0.0.2/32", "IBID_LOG": "error"}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.returncode in (0, 1) and done.stdout.count('"url"') == DUE, done.stdout[:500] + done.stderr[:500]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime) * 1000, (time.perf_counter() - began) * 1000
