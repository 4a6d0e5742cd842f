//! Pages that only scripts fill: kept as a browser makes them, by a browser that gets at nothing and leaves nothing behind.

mod press;

use press::web::{Answer, PIXEL};
use press::{Post, Press, until_within};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};

/// A page takes seconds; a machine that has much to do, more.
const PATIENCE: Duration = Duration::from_secs(120);

/// A press with a browser; nothing where there is none.
async fn with_a_browser() -> Option<Press> {
    prepared(&[]).await
}

async fn prepared(settings: &[(&str, &str)]) -> Option<Press> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var("PATH").unwrap_or_default();
    let found = path.split(':').any(|folder| names.iter().any(|name| Path::new(folder).join(name).exists()));
    if !found {
        println!("skipped: no Chromium is installed; bin/test installs it");
        return None;
    }
    let mut press = Press::prepare().await.with("IBID_BROWSER", "");
    // By which its browsers are known.
    let folder = press.folder().join("tmp");
    std::fs::create_dir(&folder).expect("a folder");
    // They are run as somebody else where this is run by root.
    for (folder, mode) in [(press.folder(), 0o711), (&folder, 0o777)] {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(mode)).expect("a folder of ours");
    }
    press = press.with("TMPDIR", folder.to_str().expect("a path"));
    for (name, value) in settings {
        press = press.with(name, value);
    }
    Some(press.start().await)
}

/// The first source of a post that cites one page, once it was kept or could not be.
async fn cited(press: &Press, url: &str) -> (Post, Value) {
    let post =
        press.ida().publishes("The lamps", &format!("As [the log]({url}) has it, they are lit.")).await;
    let source = until_within(PATIENCE, "the source to be kept", async || {
        let sources =
            press.ida().api().get(&format!("/api/v1/posts/{}/sources", post.id)).await.is(200).json();
        let source = sources["items"][0].clone();
        if source["captures"][0].is_object() { Ok(source) } else { Err(source.to_string()) }
    })
    .await;
    (post, source)
}

/// A copy made now, as a command tells of it.
async fn captured(press: &Press, url: &str) -> Value {
    let ran = press.command(&["sources", "capture", "--json", url]).run().await;
    ran.json()["items"][0].clone()
}

fn newest(source: &Value) -> &Value {
    &source["captures"][0]
}

/// What a reader sees of a copy: the frame's document.
async fn frame(press: &Press, source: &Value) -> String {
    press.ida().settles("shown", "always").await;
    let path = press::path_of(newest(source)["url"].as_str().unwrap());
    press.reader().opens(&format!("{path}/page")).await.is(200).html()
}

const TALE: &str =
    "The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse.";

/// A page whose words come as data, and whose picture comes when it is looked at.
fn serves_a_log(press: &Press, host: &str) {
    let web = &press.web;
    let at = |path: &str| format!("https://{host}{path}");
    web.serves(
        &at("/log"),
        Answer::html(
            "<!doctype html><html lang=en><title>Log</title><body><noscript>You need to enable JavaScript to run this app.</noscript>\
             <div id=\"root\"></div><script src=\"/app.js\"></script></body></html>",
        ),
    );
    let script = r#"
        class Note extends HTMLElement { connectedCallback() { this.attachShadow({ mode: "open" }).innerHTML = "<p>A note in the shade.</p><slot></slot>"; } }
        customElements.define("x-note", Note);
        fetch("/data.json", { method: "GET" }).then((answer) => answer.json()).then((data) => {
            document.title = data.title;
            document.getElementById("root").innerHTML = `<main><h1>${data.title}</h1>` + data.said.map((said) => `<p>${said}</p>`).join("") +
                `<x-note><b>And one in the sun.</b></x-note><div style="height: 5000px"></div><img id="late" alt="A lamp"><canvas></canvas></main>`;
            const late = document.getElementById("late");
            new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) late.src = "/lamp.gif"; }).observe(late);
        });"#;
    web.serves(&at("/app.js"), Answer::new(200, "text/javascript", script));
    let data = json!({ "title": "Log of the lamplighter", "said": [TALE, "Nobody minds the rain."] });
    web.serves(&at("/data.json"), Answer::json(&data));
    web.serves(&at("/lamp.gif"), Answer::new(200, "image/gif", PIXEL));
}

