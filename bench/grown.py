"""Publications with a thousand and with a hundred thousand posts of four hundred real words, made once for all parts that ask.
IBID_BENCH_WORDS names a folder of texts, IBID_BENCH_POSTS fewer posts. In the folder that IBID_BENCH_KEEP names they stay for the
next run; whoever changes what is stored empties it."""
import atexit
import functools
import json
import os
import random
import re
import contextlib
import csv
import sqlite3
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import Skipped
from programs import ibid, postgres, serving

MANY = int(os.environ.get("IBID_BENCH_POSTS", "100000"))
FEW = 1000
WORDS = 400
BEGAN, STEP, MONTH = 1_000_000_000_000_000, 5_000_000_000, 2_629_746_000_000


@dataclass
class Grown:
    data: Path
    posts: int
    # Each word once for every post that holds it, of every twentieth post.
    words: list
    phrases: list
    # What rendering and indexing all of it took; none if it was made before.
    seconds: float | None = None
    settings: dict = field(default_factory=dict)


@functools.cache
def grown(posts):
    made = home() / f"{posts}"
    return of_before(made, posts) or make(made, posts, Sqlite(made / "ibid.sqlite"))


@contextlib.contextmanager
def grown_on_postgres(posts):
    made = home() / f"{posts}-postgres"
    made.mkdir(exist_ok=True)
    with postgres(made / "postgres") as address:
        database = Postgres(address)
        yield of_before(made, posts, **database.settings) or make(made, posts, database)


def of_before(made, posts, **settings):
    """What an earlier run kept."""
    if (made / "asked.json").exists():
        return Grown(made, posts, **json.loads((made / "asked.json").read_text()), settings=settings)


@functools.cache
def home():
    if kept := os.environ.get("IBID_BENCH_KEEP"):
        return Path(kept)
    folder = tempfile.TemporaryDirectory(prefix="ibid-bench-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def make(data, posts, database):
    data.mkdir(parents=True, exist_ok=True)
    ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner", **database.settings)
    words, phrases = fill(database, posts)
    with serving(data, **database.settings):
        seconds = settled(database)
    database.run("vacuum analyze" if database.settings else "analyze")
    (data / "asked.json").write_text(json.dumps({"words": words, "phrases": phrases}))
    return Grown(data, posts, words, phrases, seconds, database.settings)


COLUMNS = """post_id, kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover, cover_alt, document, renderer,
    language, version, first_published_at, published_at, created_at, updated_at"""


class Sqlite:
    settings = {}

    def __init__(self, path):
        self.path = path

    def fill(self, rows):
        base = sqlite3.connect(self.path)
        base.executemany(f"insert into post ({COLUMNS}) values ({', '.join('?' * len(COLUMNS.split(',')))})", rows)
        base.commit()

    def run(self, text):
        """A statement; the number it gives, if any."""
        base = sqlite3.connect(self.path)
        row = base.execute(text).fetchone()
        base.commit()
        return row and row[0]


class Postgres:
    def __init__(self, address):
        self.address = address
        self.settings = {"IBID_DATABASE": address}

    def psql(self, text, **more):
        command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text, self.address]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)

    def fill(self, rows):
        loading = self.psql(f"copy post ({COLUMNS}) from stdin csv")
        csv.writer(loading.stdin, quoting=csv.QUOTE_ALL).writerows(rows)
        loading.communicate()
        assert loading.returncode == 0, "psql could not load the posts"

    def run(self, text):
        said, _ = (asked := self.psql(text)).communicate()
        assert asked.returncode == 0, text
        return int(said) if said.strip().isdigit() else None


@functools.cache
def sentences():
    """Of whatever the folder of texts holds, without their markup."""
    texts = os.environ.get("IBID_BENCH_WORDS")
    if not texts:
        raise Skipped("IBID_BENCH_WORDS names no folder of texts")
    out = []
    for file in sorted(Path(texts).rglob("*.md")):
        text = re.sub(r"(?s)^---.*?---", "", file.read_text(errors="replace"))
        text = re.sub(r"\]\([^)]*\)|<[^>]*>|https?:\S+|[\[\]*_#`|{}]", " ", text)
        out += [s for s in (" ".join(s.split()) for s in re.split(r"(?<=[.!?])\s+", text)) if 4 <= len(s.split()) <= 60]
    if len(out) < 1000:
        raise Skipped("IBID_BENCH_WORDS holds too few sentences")
    return out


def times(posts):
    """When each was published. The newest stand as close in both publications, and both reach back as many months, so that posts, home
    and months show as much in either. Calendars of a year do not: of the few, most days of it are empty."""
    end = BEGAN + MANY * STEP
    months = list(range(BEGAN, end - 3 * MONTH, MONTH)) if posts < MANY else []
    return months + [end - n * STEP for n in reversed(range(posts - len(months)))]


def fill(database, posts):
    """Posts as an older renderer would have left them: the server renders and indexes them all. Words, and phrases, of some."""
    chance, known = random.Random(7), sentences()
    words, phrases = [], []

    def rows():
        for n, at in enumerate(times(posts), 1):
            text, length = [], 0
            while length < WORDS:
                sentence = chance.choice(known)
                text.append(sentence)
                length += len(sentence.split())
            if n % 20 == 0:
                words.extend(sorted(set(re.findall(r"[A-Za-z]+", " ".join(text).lower()))))
                phrases.append(" ".join(re.findall(r"[A-Za-z]+", chance.choice(text))[:3]))
            month, markdown = time.strftime("%Y/%m", time.gmtime(at / 1e6)), "\n\n".join(text)
            title = " ".join(chance.choice(known).split()[:7])
            subject = f"Subject {n % 200}"
            yield n, "post", f"post-{n}", month, 1, title, "", markdown, subject, "", "", "", "", 0, "en", 1, at, at, at, at

    database.fill(rows())
    return words, phrases


def settled(database):
    """Seconds until everything is rendered and in the lists of the search."""
    began = time.monotonic()
    while True:
        time.sleep(1)
        left = ["post where renderer = 0", "searchable where state <> 'settled'"]
        if not any(database.run(f"select count(*) from (select 1 from {these} limit 1) as one") for these in left):
            return time.monotonic() - began
