"""The web of a publication's links over a year, on one port: saved pages, walls, error pages, redirects; some die, are walled off,
move or change on a given day. What each address is meant to be is decided by its name alone."""
import contextlib
import hashlib
import http.server
import re
import socket
import socketserver
import ssl
import subprocess
import threading
from urllib.parse import urlsplit

from corpus import cases

# Of a thousand addresses. What is not named answers all year with the same page.
FATES = {
    "soft_404": 30, "error": 40, "bot_wall": 30, "consent_wall": 15, "paywall": 15, "login": 15, "empty": 15, "unreachable": 15,
    "moved": 30, "dies": 50, "dies softly": 25, "host dies": 20, "is away for a week": 30, "is walled off": 40, "moves": 30, "changes": 50, "is edited": 40,
}
# How it stands at the end of the year; what is not named is alive.
STANDS = {
    **dict.fromkeys(["soft_404", "error", "unreachable", "dies", "dies softly", "host dies"], "gone"),
    **dict.fromkeys(["bot_wall", "consent_wall", "paywall", "login", "empty", "is walled off"], "blocked"),
    "moved": "moved", "moves": "moved", "changes": "changed",
}
WALLS = ["soft_404", "error", "bot_wall", "consent_wall", "paywall", "login", "empty"]
# Their pages are asked for in ways of their own, which this web does not know.
RECIPES = ("youtube.com", "youtu.be", "youtube-nocookie.com", "vimeo.com", "substack.com", "t.me", "telegram.me", "c-span.org", "twitter.com", "x.com", "flickr.com", "soundcloud.com", "spotify.com", "ted.com", "tiktok.com", "reddit.com", "slideshare.net", "speakerdeck.com", "scribd.com")
LANDS = "/where-it-went/"


def drawn(url):
    return int(hashlib.sha256(url.encode()).hexdigest(), 16)


class Standin:
    def __init__(self, data, repositories):
        found, _ = cases(data, repositories)
        by = lambda kind: [case for case in found if case.kind == kind]
        self.walls = {kind: by(kind) for kind in WALLS}
        # Plain pages: what a page of nothing but a few words would be taken for is not asked here.
        self.good = [page for page in map(plain, by("good")) if 1500 < len(page) < 400_000]
        self.day, self.own, self.asked = 0, {}, 0

    def fate(self, url):
        url = url.partition("#")[0]
        if url in self.own:
            return self.own[url][0]
        at = urlsplit(url)
        host = at.hostname or ""
        if at.path.strip("/") == "" or any(host == site or host.endswith("." + site) for site in RECIPES):
            return "stays"
        chosen = drawn(url) % 1000
        for fate, share in FATES.items():
            if chosen < share:
                return fate
            chosen -= share
        return "stays"

    def ends(self, url):
        """How it ought to stand after the year."""
        fate = self.fate(url)
        # Who is not let in learns nothing of the page.
        shut = fate == "error" and self.wall("error", url.partition("#")[0]).status in (401, 403, 407)
        return "blocked" if shut else STANDS.get(fate, "alive")

    def turns(self, url):
        """The day on which something happens to it."""
        return 20 + drawn("day of " + url) % 160

    def answer(self, url):
        """(status, headers, body), or nothing at all."""
        fate, turned = self.fate(url), self.day >= self.turns(url)
        body = self.own[url][1] if url in self.own else self.page(url)
        if callable(body):
            body = body(turned)
        match fate:
            case "unreachable":
                return None
            case wall if wall in self.walls:
                case = self.wall(wall, url)
                return case.status, {}, case.body
            case "moved":
                return 301, {"Location": self.landing(url)}, b""
            case "moves" if turned:
                return 301, {"Location": self.landing(url)}, b""
            case "dies" if turned:
                case = self.wall("error", url)
                return (404 if drawn(url) % 3 else 410), {}, case.body
            case "dies softly" if turned:
                return 200, {}, self.wall("soft_404", url).body
            case "host dies" if turned:
                return None
            case "is away for a week" if turned and self.day < self.turns(url) + 7:
                return 503, {"Retry-After": "86400"}, b"<title>503</title><h1>Service Unavailable</h1>"
            case "is walled off" if turned:
                case = self.wall("bot_wall", url)
                return max(case.status, 403), {}, case.body
            case "changes" if turned:
                return 200, {}, self.page("other " + url)
            case "is edited" if turned:
                return 200, {}, body.replace(b"</p>", b" Corrected since.</p>", 1)
        return 200, {}, body

    def landing(self, url):
        at = urlsplit(url)
        new = f"{at.scheme}://{at.netloc}{LANDS}{drawn(url) % 10**9}"
        self.own[new] = "stays", self.page(url)
        return new

    def page(self, url):
        return self.good[drawn("page of " + url) % len(self.good)]

    def wall(self, kind, url):
        return self.walls[kind][drawn("wall of " + url) % len(self.walls[kind])]

    @contextlib.contextmanager
    def serving(self, hosts, folder):
        authority, contexts = certificates(sorted(hosts), folder)
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                web.asked += 1
                scheme = "https" if isinstance(self.request, ssl.SSLSocket) else "http"
                url = f"{scheme}://{self.headers['Host']}{self.path}"
                answer = web.answer(url)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads, request_queue_size = True, 128

            def finish_request(self, request, address):
                # In the clear or not, as the first byte says.
                request.settimeout(20)
                with contextlib.suppress(OSError):
                    if request.recv(1, socket.MSG_PEEK) == b"\x16":
                        request = contexts.wrap_socket(request, server_side=True)
                    self.RequestHandlerClass(request, address, self)

            def handle_error(self, *_):
                pass

        server = Server(("127.0.0.2", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield {
                "IBID_CAPTURE_CONNECT": f"*=127.0.0.2:{server.server_port}",
                "IBID_CAPTURE_ALLOW": "127.0.0.2/32",
                "IBID_CAPTURE_CA": str(authority),
                "IBID_BROWSER": "off",
            }
        finally:
            server.shutdown()
            server.server_close()


def plain(case):
    """Without what a page says of its own address: each stands at several here."""
    return re.sub(rb"(?i)<link[^>]*canonical[^>]*>|<meta[^>]*og:url[^>]*>|<base[^>]*>", b"", case.body)


A_CERTIFICATE = 80


def certificates(hosts, folder):
    """An authority of this run, and a context that has a certificate for each host."""
    folder.mkdir(parents=True, exist_ok=True)
    openssl = lambda *args: subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "800", "-subj", "/CN=Stand-in", "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "web.key")
    known = {}
    for n in range(0, len(hosts), A_CERTIFICATE):
        some = hosts[n : n + A_CERTIFICATE]
        (folder / "names").write_text("subjectAltName=" + ",".join(f"DNS:{host}" for host in some) + "\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-new", "-key", "web.key", "-subj", "/CN=Stand-in web", "-out", "web.csr")
        openssl("x509", "-req", "-in", "web.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "800", "-extfile", "names", "-out", f"web-{n}.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"web-{n}.pem", folder / "web.key")
        known |= dict.fromkeys(some, context)
    first = next(iter(known.values()))
    first.sni_callback = lambda connection, name, _: setattr(connection, "context", known.get((name or "").lower(), first))
    return folder / "ca.pem", first