#[tokio::test]
async fn a_page_that_scripts_fill_is_kept_with_its_words_and_pictures() {
    let Some(press) = with_a_browser().await else { return };
    serves_a_log(&press, "lamps.example");
    let (_, source) = cited(&press, "https://lamps.example/log").await;
    assert_eq!(
        (&newest(&source)["health"], &newest(&source)["provenance"]),
        (&json!("good"), &json!("rendered")),
        "{source}"
    );

    let page = frame(&press, &source).await;
    assert!(page.contains(TALE) && page.contains("A note in the shade."), "{page}");
    assert!(page.contains("<b>And one in the sun.</b>") && !page.contains("enable JavaScript"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    let picture = page
        .split("<img")
        .nth(1)
        .and_then(|img| img.split("src=\"").nth(1))
        .and_then(|src| src.split('"').next());
    let picture = press.reader().opens(picture.unwrap_or_else(|| panic!("no picture: {page}"))).await;
    assert_eq!(picture.is(200).body, PIXEL);

    // What was said on the wire is in the archive, requests and answers, beside what the browser made of it.
    let warc = archived(&press.data().join("files/captures"));
    for kept in [
        "GET /data.json HTTP/1.1\r\n",
        "WARC-Type: resource",
        "Nobody minds the rain.\"]",
        "GET /lamp.gif HTTP/1.1",
    ] {
        assert!(warc.contains(kept), "{kept} is not in the archive");
    }
    // It says who asks, and asks for nothing it cannot read.
    let asked = press.web.asked();
    let data = asked.iter().find(|asked| asked.path() == "/data.json").unwrap();
    assert!(
        data.header("user-agent").unwrap().contains("Ibid/")
            && !data.header("user-agent").unwrap().contains("Headless")
    );
    assert_eq!(data.header("accept-encoding"), Some("gzip, br"));
    assert!(asked.iter().all(|asked| asked.host == "lamps.example"), "{asked:#?}");
}

/// All records of all copies.
fn archived(folder: &Path) -> String {
    use std::io::Read;
    let mut records = String::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            records.push_str(&archived(&entry.path()));
            continue;
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(entry.path()).unwrap();
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        records.push_str(&String::from_utf8_lossy(&bytes));
    }
    records
}

#[tokio::test]
async fn what_a_host_needs_is_remembered_and_watched_and_can_be_settled_otherwise() {
    let Some(press) = with_a_browser().await else { return };
    serves_a_log(&press, "lamps.example");
    let sent = |press: &Press| press.web.times_asked("https://lamps.example/log");
    let (_, source) = cited(&press, "https://lamps.example/log").await;
    assert_eq!((newest(&source)["provenance"].as_str(), sent(&press)), (Some("rendered"), 2), "{source}");

    // Asked at once from now on, and not as it is sent first.
    let again = captured(&press, "https://lamps.example/log").await;
    assert_eq!((again["health"].as_str(), sent(&press)), (Some("good"), 3), "{again}");

    // A look with a browser finds nothing new, so that no copy is made.
    let id = again["id"].as_str().unwrap().to_owned();
    let looked = press.command(&["sources", "watch", "--json", &id]).run().await.json();
    assert_eq!((looked["items"][0]["health"].as_str(), sent(&press)), (Some("good"), 4), "{looked}");
    assert_eq!(looked["items"][0]["copy"], Value::Null, "{looked}");

    press.ida().settles("unrendered_hosts", "other.example lamps.example").await;
    let plain = captured(&press, "https://lamps.example/log").await;
    assert_eq!(plain["health"], "empty", "{plain}");
    press.ida().settles("unrendered_hosts", "").await;
    press.ida().settles("render", "never").await;
    assert_eq!(captured(&press, "https://lamps.example/log").await["health"], "empty");
}

#[tokio::test]
async fn a_browser_reaches_nothing_that_captures_may_not() {
    // Whoever listens here must not hear of it, under any name.
    let (victim, datagrams) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let (port, datagram_port) = (victim.local_addr().unwrap().port(), datagrams.local_addr().unwrap().port());
    let Some(mut press) = prepared(&[]).await else { return };
    press.is_stopped().await;
    // Names that lead to it, the second one as if it had been bound anew since it was looked up.
    let connect =
        format!("inner.example=127.0.0.1:{port},rebinding.example=127.0.0.1:{port},{}", press.web.connect());
    press.set("IBID_CAPTURE_CONNECT", &connect);
    press.starts().await;

    let script = format!(
        r#"
        const at = (host) => `http://${{host}}:{port}/secret`;
        const hosts = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "10.0.0.8", "192.168.1.1", "169.254.169.254", "[::ffff:127.0.0.1]", "inner.example"];
        const got = [];
        const tries = [];
        const add = (tag, told) => document.body.append(Object.assign(document.createElement(tag), told));
        for (const host of [...hosts.map(at), "http://inner.example/x", "https://inner.example/x", "http://127.0.0.1/x", "https://rebinding.example/x"]) {{
            tries.push(fetch(host, {{ mode: "no-cors" }}).then(async (answer) => {{ if (answer.type === "opaque" && answer.status) got.push(host); }}).catch(() => {{}}));
            add("img", {{ src: host + ".gif", onload: () => got.push("img " + host) }});
            add("iframe", {{ src: host + ".html" }});
        }}
        add("script", {{ src: at("127.0.0.1") + ".js" }});
        add("link", {{ rel: "preconnect", href: at("127.0.0.1") }});
        add("link", {{ rel: "dns-prefetch", href: at("inner.example") }});
        add("iframe", {{ src: "file:///etc/passwd" }});
        add("iframe", {{ src: "/redirects" }});
        for (const socket of ["ws://127.0.0.1:{port}/", "ws://inner.example/", "wss://outside.example/socket"]) {{
            tries.push(new Promise((done) => {{ const it = new WebSocket(socket); it.onopen = () => {{ got.push(socket); done(); }}; it.onerror = it.onclose = done; }}).catch(() => {{}}));
        }}
        navigator.sendBeacon(at("127.0.0.1"), "x");
        tries.push(new Promise((done) => {{ const events = new EventSource(at("127.0.0.1")); events.onerror = events.onmessage = done; }}));
        tries.push((async () => {{
            const peer = new RTCPeerConnection({{ iceServers: [{{ urls: "stun:127.0.0.1:{datagram_port}" }}, {{ urls: "turn:127.0.0.1:{port}?transport=tcp", username: "a", credential: "b" }}] }});
            peer.createDataChannel("x"); await peer.setLocalDescription(await peer.createOffer());
        }})().catch(() => {{}}));
        try {{ tries.push(new WebTransport("https://127.0.0.1:{datagram_port}/").ready.catch(() => {{}})); }} catch {{}}
        const patience = new Promise((done) => setTimeout(done, 3000));
        Promise.race([Promise.all(tries), patience]).then(() => {{
            document.getElementById("root").textContent = "{TALE} What was reached: " + (got.join(" ") || "nothing at all") + ".";
        }});"#
    );
    let page = format!(
        "<!doctype html><html lang=en><title>Reaching out</title><div id=\"root\"></div><script>{script}</script>"
    );
    press.web.serves("https://reaching.example/", Answer::html(page));
    press.web.serves(
        "https://reaching.example/redirects",
        Answer::redirect(302, &format!("http://127.0.0.1:{port}/secret")),
    );

    let (_, source) = cited(&press, "https://reaching.example/").await;
    assert_eq!(newest(&source)["provenance"], "rendered", "{source}");
    let shown = frame(&press, &source).await;
    assert!(shown.contains("What was reached: nothing at all."), "{shown}");
    // Connections would wait here by now, datagrams too.
    let knocked = tokio::time::timeout(Duration::from_millis(50), victim.accept()).await;
    assert!(knocked.is_err(), "somebody was connected to: {knocked:?}");
    let mut bytes = [0; 2048];
    let sent = tokio::time::timeout(Duration::from_millis(50), datagrams.recv_from(&mut bytes)).await;
    assert!(sent.is_err(), "a datagram came: {sent:?}");
    assert!(!press.web.asked().iter().any(|asked| asked.path() == "/socket"), "a web socket was opened");
}

