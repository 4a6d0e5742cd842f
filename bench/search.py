"""Readers' search with a hundred thousand posts of four hundred real words (bench/grown.py). Words are drawn as often as posts hold
them; of a thousand queries a tenth are phrases and a tenth beginnings of words. The goal is for a database that the system has in
its memory, as one in use is; what it takes from the disk alone is printed beside it, and what it takes on PostgreSQL. Other work on
the machine shows most in the slowest queries: the load says whether there was any."""
import http.client
import os
import random
import time
from urllib.parse import quote, urlsplit

from grown import MANY, grown, grown_on_postgres
from programs import memory, serving

QUERIES = 1000
KINDS = ["word", "two words", "phrase", "beginning"]


def measure(table):
    publication = grown(MANY)
    file = publication.data / "ibid.sqlite"
    if publication.seconds:
        table.add(f"search, {MANY:,} posts: rendered and indexed", f"{MANY / publication.seconds:,.0f} posts/s", "", None)
    taken, _ = served(publication, lambda: chilled(file))
    table.add(f"search, {MANY:,} posts: all, from the disk", figures(taken)[0], "", figures(taken)[1])
    taken, resident = served(publication, lambda: warmed(file))
    by_kind(table, "", taken, 20)
    size = file.stat().st_size / 2**20
    table.add("search: resident memory after it; database", f"{resident:,.0f} MiB", f"{size:,.0f} MiB", None)
    with grown_on_postgres(MANY) as publication:
        taken, resident = served(publication, lambda: None)
        by_kind(table, " on PostgreSQL", taken)
        table.add("search on PostgreSQL: resident memory after it", f"{resident:,.0f} MiB", "", None)


def by_kind(table, engine, taken, bound=None):
    for kind in [*KINDS, "all"]:
        these = [one for one in taken if kind in (one[0], "all")]
        goal = ("at most", bound) if bound and kind == "all" else None
        said, p99 = figures(these)
        table.add(f"search{engine}, {MANY:,} posts: {kind}, {len(these)} queries", said, f"load {os.getloadavg()[0]:.1f}", p99, goal)
    for kind, t, typed in sorted(taken, key=lambda one: -one[1])[:12]:
        print(f"   {t:6.1f} ms {kind}: {typed}", flush=True)


def served(publication, prepare):
    """What the queries took, and the memory resident after them."""
    prepare()
    with serving(publication.data, **publication.settings) as (address, pid):
        return ask(address, queries(publication)), memory(pid)


def chilled(file):
    with file.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def warmed(file):
    with file.open("rb") as file:
        while file.read(1 << 24):
            pass


def figures(taken):
    """In words, and the p99 alone."""
    these = sorted(t for _, t, _ in taken)
    p50, p99 = these[len(these) // 2], these[int(len(these) * 0.99)]
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", p99


def queries(publication):
    """Drawn from all words of all posts, each counted once a post: as often as posts hold it."""
    chance, words = random.Random(8), publication.words
    for n in range(QUERIES):
        word = chance.choice(words)
        match n % 10:
            case 0:
                yield "phrase", f'"{chance.choice(publication.phrases)}"'
            case 1:
                while len(word) < 3:
                    word = chance.choice(words)
                yield "beginning", word[: chance.choice([3, 3, 4, 5])] + "*"
            case 2 | 3 | 4:
                yield "two words", f"{word} {chance.choice(words)}"
            case _:
                yield "word", word


def ask(address, queries):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    taken = []
    for kind, typed in [("warm", "harbour")] * 20 + list(queries):
        began = time.perf_counter()
        connection.request("GET", f"/search?q={quote(typed)}")
        answer = connection.getresponse()
        body = answer.read()
        if kind != "warm":
            taken.append((kind, (time.perf_counter() - began) * 1000, typed))
        assert answer.status == 200, f"{typed}: {answer.status} {body[:200]}"
    return taken
