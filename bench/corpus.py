"""The pages by which health is measured: templates out of packages that are fetched into target/walls, and good pages."""
import csv
import glob
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import templates

KEPT = Path("target/walls")
# Of one row, so that no program with many languages outweighs the others.
MOST = 6
TOPICS = re.compile(r"error|404|not found|cookie|privacy|log ?in|sign(ing)? in|password|captcha|robot|\bbots?\b|paywall|subscri|newsletter|consent|gone|unavailable|denied|javascript", re.I)


@dataclass
class Case:
    kind: str
    site: str
    name: str
    body: bytes
    status: int = 200
    path: str = "/2026/03/the-page-that-was-cited"
    lands: str = ""
    # Out of a template, rather than as a site sent it.
    made: bool = False
    host: str = field(init=False)
    asked: str = field(init=False)

    def __post_init__(self):
        digest = hashlib.sha256(f"{self.kind} {self.name}".encode()).hexdigest()[:16]
        self.host = f"site-{digest}.example"
        self.lands = self.lands or self.path
        self.asked = f"http://{self.host}{self.path}"


def cases(data, repositories):
    data = Path(data)
    good = list(good_pages(data, repositories))
    found, missing = [], set()
    openings = [case for case in good if case.name.startswith("markdown/") and len(case.body) > 6000]
    for row in csv.DictReader(open("bench/walls.tsv"), delimiter="\t"):
        files = unpacked(row["where"], row["package"], repositories)
        had = [case for file in files(row["path"]) for case in filled(row, file, files, openings) if says(case)] if files else []
        had.sort(key=lambda case: hashlib.sha256(case.name.encode()).digest())
        found += had[:MOST]
        if not had:
            missing.add(row["package"] + " " + row["path"])
    for file in sorted((data / "link-rot/not-found").iterdir()):
        found.append(not_found(file))
    return list({case.asked: case for case in found + good}.values()), missing


def says(case):
    """Whether a template gave a page at all; of some every word, or the form of a sign-in, stands elsewhere."""
    if case.kind == "login" and case.made and b"password" not in case.body.lower():
        return False
    seen = re.sub(rb"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>", b"", case.body).decode("utf-8", "replace")
    return bool(case.body) and (case.kind == "empty" or case.status >= 400 or b"captcha" in case.body or sum(map(str.isalnum, seen)) >= 12)


def unpacked(where, package, repositories):
    """A function from a pattern of paths to (path, text) in a package, fetched once."""
    if where == "github":
        copy = Path(repositories or "/nowhere") / package.replace("/", "+") / "repo"
        return (lambda pattern: from_git(copy, pattern)) if copy.is_dir() else None
    place = KEPT / where / re.sub(r"[^\w.@=-]", "_", package)
    if not place.is_dir() and not fetched(where, package, place):
        return None
    def files(pattern):
        root = next(place.glob("*/"), place) if where in ("npm", "pypi-source") else place
        return [(str(p.relative_to(root)), p.read_bytes()) for p in sorted(map(Path, glob.glob(str(root / pattern)))) if p.is_file()]
    return files