#[tokio::test]
async fn a_bad_certificate_is_as_bad_in_a_browser() {
    let Some(press) = prepared(&[]).await else { return };
    press.ida().settles("render", "always").await;
    let told = captured(&press, "https://expired.example/").await;
    assert_eq!(told["health"], "unreachable", "{told}");
    let why = told["why"].as_str().unwrap();
    assert_eq!(why.matches("The server's certificate is bad: it has expired.").count(), 2, "{why}");

    // Nor does a page get at what stands behind one.
    let script = r#"fetch("https://wrong-name.example/data").then(() => "read", () => "not read").then((how) => {
        document.getElementById("root").textContent = "The lamps along the quay are lit by hand, and what stands behind a bad certificate is " + how + "."; });"#;
    press.web.serves(
        "https://wrong-name.example/data",
        Answer::new(200, "text/plain", "secret").header("Access-Control-Allow-Origin", "*"),
    );
    press.web.serves(
        "https://lamps.example/",
        Answer::html(format!("<!doctype html><title>x</title><div id=root></div><script>{script}</script>")),
    );
    let (_, source) = cited(&press, "https://lamps.example/").await;
    assert!(frame(&press, &source).await.contains("a bad certificate is not read."), "{source}");
    assert_eq!(press.web.times_asked("https://wrong-name.example/data"), 0);
}

