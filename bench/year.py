"""A year in the life of a publication: its posts come in from a folder of Markdown, every link is kept from a stand-in web
(bench/standin.py), and the clock goes on for a year in steps, while pages die, come back, are walled off, move and change. Told at the end: what
each page was meant to be and what it was called, how each stands and how it ought to, what became of quoted sentences, and how
kept copies look beside their originals. IBID_YEAR_POSTS=60 takes that many posts only; pictures go to target/screenshots/year."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import programs
from standin import RECIPES, WALLS, Standin
from watched import PASSWORD

DAY = 86_400
# Closer at first: whoever fails is looked at daily, and has to have failed for three days.
DAYS = [*range(2, 60, 2), *range(60, 200, 4), *range(200, 369, 8)]
QUOTED = 60
EMAIL = "ida@gazette.example"
DATA = os.environ.get("IBID_TEST_DATA")
PICTURES = Path("target/screenshots/year").resolve()


def main():
    if not DATA:
        sys.exit("there is no test data (IBID_TEST_DATA)")
    with programs.folder() as folder:
        web = Standin(DATA, os.environ.get("IBID_BENCH_REPOSITORIES"))
        posts = folder / "posts"
        hosts = written(posts, web)
        with web.serving(hosts, folder / "tls") as settings:
            missed = year(folder / "data", posts, web, settings)
    print(f"\n{missed} missed")
    sys.exit(1 if missed else 0)


def written(posts, web):
    """The posts that come in, and posts of our own: quotations, and a page of each kind. All hosts that they cite."""
    files = sorted(Path(DATA, "markdown/18f/posts").glob("*.md"))[: int(os.environ.get("IBID_YEAR_POSTS", "100000"))]
    posts.mkdir(parents=True)
    hosts = set()
    for file in files:
        shutil.copy(file, posts)
        hosts |= {urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"'<>()\[\]]+", file.read_text(errors="replace"))}
    for n in range(QUOTED):
        said, fate = f"The barrier of basin {n} closes at dusk, and nobody has asked why it does", ["stays", "reworded", "taken out"][n % 3]
        url = f"https://quoted-{n}.example/report"
        web.own[url] = (fate, quoted_page(n, said, fate))
        hosts.add(urlsplit(url).hostname)
        (posts / f"2020-01-{n % 28 + 1:02}-quoted-{n}.md").write_text(
            f"---\ntitle: What basin {n} said\ndate: 2020-01-{n % 28 + 1:02}\n---\nThe report is short.\n\n> {said}.\n>\n> — The harbour office, [report]({url})\n"
        )
    for name, body in kinds().items():
        url = f"http://kind-{name}.example/page"
        web.own[url] = ("stays", body)
        hosts.add(urlsplit(url).hostname)
        (posts / f"2020-02-01-kind-{name}.md").write_text(f"---\ntitle: A page of the kind {name}\ndate: 2020-02-01\n---\nLook at [it]({url}).\n")
    return {host for host in hosts if host and re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", host)}


def quoted_page(n, said, fate):
    rest = "".join(f"<p>Entry {k} of basin {n}: the gauge at the lower lock stood at {k * 7 % 40} centimetres, and the pilot wrote it down twice.</p>" for k in range(30))
    later = {"stays": said, "reworded": said.replace("closes at dusk", "closes before dawn"), "taken out": "The barrier is not spoken of here any more"}[fate]
    page = lambda words: f"<!doctype html><html lang=en><title>Report on basin {n}</title><h1>Report on basin {n}</h1><p>{words}.</p>{rest}</html>".encode()
    return lambda turned: page(later if turned else said)


def kinds():
    """A page of each kind that is looked at beside its copy."""
    handbook = sorted(Path(DATA, "languages/debian-handbook").iterdir())
    pages = {f"handbook-{folder.name.lower()[:5].strip('-')}": next(iter(sorted(folder.glob("*.html")))) for folder in handbook}
    pages |= {file.stem.lower(): file for file in sorted(Path(DATA, "languages").glob("*.html"))[:4]}
    return {re.sub(r"[^a-z0-9-]", "-", name): file.read_bytes() for name, file in pages.items()}


def year(data, posts, web, settings):
    programs.ibid(data, "user", "add", EMAIL, "--name", "Ida", "--role", "owner", "--password-stdin", stdin=PASSWORD)
    began = time.monotonic()
    imported = subprocess.run([programs.IBID, "import", "markdown", posts, "--data", data], env={**os.environ, **settings, "IBID_LOG": "error"}, capture_output=True, text=True)
    print(f"imported in {time.monotonic() - began:.0f} s: {imported.stdout.strip()[-400:]}", flush=True)
    keep(data, settings)
    missed = verdicts(data, web)
    fates = watch(data, web, settings)
    missed += standings(data, web) + quotations(fates)
    missed += looked_at(data, web, settings)
    return missed


def keep(data, settings):
    """Until every source has been tried."""
    began, base = time.monotonic(), sqlite3.connect(data / "ibid.sqlite", timeout=60)
    waiting = lambda: base.execute("select count(*) from source where merged_into is null and not exists (select 1 from capture where capture.source_id = source.source_id)").fetchone()[0]
    with programs.serving(data, **settings):
        left, since = waiting(), time.monotonic()
        # Whatever is not even tried (addresses that no web has) stays without a copy.
        while left and time.monotonic() - since < 90:
            time.sleep(3)
            now = waiting()
            if now != left:
                left, since = now, time.monotonic()
            print(f"\r{left} to be kept", end="", file=sys.stderr, flush=True)
    kept = base.execute("select count(*) from capture").fetchone()[0]
    print(f"{kept} captures in {time.monotonic() - began:.0f} s; {left} sources were not asked for", flush=True)


def verdicts(data, web):
    """What each page was meant to be, and what its first copy was called."""
    rows = sqlite3.connect(data / "ibid.sqlite").execute(
        "select capture.url, health, min(captured_at) from capture join source using (source_id) where source.kind = 'source' group by source_id"
    )
    counts = defaultdict(Counter)
    for url, health, _ in rows:
        counts[meant(web, url)][health] += 1
    table("what a page was meant to be, and what it was called", counts, ["good", *WALLS, "unreachable"])
    wrong = sum(n for kind, called in counts.items() for health, n in called.items() if health != kind and kind != "site of a recipe")
    whole = sum(sum(called.values()) for called in counts.values())
    false = sum(n for health, n in counts["good"].items() if health != "good")
    taken = sum(counts[kind]["good"] for kind in WALLS)
    print(f"{wrong} of {whole} called something else; {false} of {sum(counts['good'].values())} good pages called bad; {taken} walls and error pages called good\n", flush=True)
    return int(false * 100 > sum(counts["good"].values())) + int(taken * 50 > whole)


def meant(web, url):
    host = urlsplit(url).hostname or ""
    if any(host == site or host.endswith("." + site) for site in RECIPES):
        return "site of a recipe"
    fate = web.fate(url)
    return fate if fate in WALLS or fate == "unreachable" else "good"


def watch(data, web, settings):
    """A year, in steps; the newest that was said of each quotation."""
    fates, began, looks = {}, time.monotonic(), 0
    for day in DAYS:
        web.day = day
        env = {**os.environ, **settings, "IBID_CLOCK": f"+{day * DAY}", "IBID_LOG": "error"}
        said = subprocess.run([programs.IBID, "sources", "watch", "--due", "--json", "--data", data], env=env, capture_output=True, text=True)
        if said.returncode not in (0, 1, 3):
            sys.exit(said.stderr)
        items = json.loads(said.stdout)["items"]
        looks += len(items)
        for item in items:
            for quotation in item["quotations"]:
                fates[item["url"]] = quotation["fate"]
        print(f"\rday {day}: {len(items)} looked at", end="", file=sys.stderr, flush=True)
    print(f"\n{looks} looks in {len(DAYS)} steps, {time.monotonic() - began:.0f} s; the stand-in web was asked {web.asked} times", flush=True)
    return fates


def standings(data, web):
    rows = sqlite3.connect(data / "ibid.sqlite").execute("select url, state from source where kind = 'source' and merged_into is null and looked_at is not null").fetchall()
    counts, wrong = defaultdict(Counter), []
    for url, state in rows:
        if meant(web, url) == "site of a recipe":
            continue
        fate = web.fate(url)
        # What is quoted is told of below.
        if fate in ("reworded", "taken out"):
            continue
        counts[fate][state] += 1
        if state != web.ends(url):
            wrong.append((fate, state, url))
    table("what happened to a page, and how it stands after a year", counts, ["alive", "moved", "changed", "blocked", "failing", "gone"])
    print(f"{len(wrong)} of {sum(map(lambda c: sum(c.values()), counts.values()))} stand otherwise than they ought to")
    for fate, state, url in wrong[:12]:
        print(f"  {fate}: {state}: {url}")
    early = sqlite3.connect(data / "ibid.sqlite").execute(TOO_EARLY).fetchone()[0]
    print(f"gone before three failures at least three days apart: {early}\n", flush=True)
    # A wall that is not known for one stands as it is called.
    return int(len(wrong) * 50 > len(rows)) + int(early > 0)


FAILED = "look.source_id = stood.source_id and looked_at <= stood.since and health in ('error', 'soft_404', 'unreachable')"
THREE_DAYS = 3 * DAY * 1_000_000
TOO_EARLY = f"""select count(*) from stood where state = 'gone' and (
    (select count(*) from look where {FAILED}) < 3
    or (select max(looked_at) - min(looked_at) from look where {FAILED}) < {2 * THREE_DAYS})"""


def quotations(fates):
    counts = defaultdict(Counter)
    for n in range(QUOTED):
        counts[["stays", "reworded", "taken out"][n % 3]][str(fates.get(f"https://quoted-{n}.example/report", "never looked at"))] += 1
    table("what happened to a quoted sentence, and what is said of it", counts, ["None", "changed", "removed"])
    ought = {"stays": "None", "reworded": "changed", "taken out": "removed"}
    return sum(n for what, said in counts.items() for word, n in said.items() if word != ought[what])


def table(title, counts, columns):
    columns = [*columns, *sorted({c for row in counts.values() for c in row} - set(columns))]
    columns = [c for c in columns if any(row[c] for row in counts.values())]
    print(f"\n{title}")
    print(" | ".join(["".ljust(20), *columns]))
    for kind, row in sorted(counts.items()):
        print(" | ".join([kind.ljust(20), *(str(row[c] or "").rjust(len(c)) for c in columns)]))


def looked_at(data, web, settings):
    """Pictures of what a reader and a writer see, and a page of each kind beside its copy."""
    base = sqlite3.connect(data / "ibid.sqlite")
    # Otherwise readers see whole only what the living page no longer shows.
    base.execute("update source set shown = 'always' where url like 'http://kind-%'")
    base.commit()
    at = lambda sql: base.execute(sql).fetchone()
    post = at("select month || '/' || slug from post join citation using (post_id) join source using (source_id) where state in ('gone', 'changed', 'blocked') group by post_id order by count(*) desc limit 1")
    stamp = lambda micros: time.strftime("%Y%m%d%H%M%S", time.gmtime(micros // 1_000_000))
    copies = base.execute("select url, source_id, captured_at from capture where health = 'good' and url like 'http://kind-%' group by source_id").fetchall()
    gone = at("select source_id from source where state = 'gone' and exists (select 1 from capture where capture.source_id = source.source_id and health = 'good') limit 1")
    pages = [("post", f"/{post[0]}"), ("register", "/sources"), ("kept-copy", f"/sources/{copies[0][1]}/{stamp(copies[0][2])}")]
    pages += [("source-that-is-gone", f"/sources/{gone[0]}")] if gone else []
    with programs.serving(data, **settings, IBID_CLOCK=f"+{DAYS[-1] * DAY}") as (address, _):
        given = {"base": address, "email": EMAIL, "password": PASSWORD, "folder": str(PICTURES), "pages": [{"name": name, "path": path} for name, path in pages], "desk": [{"name": "health", "path": "/desk/sources/health"}]}
        told = story("year", given)
        pairs = [{"name": url.split("//kind-")[1].split(".")[0], "original": url, "replay": f"{address}/sources/{source}/{stamp(when)}/page"} for url, source, when in copies]
        seen = story("pixels", {"pairs": pairs, "web": settings["IBID_CAPTURE_CONNECT"].removeprefix("*="), "folder": str(PICTURES)})
    print("\nreplayed beside the original, in Chromium")
    for line in seen.splitlines():
        if line.startswith("{"):
            one = json.loads(line)
            print(f"{one['name'].ljust(24)} {one['share']:.2%} of pixels differ")
    return int("told" not in told)


def story(name, given):
    said = subprocess.run(["node", "run.mjs", name], cwd="tests/browser", input=json.dumps(given), text=True, capture_output=True)
    if said.returncode or "skipped" in said.stdout:
        print(f"{name}: {(said.stdout + said.stderr).strip()[:400]}")
    return said.stdout


if __name__ == "__main__":
    main()