def fetched(where, package, place):
    print(f"   fetching {package}", file=sys.stderr, flush=True)
    new = place.with_name(place.name + ".new").resolve()
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    command = {
        "npm": ["npm", "pack", "--silent", package],
        "pypi": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", package],
        "pypi-source": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", package],
        "debian": ["apt-get", "download", "-q", package],
    }[where]
    if subprocess.run(command, cwd=new, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        return False
    packed = next(new.iterdir())
    if packed.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", packed, new], check=True)
    elif packed.suffix in (".whl", ".zip"):
        zipfile.ZipFile(packed).extractall(new)
    else:
        tarfile.open(packed).extractall(new, filter="data")
    packed.unlink()
    new.rename(place)
    return True


def from_git(copy, pattern):
    listed = git(copy, "ls-tree", "-r", "--name-only", "HEAD").decode().splitlines()
    wanted = re.compile(re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\[!c\]", "[^c]") + r"\Z")
    return [(path, git(copy, "show", f"HEAD:{path}")) for path in listed if wanted.match(path)]


def git(copy, *args):
    return subprocess.run(["git", "-C", copy, *args], capture_output=True, check=True).stdout


def filled(row, file, files, openings):
    path, raw = file
    text = raw.decode("utf-8", "replace")
    name = f"{row['package']}:{path}"
    def case(body, suffix="", status=None, lands=""):
        body, made = body if isinstance(body, bytes) else body.encode(), row["how"] not in ("page", "captured")
        return Case(row["kind"], row["site"], name + suffix, body, status or int(row["status"]), lands=lands, made=made)
    match row["how"]:
        case "page":
            yield case(raw)
        case "filled" | "paid":
            languages = [("", {})] if not row["words"] else [(":" + p, templates.jsonwords(t.decode())) for p, t in files(row["words"])]
            for suffix, words in languages:
                page = templates.filled(text, words)
                if row["how"] == "paid":
                    page = begun(page, name + suffix, openings)
                yield case(page, suffix)
        case "dialog":
            for n, page in enumerate(templates.dialogs(text, row["words"].split(","))):
                yield case(page, f":{n}")
        case "notice":
            said = "".join(f"<p>{word}</p>" for key in row["words"].split(",") for word in templates.worded(text, key)[:1])
            yield case(begun(f"<body>{said}</body>", name, openings))
        case "proxy":
            yield case(re.sub(rb"%<.*?>|%[A-Za-z;]|@[\w-]+@|\{[a-z]+\}|-[A-Z]+-", b"", raw))
        case "http":
            head, _, body = text.replace("\r\n", "\n").partition("\n\n")
            yield case(body, status=int(head.split()[1]))
        case "var":
            for language, body in re.findall(r"(?s)Body:-{10}([\w-]+)--\n(.*?)-{10}\1--", text):
                yield case(templates.included(body), ":" + language)
        case "challenge":
            yield case(templates.challenge(text), "")
        case "spoken":
            yield case(templates.spoken(text, row["words"].split("|")))
        case "lua":
            yield case(templates.in_lua(text))
        case "captured":
            status, address, body = templates.captured(text)
            lands = re.sub(r"^https?://[^/]+", "", address or "")
            yield case(body, status=status, lands=lands if row["kind"] == "login" and lands else "")


def begun(template, name, openings):
    """An article of which the first paragraphs are for everyone, and the template where it breaks off."""
    chosen = int(hashlib.sha256(name.encode()).hexdigest(), 16)
    opening = openings[chosen % len(openings)].body.decode()
    paragraphs = re.findall(r"(?s)<p>.*?</p>", opening)[: 2 + chosen % 4]
    title = re.search(r"(?s)<title>(.*?)</title>", opening)[1]
    within = re.search(r"(?s)<body[^>]*>(.*)</body>", template)[1]
    return f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>{''.join(paragraphs)}{within}</article></body></html>"


def not_found(file):
    text = file.read_text(errors="replace")
    if file.suffix == ".md":
        title, parts = templates.markdown(text)
        text = page(title, "".join(parts))
    # One site has several languages, one maker several pages.
    site = re.split(r"--|-404|-HTTP|(?<=ruby)-", file.name)[0].replace("h5bp", "html5-boilerplate")
    return Case("soft_404", site, "not-found/" + file.name, text.encode())


def good_pages(data, repositories):
    for file in sorted((data / "markdown").rglob("*.md")):
        title, parts = templates.markdown(file.read_text(errors="replace"))
        topical = bool(TOPICS.search(title))
        chosen = hashlib.sha256(str(file.relative_to(data)).encode()).digest()
        if not title or (not topical and chosen[3] % 8):
            continue
        yield from dressed(str(file.relative_to(data)), title, parts, chosen)
    for file in sorted((data / "link-rot/drift").rglob("*.md")):
        title, parts = templates.markdown(file.read_text(errors="replace"))
        yield from dressed(str(file.relative_to(data)), title, parts, b"\0\0\1")
    for file in sorted((data / "languages").rglob("*")):
        name = str(file.relative_to(data))
        if file.suffix in (".html", ".xhtml"):
            yield Case("good", name, name, file.read_bytes())
        elif file.is_file() and file.stat().st_size > 2000 and "udhr" in name:
            lines = file.read_text(errors="replace").splitlines()
            yield Case("good", name, name, page(lines[0], "".join(f"<p>{line}</p>" for line in lines)).encode())
    if repositories:
        for owner, pattern in [("mozilla+readability", "test/test-pages/*/source.html"), ("postlight+parser", "fixtures/*.html")]:
            copy = Path(repositories) / owner / "repo"
            for path, raw in from_git(copy, pattern) if copy.is_dir() else []:
                if "--empty" not in path and len(raw) > 3000:
                    yield Case("good", path, f"{owner}:{path}", raw)


def dressed(name, title, parts, chosen):
    """A post among what stands on pages besides: nothing, a notice about cookies, a sign-in, an offer to subscribe."""
    if chosen[2] % 5 == 0:
        parts = parts[:2]
    text = re.sub(r"<[^>]*>", "", "".join(parts))
    if sum(c.isalnum() for c in text) < 250:
        return
    beside = [
        "",
        "<div class=cookie-banner><p>We use cookies to improve your experience and to analyse our traffic. Read our privacy policy.</p><button>Accept all</button><button>Reject all</button></div>",
        "<header><a href=/login>Log in</a><form action=/login><input name=email><input type=password name=password><button>Log in</button></form></header>",
        "<aside><h2>Subscribe to our newsletter</h2><p>Get every story in your inbox. Already a subscriber? <a href=/login>Sign in</a></p><form><input type=email><button>Subscribe now</button></form></aside>",
    ][chosen[1] % 4]
    yield Case("good", name, name, page(title, "".join(parts), beside).encode())


def page(title, body, beside=""):
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{title} | The Quay</title></head><body><nav><a href=/>Home</a> <a href=/about>About</a> "
        f"<a href=/contact>Contact</a></nav>{beside}<main><h1>{title}</h1>{body}</main><footer><a href=/privacy>Privacy</a> <a href=/terms>Terms</a></footer></body></html>"
    )
