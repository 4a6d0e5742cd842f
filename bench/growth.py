"""What a hundred thousand posts cost against a thousand (bench/grown.py): starting, idling, and making each kind of page anew."""
import http.client
import itertools
import random
import statistics
import subprocess
import time
from urllib.parse import urlsplit

from grown import BEGAN, FEW, MANY, STEP, grown, times
from programs import IBID, free_port, memory, processor_seconds, serving
from search import warmed

STARTS = 9
ROUNDS = 5
PAGES = 200


def measure(table):
    many, few = grown(MANY), grown(FEW)
    for of in (many, few):
        warmed(of.data / "ibid.sqlite")
    starts = {of.posts: statistics.median(start(of.data) for _ in range(STARTS)) * 1000 for of in (few, many)}
    figures = [f"{starts[of.posts]:.0f} ms" for of in (many, few)]
    table.add(f"start to first byte of the home page, {MANY:,} posts; {FEW:,}", *figures, starts[MANY], ("at most", 300))
    with serving(many.data) as large, serving(few.data) as small:
        time.sleep(3)
        idle = [memory(pid) for _, pid in (large, small)]
        table.add(f"idle resident memory, {MANY:,} posts; {FEW:,}", *(f"{m:.0f} MiB" for m in idle), idle[0], ("at most", 100))
        for kind, addresses in PAGES_OF.items():
            compare(table, kind, (large, addresses(many)), (small, addresses(few)))


def start(data):
    """Seconds from starting the program to the first byte of the home page."""
    port = free_port()
    began = time.perf_counter()
    command = [IBID, "serve", "--listen", f"127.0.0.1:{port}", "--data", data]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                connection.request("GET", "/")
                # Until the publication is open the program answers that it is not.
                if connection.getresponse().status == 200:
                    return time.perf_counter() - began
            except ConnectionRefusedError:
                pass
            time.sleep(0.001)
    finally:
        server.terminate()
        server.wait()


# No address is asked for twice, so that each page is made anew; the program does not know but that the sign is its own.
def posts(of):
    chance, at = random.Random(9), times(of.posts)
    for again in itertools.count():
        n = chance.randrange(of.posts - FEW // 2, of.posts)
        yield f"/{time.strftime('%Y/%m', time.gmtime(at[n] / 1e6))}/post-{n + 1}?+={again}"


def page(path):
    return lambda of: (f"{path}?+={again}" for again in itertools.count())


# The newest month that is whole, and its year.
WHOLE = time.gmtime((BEGAN + MANY * STEP) / 1e6 - 35 * 86400)
PAGES_OF = {
    "post": posts,
    "home": page("/"),
    "archive": page("/archive"),
    "archive of a year": page(time.strftime("/archive/%Y", WHOLE)),
    "archive of a month": page(time.strftime("/archive/%Y/%m", WHOLE)),
}


def compare(table, kind, large, small):
    """Whoever goes first goes second the next time."""
    rounds = []
    for n in range(ROUNDS):
        runs = {}
        for (address, pid), pages in [large, small] if n % 2 else [small, large]:
            runs[pid] = run(address, pid, list(itertools.islice(pages, PAGES)))
        rounds.append((runs[large[0][1]], runs[small[0][1]]))
    for n, (what, unit) in enumerate([("processor time", "ms"), ("latency", "ms")]):
        pairs = [(large[n], small[n]) for large, small in rounds]
        figures = [f"{statistics.median(pair[i] for pair in pairs):.2f} {unit}" for i in (0, 1)]
        ratio = statistics.median(a / b for a, b in pairs)
        table.add(f"{kind}, made anew, {MANY:,} posts against {FEW:,}: {what}", *figures, ratio, ("at most", 1.2))


def run(address, pid, pages):
    """Milliseconds a page: of the processor, and until it is there."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    used, taken = processor_seconds(pid), []
    for page in pages:
        began = time.perf_counter()
        connection.request("GET", page, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - began)
        assert answer.status == 200, f"{page}: {answer.status}"
    return (processor_seconds(pid) - used) * 1000 / len(pages), statistics.median(taken) * 1000
