"""Capturing a thousand pages of a hundred hosts, sixteen at a time, against wget writing them into one WARC."""
import os
import random
import statistics
import subprocess
import time

from programs import IBID, folder, needed, nginx

PAGES = 1_000
HOSTS = 100
AT_ONCE = 16
ROUNDS = 3
# Sixteen pages at once, each with room for what one page may be, and nothing that grows with how many were kept.
MOST_MEMORY = 300


def measure(table):
    wget = needed("wget")
    with folder() as root:
        (root / "www").mkdir()
        chance = random.Random(4)
        urls = []
        for n in range(PAGES):
            (root / "www" / f"{n}.html").write_text(page(n, chance))
            urls.append(f"http://host-{n % HOSTS}.example/{n}.html")
        with nginx(root, "types { text/html html; text/plain txt; }") as (address, _):
            web = address.removeprefix("http://")
            ours, memory, theirs, peer_memory = [], [], [], []
            for turn in range(ROUNDS):
                seconds, peak = captured(root / f"data-{turn}", web, urls)
                ours.append(PAGES / seconds)
                memory.append(peak)
                seconds, peak = fetched(root / f"wget-{turn}", wget, web, urls)
                theirs.append(PAGES / seconds)
                peer_memory.append(peak)
    rate, peer = statistics.median(ours), statistics.median(theirs)
    table.add(
        f"capturing {PAGES:,} pages of {HOSTS} hosts, {AT_ONCE} at a time; wget --warc-file",
        f"{rate:.0f} a second", f"{peer:.0f} a second", rate / peer, ("at least", 1.0),
    )
    table.add(
        "peak memory while capturing them; wget", f"{max(memory):.0f} MiB", f"{max(peer_memory):.0f} MiB", max(memory),
        ("at most", MOST_MEMORY),
    )


def page(n, chance):
    """About 20 KB of words that no other page has."""
    words = ["lamp", "quay", "ferry", "basin", "tide", "lock", "harbour", "notice", "keeper", "night", "the", "of", "and", "was"]
    paragraphs = (" ".join(chance.choices(words, k=80)) for _ in range(45))
    body = "".join(f"<p>{paragraph.capitalize()} {chance.randrange(10**9)}.</p>" for paragraph in paragraphs)
    return f"<!doctype html><html lang=en><head><title>Notice {n}</title></head><body><h1>Notice {n}</h1>{body}</body></html>"


def captured(data, web, urls):
    """Seconds and peak MiB of one command that keeps them all."""
    settings = {"IBID_CAPTURE_ALLOW": "127.0.0.0/8", "IBID_CAPTURE_CONNECT": f"*={web}", "IBID_LOG": "error"}
    command = [IBID, "sources", "capture", "--data", data, "--at-once", str(AT_ONCE), *urls]
    return timed(command, {**os.environ, **settings})


def fetched(folder, wget, web, urls):
    """The same by wget, which finds the hosts by way of a proxy."""
    folder.mkdir()
    (folder / "urls").write_text("\n".join(urls))
    command = [wget, "-q", "-i", "urls", "-O", "/dev/null", "--warc-file=all", "-e", "use_proxy=yes", "-e", f"http_proxy=http://{web}"]
    return timed(command, os.environ, cwd=folder)


def timed(command, env, cwd=None):
    began = time.perf_counter()
    child = subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    return seconds, usage.ru_maxrss / 1024
