"""How far real pages drifted, and what a look at each says. IBID_BENCH_DRIFT names a folder with `pairs.json`: pages then and now, in Markdown,
each with the band that a person put it into."""
import html
import http.server
import json
import os
import re
import subprocess
import threading
from collections import Counter
from pathlib import Path

from bench import Skipped
from programs import IBID, folder

BANDS = ["unchanged-text", "typo-level", "edited", "rewritten", "replaced"]
SAID = ["same", "slight", "edited", "changed", "replaced"]


def measure(table):
    texts = os.environ.get("IBID_BENCH_DRIFT")
    if not texts:
        raise Skipped("IBID_BENCH_DRIFT names no folder of pages then and now")
    pairs = json.loads((Path(texts) / "pairs.json").read_text())
    root = Path(texts).parent
    said = {band: Counter() for band in BANDS}
    with folder() as data:
        # Each under a host of its own: two pages that name one canonical address would be one source.
        pages = {f"page{n}.example": pair for n, pair in enumerate(pairs)}
        Page.pages = {host: page(root / pair["then"]) for host, pair in pages.items()}
        server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {"IBID_CAPTURE_CONNECT": f"*=127.0.0.2:{server.server_port}", "IBID_CAPTURE_ALLOW": "127.0.0.2/32", "IBID_LOG": "error"}
        urls = [f"http://{host}/" + Path(pair["path"]).stem for host, pair in pages.items()]
        cite(data, urls, env)
        Page.pages = {host: page(root / pair["now"]) for host, pair in pages.items()}
        looked = run(data, env, "sources", "watch", *urls, "--json", IBID_CLOCK="+86400")["items"]
        server.shutdown()
    for pair, one in zip(pages.values(), looked):
        said[pair["band"]][verdict(one)] += 1
    for band in BANDS:
        counts = ", ".join(f"{said[band][word]} {word}" for word in SAID if said[band][word])
        table.add(f"drift: {sum(said[band].values())} pages {band}", counts, "", None)
    kept = sum(said[band][word] for band in BANDS[:2] for word in SAID[3:])
    found = said["replaced"]["replaced"] / max(1, sum(said["replaced"].values()))
    table.add("drift: pages hardly touched that are told as changed", str(kept), "", kept, ("at most", 0))
    table.add("drift: pages replaced that are told as such", f"{found:.0%}", "", found, ("at least", 1))


def verdict(one):
    gone = one["changed"] or 0
    if one["state"] == "changed":
        return "replaced" if gone >= 0.6 else "changed"
    if one["copy"]:
        return "edited"
    return "slight" if gone else "same"


def cite(data, urls, env):
    """The copies are made by a post that cites them all."""
    source = data / "posts"
    source.mkdir()
    (source / "2020-01-01-all.md").write_text("---\ntitle: All\n---\n\n" + "\n\n".join(f"[{n}]({url})" for n, url in enumerate(urls)))
    run(data, env, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
    run(data, env, "import", "markdown", str(source), "--no-capture")
    run(data, env, "sources", "capture", *urls, "--json")


def run(data, env, *args, **more):
    done = subprocess.run([IBID, *args, "--data", data / "kept"], capture_output=True, text=True, env={**env, **more})
    assert done.returncode in (0, 1), done.stderr[:2000]
    return json.loads(done.stdout) if "--json" in args else None


def page(file):
    """As its site would show it: what matters here are the words."""
    text = re.sub(r"(?s)^---.*?\n---", "", file.read_text(errors="replace"))
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.S)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]*>", " ", text)
    paragraphs = [html.escape(" ".join(part.split())) for part in re.split(r"\n\s*\n", text)]
    menu = "<header><nav>Home About us News Contact</nav></header>"
    body = "".join(f"<p>{words}</p>" for words in paragraphs if words)
    return f"<!doctype html><html lang=en><title>{file.stem.split('.')[0]}</title><body>{menu}<main>{body}</main></body></html>".encode()


class Page(http.server.BaseHTTPRequestHandler):
    pages = {}

    def do_GET(self):
        body = self.pages.get(self.headers["Host"])
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass
