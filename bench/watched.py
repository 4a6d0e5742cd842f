"""Publications with a thousand and with a hundred thousand sources that were watched for a year, made once for whoever asks."""
import functools
import random
import sqlite3
import time

from grown import home
from programs import ibid, serving

MANY, FEW = 100_000, 1_000
A_POST = 100
DAY = 86_400_000_000
WORDS = "harbour ledger barrier tide lamp ferry council minutes dredging pilot gauge night report quay lock bridge".split()
STATES = ["alive"] * 80 + ["changed"] * 6 + ["moved"] * 4 + ["blocked"] * 4 + ["failing"] * 2 + ["gone"] * 4
GOOD, BAD = ("good", 200), ("error", 404)
# What every page says.
TEXT = "The lamps along the quay are lit by hand. " * 40
PASSWORD = "the lamps are lit at dusk"


@functools.cache
def watched(sources, now=None):
    data = home() / f"watched-{sources}"
    if (data / "made").exists():
        return data
    data.mkdir(parents=True, exist_ok=True)
    ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner", "--password-stdin", stdin=PASSWORD)
    base = sqlite3.connect(data / "ibid.sqlite")
    (data / "files/texts").mkdir(parents=True, exist_ok=True)
    (data / "files/texts/all.txt").write_text(TEXT)
    fill(base, sources, now or int(time.time() * 1e6))
    with serving(data, IBID_CAPTURE_CONNECT="*=127.0.0.1:9"):
        while base.execute("select 1 from post where renderer = 0 limit 1").fetchone():
            time.sleep(0.5)
    base.execute("delete from job")
    base.commit()
    base.execute("vacuum")
    (data / "made").touch()
    return data


def address(n):
    """As many hosts have one page as have hundreds."""
    host = f"{WORDS[n % 16]}-{n * n % 997 if n % 3 else n % 41}.example"
    return f"https://{host}/{WORDS[n // 16 % 16]}/{WORDS[n // 256 % 16]}-{n}", host


def fill(base, sources, now):
    chance = random.Random(11)
    today = now // DAY
    days, hosts = {}, {}
    rows = {name: [] for name in ("source", "source_word", "look", "stood", "capture")}
    for n in range(1, sources + 1):
        (url, host), state = address(n), chance.choice(STATES)
        began = now - chance.randrange(300, 360) * DAY
        title = " ".join(chance.choice(WORDS) for _ in range(4)).capitalize()
        # As many died lately in either publication: what a page lists is as long in both.
        recent, which = n % (sources // 100) == 0, n // (sources // 100)
        if recent:
            state = {0: "gone", 5: "failing"}.get(which % 10, "alive")
        turned = began if state == "alive" else now - (1 + which % 6 if recent else chance.randrange(31, 280)) * DAY
        evidence = "" if state == "alive" else "It has failed 3 times: it answered 404 (Not Found)." if state in ("failing", "gone") else "So it was seen."
        rows["source"].append((n, url, "source", "", title, "", "", "", state, turned, evidence, "setting", now - DAY, began, host, now + chance.randrange(1, 30) * DAY, 8))
        rows["source_word"] += {(word, n) for word in [*title.lower().split(), *url[8:].replace("-", " ").replace("/", " ").replace(".", " ").split()]}
        rows["stood"].append((n, began, "alive", ""))
        if state != "alive":
            rows["stood"].append((n, turned, state, evidence))
        for at in (began, began + 30 * DAY, now - DAY):
            health, status = BAD if state in ("failing", "gone") and at > turned else GOOD
            rows["look"].append((n, at, health, status, "", "", 1.0, 0))
        rows["capture"].append((n, began, "fetched", "good", "{}", 0, url, url, "", 200, "text/html", "", "en", title, "", "", "", "", "", "page", "texts/all.txt", 900, f"sha256:{n}", "", 0, f"sha256:{n}"))
        moves = [(began, None, "alive")] + ([(turned, "alive", state)] if state != "alive" else [])
        for at, was, into in moves:
            for which, change in ((was, -1), (into, 1)):
                if which:
                    day = days.setdefault((which, at // DAY), [0, 0])
                    day[0] += change
                    day[1] += change > 0
        counted = hosts.setdefault(host, [0, 0])
        counted[0] += 1
        counted[1] += state in ("failing", "gone")
    put(base, "source", "source_id, url, kind, merged_why, title, site, author, said_at, state, state_since, evidence, shown, looked_at, created_at, host, due_at, quiet", rows["source"])
    put(base, "source_word", "word, source_id", rows["source_word"])
    put(base, "look", "source_id, looked_at, health, status, why, moved_to, standing, private", rows["look"])
    put(base, "stood", "source_id, since, state, evidence", rows["stood"])
    put(base, "capture", """source_id, captured_at, provenance, health, evidence, private, url, final_url, canonical, status, media_type, charset,
        language, title, site, author, said_at, description, picture, text_kind, text_file, text_chars, text_digest, warc_file, warc_bytes,
        payload_digest""", rows["capture"])
    held, counts = {}, []
    for (state, day), (change, came) in sorted(days.items(), key=lambda item: item[0][1]):
        held[state] = held.get(state, 0) + change
        counts.append((state, min(day, today), held[state], came))
    put(base, "state_day", "state, day, sources, came", counts)
    put(base, "host_health", "host, sources, lost", [(host, *both) for host, both in hosts.items()])
    posts = []
    for n in range(0, sources, A_POST):
        at = now - (sources - n) * 1_000_000
        links = "\n\n".join(f"And [{WORDS[i % 16]}]({address(i)[0]})." for i in range(n + 1, n + 1 + A_POST))
        posts.append((f"post-{n}", time.strftime("%Y/%m", time.gmtime(at / 1e6)), f"Post {n}", links, at, at, at, at))
    base.executemany("""insert into post (kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover, cover_alt, document, renderer,
        language, version, first_published_at, published_at, created_at, updated_at)
        values ('post', ?, ?, 1, ?, '', ?, '', '', '', '', '', 0, 'en', 1, ?, ?, ?, ?)""", posts)
    base.commit()


def put(base, table, columns, rows):
    base.executemany(f"insert into {table} ({columns}) values ({', '.join('?' * len(columns.split(',')))})", rows)
