"""Readers' search with a hundred thousand posts of four hundred real words. Words are drawn as often as posts hold them; of a thousand
queries a tenth are phrases and a tenth beginnings of words. IBID_BENCH_WORDS names a folder of texts, IBID_BENCH_POSTS fewer posts."""
import os
import random
import re
import sqlite3
import statistics
import time
from pathlib import Path
from urllib.parse import quote, urlsplit
import http.client

from bench import Skipped
from programs import folder, ibid, processor_seconds, serving

POSTS = int(os.environ.get("IBID_BENCH_POSTS", "100000"))
QUERIES = 1000
WORDS = 400


def measure(table):
    texts = os.environ.get("IBID_BENCH_WORDS")
    if not texts:
        raise Skipped("IBID_BENCH_WORDS names no folder of texts")
    sentences = read(Path(texts))
    chance = random.Random(7)
    with folder() as data:
        ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
        words, phrases = fill(data / "ibid.sqlite", sentences, chance)
        with serving(data) as (address, pid):
            seconds = settle(data / "ibid.sqlite")
            table.add(f"search, {POSTS:,} posts: rendered and indexed", f"{POSTS / seconds:,.0f} posts/s", "", None)
            taken = ask(address, queries(words, phrases, chance))
            resident = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024
        for kind in ["word", "two words", "phrase", "beginning", "all"]:
            these = sorted(t for k, t, _ in taken if kind in (k, "all"))
            figures = [these[len(these) // 2], these[int(len(these) * 0.99)]]
            said = f"p50 {figures[0]:.1f} ms, p99 {figures[1]:.1f} ms"
            goal = ("at most", 20) if kind == "all" else None
            table.add(f"search, {POSTS:,} posts: {kind}, {len(these)} queries", said, "", figures[1], goal)
        for kind, t, typed in sorted(taken, key=lambda one: -one[1])[:8]:
            print(f"   {t:6.1f} ms {kind}: {typed}", flush=True)
        size = (data / "ibid.sqlite").stat().st_size / 2**20
        table.add("search: resident memory after it; database", f"{resident:,.0f} MiB", f"{size:,.0f} MiB", None)


def read(texts):
    """Sentences of whatever the folder holds, without their markup."""
    out = []
    for file in sorted(texts.rglob("*.md")):
        text = re.sub(r"(?s)^---.*?---", "", file.read_text(errors="replace"))
        text = re.sub(r"\]\([^)]*\)|<[^>]*>|https?:\S+|[\[\]*_#`|{}]", " ", text)
        out += [s for s in (" ".join(s.split()) for s in re.split(r"(?<=[.!?])\s+", text)) if 4 <= len(s.split()) <= 60]
    if len(out) < 1000:
        raise Skipped("IBID_BENCH_WORDS holds too few sentences")
    return out


def fill(path, sentences, chance):
    """Posts as an older renderer would have left them: the server renders and indexes them all. Words, and phrases, of some."""
    base = sqlite3.connect(path)
    words, phrases = [], []
    stamp = 1_000_000_000_000_000

    def rows():
        for n in range(1, POSTS + 1):
            text, length = [], 0
            while length < WORDS:
                sentence = chance.choice(sentences)
                text.append(sentence)
                length += len(sentence.split())
            if n % 20 == 0:
                plain = re.findall(r"[A-Za-z]+", " ".join(text).lower())
                words.extend(set(plain))
                start = chance.randrange(len(plain) - 4)
                phrases.append(" ".join(re.findall(r"[A-Za-z]+", chance.choice(text))[:3]))
            at = stamp + n * 5_000_000_000
            month = time.strftime("%Y/%m", time.gmtime(at / 1e6))
            title = " ".join(chance.choice(sentences).split()[:7])
            yield (n, f"post-{n}", month, title, "\n\n".join(text), f"Subject {n % 200}", at)

    base.executemany(
        """insert into post (post_id, kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover, cover_alt,
            document, renderer, language, version, first_published_at, published_at, created_at, updated_at)
        values (?1, 'post', ?2, ?3, 1, ?4, '', ?5, ?6, '', '', '', '', 0, 'en', 1, ?7, ?7, ?7, ?7)""",
        rows(),
    )
    base.commit()
    return words, phrases


def settle(path):
    began = time.monotonic()
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    while True:
        time.sleep(1)
        left = base.execute("select count(*) from post where renderer = 0").fetchone()[0]
        unsettled = base.execute("select count(*) from searchable where state <> 'settled'").fetchone()[0]
        if not left and not unsettled:
            return time.monotonic() - began


def queries(words, phrases, chance):
    """Drawn from all words of all posts, each counted once a post: as often as posts hold it."""
    for n in range(QUERIES):
        word = chance.choice(words)
        match n % 10:
            case 0:
                yield "phrase", f'"{chance.choice(phrases)}"'
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
