"""A thousand local pages of a hundred hosts, kept sixteen at a time, against wget writing them into one WARC. Both end with the
pages on the disk; ours has read and judged them besides, and tells each host apart."""
import os
import random
import statistics
from urllib.parse import urlsplit

from moving import sentence
from programs import IBID, folder, ibid, needed, nginx, watched

PAGES = int(os.environ.get("IBID_BENCH_CAPTURED", "1000"))
HOSTS = 100
ROUNDS = 3


def measure(table):
    needed("wget")
    with folder() as root:
        addresses = write(root / "www", random.Random(7))
        with nginx(root, "default_type text/html; charset utf-8;") as (origin, _):
            place = urlsplit(origin).netloc
            rounds = [(ours(addresses, place), theirs(addresses, place)) for _ in range(ROUNDS)]

    def add(what, unit, figure, goal):
        figures = [f"{statistics.median(figure(pair[i]) for pair in rounds):,.4g} {unit}" for i in (0, 1)]
        ratio = statistics.median(figure(a) / figure(b) for a, b in rounds)
        table.add(f"{PAGES:,} pages of {HOSTS} hosts kept, against wget --warc-file: {what}", *figures, ratio, goal)

    add("pages a second", "/s", lambda run: PAGES / run[0], ("at least", 1.0))
    add("processor time", "s", lambda run: run[1], None)
    most = statistics.median(a[2] for a, _ in rounds)
    peer = statistics.median(b[2] for _, b in rounds)
    table.add("most memory while keeping them", f"{most:,.4g} MiB", f"{peer:,.4g} MiB", most, ("at most", 256))


def ours(addresses, place):
    with folder() as data:
        ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
        settings = {"IBID_CAPTURE_CONNECT": f"*={place}", "IBID_CAPTURE_ALLOW": "127.0.0.0/8", "IBID_LOG": "error"}
        return watched(IBID, "sources", "capture", *addresses, "--data", data, **settings)


def theirs(addresses, place):
    with folder() as out:
        listed = out / "list"
        listed.write_text("\n".join(addresses))
        command = [needed("wget"), "-q", "-i", listed, "-O", "/dev/null", f"--warc-file={out / 'kept'}"]
        return watched(*command, http_proxy=f"http://{place}")


def write(www, chance):
    """Pages of some two thousand words; their addresses, one host after the other."""
    www.mkdir()
    addresses = []
    for n in range(PAGES):
        paragraphs = [" ".join(sentence(chance, chance.randint(8, 24)) for _ in range(5)) for _ in range(24)]
        body = "".join(f"<p>{words} <a href=/page-{n + 1}>On.</a></p>" for words in paragraphs)
        head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Report {n}</title>"
        (www / f"page-{n}").write_text(f"{head}<main><h1>Report {n}</h1>{body}</main>")
        addresses.append(f"http://host-{n % HOSTS}.example/page-{n}")
    return addresses
