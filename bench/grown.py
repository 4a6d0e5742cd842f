"""Publications with a thousand and with a hundred thousand posts of four hundred real words, made once for all parts that ask.
IBID_BENCH_WORDS names a folder of texts, IBID_BENCH_POSTS fewer posts. In the folder that IBID_BENCH_KEEP names they stay for the
next run; whoever changes what is stored empties it."""
import atexit
import functools
import json
import os
import random
import re
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import Skipped
from programs import ibid, serving

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


@functools.cache
def grown(posts):
    made = home() / f"{posts}"
    if not (made / "asked.json").exists():
        return make(made, posts)
    return Grown(made, posts, **json.loads((made / "asked.json").read_text()))


@functools.cache
def home():
    if kept := os.environ.get("IBID_BENCH_KEEP"):
        return Path(kept)
    folder = tempfile.TemporaryDirectory(prefix="ibid-bench-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def make(data, posts):
    data.mkdir(parents=True)
    ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
    words, phrases = fill(data / "ibid.sqlite", posts)
    with serving(data):
        seconds = settled(data / "ibid.sqlite")
    (data / "asked.json").write_text(json.dumps({"words": words, "phrases": phrases}))
    return Grown(data, posts, words, phrases, seconds)


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


def fill(path, posts):
    """Posts as an older renderer would have left them: the server renders and indexes them all. Words, and phrases, of some."""
    chance, known = random.Random(7), sentences()
    base = sqlite3.connect(path)
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
            month = time.strftime("%Y/%m", time.gmtime(at / 1e6))
            title = " ".join(chance.choice(known).split()[:7])
            yield (n, f"post-{n}", month, title, "\n\n".join(text), f"Subject {n % 200}", at)

    base.executemany(
        """insert into post (post_id, kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover, cover_alt,
            document, renderer, language, version, first_published_at, published_at, created_at, updated_at)
        values (?1, 'post', ?2, ?3, 1, ?4, '', ?5, ?6, '', '', '', '', 0, 'en', 1, ?7, ?7, ?7, ?7)""",
        rows(),
    )
    base.commit()
    return words, phrases


def settled(path):
    """Seconds until everything is rendered and in the lists of the search."""
    began = time.monotonic()
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    while True:
        time.sleep(1)
        left = base.execute("select count(*) from post where renderer = 0").fetchone()[0]
        unsettled = base.execute("select count(*) from searchable where state <> 'settled'").fetchone()[0]
        if not left and not unsettled:
            return time.monotonic() - began