#[tokio::test]
async fn pages_that_never_end_end_in_time_and_the_copy_says_so() {
    let Some(press) = prepared(&[]).await else { return };
    let empty = |script: &str| {
        Answer::html(format!(
            "<!doctype html><html lang=en><title>x</title><div id=\"root\"></div><script>{script}</script>"
        ))
    };
    let web = &press.web;
    web.serves(
        "https://endless.example/spins",
        empty("addEventListener('load', () => setTimeout(() => { for (;;); }, 200));"),
    );
    web.serves(
        "https://endless.example/eats",
        empty("const all = []; for (;;) all.push(new Array(4e6).fill(Math.random()));"),
    );
    let asks = format!(
        "let n = 0; document.getElementById('root').textContent = '{TALE}'; setInterval(() => {{ fetch('/again?' + n++); confirm('Stay?'); }}, 100);"
    );
    web.serves("https://endless.example/asks", empty(&asks));
    for (path, expected) in [
        ("spins", "The browser did not answer: the page's scripts never pause."),
        ("eats", "The page crashed the browser."),
    ] {
        let told = captured(&press, &format!("https://endless.example/{path}")).await;
        assert_eq!(told["health"], "empty", "{told}");
        assert!(told["why"].as_str().unwrap().ends_with(expected), "{told}");
        assert_eq!(browsers_of(&press), Vec::<String>::new());
    }
    // What has words by then is kept, restless as it is.
    let told = captured(&press, "https://endless.example/asks").await;
    assert_eq!(told["health"], "good", "{told}");
}

#[tokio::test]
async fn a_killed_server_leaves_no_browser_behind() {
    let Some(mut press) = prepared(&[]).await else { return };
    let waits = "<!doctype html><title>x</title><div id=root></div><script src=/never.js></script>";
    press.web.serves("https://waiting.example/", Answer::html(waits));
    press.web.serves("https://waiting.example/never.js", Answer::silent());
    press.ida().publishes("Waiting", "As [the log](https://waiting.example/) has it.").await;
    until_within(PATIENCE, "the browser to wait for its script", async || {
        match press.web.times_asked("https://waiting.example/never.js") {
            0 => Err("not asked for yet".into()),
            _ => Ok(()),
        }
    })
    .await;
    assert!(!browsers_of(&press).is_empty());
    press.is_killed().await;
    until_within(PATIENCE, "nothing to be left of it", async || {
        let left = browsers_of(&press);
        if left.is_empty() { Ok(()) } else { Err(left.join("\n")) }
    })
    .await;
}

/// Processes of browsers that this press started, by the folder they were given.
fn browsers_of(press: &Press) -> Vec<String> {
    let own = press.folder().display().to_string();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let said = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    said.map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
        .filter(|said| said.contains("ibid-browser-") && said.contains(&own))
        .collect()
}
