"""Publications with a thousand and with a hundred thousand posts of four hundred real words, made once for all parts that ask.
IBID_BENCH_WORDS names a folder of texts, IBID_BENCH_POSTS fewer posts. In the folder that IBID_BENCH_KEEP names they stay for the
next run; whoever changes what is stored empties it."""
import atexit
import contextlib
import functools
import json
import os
import random
import re
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
    if (made / "asked.json").exists():
        return Grown(made, posts, **json.loads((made / "asked.json").read_text()))
    return make(made, posts)


@contextlib.contextmanager
def grown_on_postgres(posts):
    """The same publication, row for row, as if it had moved to PostgreSQL."""
    publication, made = grown(posts), home() / f"{posts}-postgres"
    made.mkdir(exist_ok=True)
    with postgres(made / "postgres") as address:
        settings = {"IBID_DATABASE": address}
        if not (made / "copied").exists():
            ibid(made, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner", **settings)
            copy(publication.data / "ibid.sqlite", address)
            (made / "copied").touch()
        yield Grown(made, posts, publication.words, publication.phrases, settings=settings)


# What a server writes for itself.
OWN = {"migration", "job", "changes", "sqlite_sequence", "sqlite_stat1"}


def copy(file, address):
    base = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    tables = [name for name, in base.execute("select name from sqlite_schema where type = 'table' order by rowid") if name not in OWN]
    psql(address, f"truncate {', '.join(tables)} cascade")
    for table in tables:
        columns = ", ".join(row[1] for row in base.execute(f"pragma table_info({table})"))
        rows = base.execute(f"select {columns} from {table}")
        psql(address, f"copy {table} ({columns}) from stdin", ("\t".join(map(written, row)) + "\n" for row in rows))
    psql(address, "vacuum analyze")


def psql(address, text, rows=()):
    # Posts and what they cite name each other: whole again only when all is there.
    env = {**os.environ, "PGOPTIONS": "-c session_replication_role=replica"}
    command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text, address]
    loading = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env)
    loading.stdin.writelines(rows)
    loading.communicate()
    assert loading.returncode == 0, f"psql refused: {text}"


def written(value):
    """As `copy` reads it."""
    match value:
        case None:
            return "\\N"
        case bytes():
            return "\\\\x" + value.hex()
        case _:
            return str(value).translate({ord(c): "\\" + as_ for c, as_ in zip("\\\t\n\r", "\\tnr")})


@functools.cache
def home():
    if kept := os.environ.get("IBID_BENCH_KEEP"):
        return Path(kept)
    folder = tempfile.TemporaryDirectory(prefix="ibid-bench-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def make(data, posts):
    data.mkdir(parents=True, exist_ok=True)
    ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
    base = sqlite3.connect(data / "ibid.sqlite")
    words, phrases = fill(base, posts)
    with serving(data):
        seconds = settled(base)
    (data / "asked.json").write_text(json.dumps({"words": words, "phrases": phrases}))
    return Grown(data, posts, words, phrases, seconds)


COLUMNS = """post_id, kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover, cover_alt, document, renderer,
    language, version, first_published_at, published_at, created_at, updated_at"""


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


def fill(base, posts):
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

    base.executemany(f"insert into post ({COLUMNS}) values ({', '.join('?' * len(COLUMNS.split(',')))})", rows())
    base.commit()
    return words, phrases


def settled(base):
    """Seconds until everything is rendered and in the lists of the search."""
    began = time.monotonic()
    while True:
        time.sleep(1)
        left = ["post where renderer = 0", "searchable where state <> 'settled'"]
        if not any(base.execute(f"select 1 from {these} limit 1").fetchone() for these in left):
            return time.monotonic() - began
