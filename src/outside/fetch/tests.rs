//! Servers that misbehave, each on a port of its own.

use super::*;
use crate::config::Connect;
use std::sync::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// What a server says to one connection, in parts; after the last it hangs up, unless it goes on for ever.
#[derive(Clone)]
enum Says {
    Once(Vec<u8>),
    /// Then these bytes again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Then nothing, without hanging up.
    Silence(Vec<u8>),
    ByTarget(fn(&str) -> Vec<u8>),
}

struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(says: Says) -> Server {
        Server::start_with(says, None).await
    }

    async fn start_with(says: Says, tls: Option<tokio_rustls::TlsAcceptor>) -> Server {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let noted = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (says, noted, tls) = (says.clone(), noted.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, says, &noted).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                answer(stream, says, &noted).await;
                            }
                        }
                    }
                });
            }
        });
        Server { address, asked }
    }

    fn door(&self, authority: Option<String>) -> Door {
        let settings = Capture {
            allow: vec!["127.0.0.2/32".parse().unwrap()],
            connect: vec![Connect { host: None, port: None, to: self.address }],
            authority: authority.map(String::into_bytes),
        };
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Door::open(&settings, "https://gazette.example", Clock::default()).unwrap()
    }

    async fn follow(&self, url: &str) -> Vec<Exchange> {
        let limits = Limits { record: 100_000, capture: 300_000, time: Duration::from_millis(400) };
        self.door(None).follow(&Url::parse(url).unwrap(), Wanted::Page, &Budget::new(limits)).await
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, says: Says, asked: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let request = String::from_utf8(request).unwrap();
    let target = request.split(' ').nth(1).unwrap().to_owned();
    asked.lock().unwrap().push(request);
    let _ = match says {
        Says::Once(bytes) => stream.write_all(&bytes).await,
        Says::ByTarget(answer) => stream.write_all(&answer(&target)).await,
        Says::Endless(head, again) => {
            let mut written = stream.write_all(&head).await;
            while written.is_ok() {
                written = stream.write_all(&again).await;
            }
            written
        }
        Says::Silence(bytes) => {
            let _ = stream.write_all(&bytes).await;
            // Until the other side gives up.
            stream.read_u8().await.map(drop)
        }
    };
    let _ = stream.shutdown().await;
}

/// Status and body as understood, or the failure; and how many bytes were kept.
async fn check(says: Says, expect: &str) -> Exchange {
    let server = Server::start(says).await;
    let exchange = server.follow("http://quay.example/tides?day=2").await.pop().unwrap();
    let said = match (&exchange.outcome, exchange.answer()) {
        (Ok(()), Some(answer)) => {
            let content = answer.message.content(UNPACKED).unwrap();
            format!("{} {}", answer.status, String::from_utf8_lossy(&content.bytes))
        }
        (Ok(()), None) => "no answer and no failure".into(),
        (Err(failure), _) => failure.to_string(),
    };
    assert_eq!(said, expect);
    exchange
}

fn once(bytes: &str) -> Says {
    Says::Once(bytes.as_bytes().to_vec())
}

#[tokio::test]
async fn the_exact_bytes_are_kept() {
    let wire = "HTTP/1.1 200 Fine\r\nX-TIDE: high\r\ncontent-TYPE: text/html\r\nTransfer-encoding: chunked\r\n\r\n4\r\nhigh\r\n5;x=y\r\n tide\r\n0\r\n\r\n";
    let server = Server::start(once(wire)).await;
    let exchange = server.follow("http://quay.example/tides?day=2#noon").await.pop().unwrap();
    assert_eq!(String::from_utf8_lossy(&exchange.response), wire);
    assert_eq!(exchange.outcome, Ok(()));
    assert_eq!(exchange.url.as_str(), "http://quay.example/tides?day=2");
    assert_eq!(exchange.address, Some(server.address.ip()));
    let request = String::from_utf8(exchange.request.clone()).unwrap();
    assert!(
        request.starts_with(
            "GET /tides?day=2 HTTP/1.1\r\nHost: quay.example\r\nUser-Agent: Mozilla/5.0 (compatible; Ibid/"
        ),
        "{request}"
    );
    assert!(
        request.contains("+https://gazette.example/sources)\r\n")
            && request.contains("Accept-Encoding: gzip, br\r\n"),
        "{request}"
    );
    assert_eq!(*server.asked.lock().unwrap(), [request]);
}

#[tokio::test]
async fn answers_end_where_they_say() {
    check(once("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhigh tide"), "200 high").await;
    check(once("HTTP/1.0 200 OK\r\n\r\nhigh tide"), "200 high tide").await;
    check(once("HTTP/1.1 200 OK\nContent-Length: 4\n\nhigh"), "200 high").await;
    check(
        once("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhigh"),
        "200 high",
    )
    .await;
    let kept = check(once("HTTP/1.1 204 No Content\r\n\r\n"), "204 ").await;
    assert_eq!(kept.response, b"HTTP/1.1 204 No Content\r\n\r\n");
}

#[tokio::test]
async fn broken_servers_are_facts() {
    check(once(""), "The server broke off: it hung up without a word.").await;
    let cut = once("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\nhigh");
    let kept = check(cut, "The server broke off: it hung up before the end of its answer.").await;
    assert!(kept.response.ends_with(b"\r\n\r\nhigh"), "what came is kept");
    check(
        once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhigh\r\n"),
        "The server broke off: it hung up before the end of its answer.",
    )
    .await;
    check(
        once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhigh\r\n0\r\n\r\n"),
        "The server's answer makes no sense: its parts do not fit together.",
    )
    .await;
    check(
        once("220 harbour.example ESMTP\r\n\r\n"),
        "The server's answer makes no sense: the block does not start with an HTTP status line but with \"220 harbour.example ESMTP\".",
    )
    .await;
    let headers: String = (0..5000).map(|n| format!("X-{n}: 1\r\n")).collect();
    check(
        once(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n")),
        "The server's answer makes no sense: its headers are larger than any server's should be.",
    )
    .await;
}

#[tokio::test]
async fn endless_and_silent_servers_are_left() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let kept =
        check(Says::Endless(head.clone(), b"tide ".repeat(1000)), "The answer is larger than what is kept.")
            .await;
    assert!((1..=100_000).contains(&kept.response.len()));
    assert_eq!(kept.outcome.unwrap_err().truncated(), Some(Truncated::Length));
    let endless_header = Says::Endless(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), b"x".repeat(1000));
    let kept = check(endless_header, "The answer is larger than what is kept.").await;
    assert!(kept.answer().is_none());
    check(Says::Silence(head), "The server took too long: it was not done after 0 seconds.").await;
    check(Says::Silence(Vec::new()), "The server took too long: it was not done after 0 seconds.").await;
}

#[tokio::test]
async fn one_capture_has_one_purse() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let page = Says::Once([head, b"x".repeat(40_000)].concat());
    let server = Server::start(page).await;
    let (door, url) = (server.door(None), Url::parse("http://quay.example/").unwrap());
    let budget = Budget::new(Limits { capture: 100_000, ..Limits::default() });
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(door.get(&url, Wanted::Page, &budget).await.outcome);
    }
    assert_eq!(outcomes, [Ok(()), Ok(()), Err(Failure::TooLarge)]);
    assert!(budget.is_spent());
}

#[tokio::test]
async fn redirects_are_followed_and_each_is_checked() {
    fn moved(to: &str) -> Vec<u8> {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes()
    }
    let server = Server::start(Says::ByTarget(|target| match target {
        "/1" => moved("/2?x#y"),
        "/2?x" => moved("http://lighthouse.example/3"),
        "/loop" => moved("/loop-back"),
        "/loop-back" => moved("/loop"),
        "/none" => b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "/inner" => moved("http://169.254.169.254/latest/meta-data/"),
        "/script" => moved("javascript:alert(1)"),
        "/nowhere" => moved("http://["),
        "/secret" => moved("http://ida:secret@quay.example/"),
        far if far.starts_with("/far") => moved(&format!("{far}r")),
        _ => b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhigh".to_vec(),
    }))
    .await;
    for (from, end, steps, expect) in [
        ("1", "http://lighthouse.example/3", 3, "fine"),
        ("none", "http://quay.example/none", 1, "fine"),
        (
            "loop",
            "http://quay.example/loop-back",
            2,
            "The server sends us in circles: it leads back to http://quay.example/loop.",
        ),
        (
            "far",
            "http://quay.example/farrrrrrrrrrr",
            11,
            "The server sends us in circles: more than 10 redirects.",
        ),
        (
            "inner",
            "http://169.254.169.254/latest/meta-data/",
            2,
            "Our guard refused it: 169.254.169.254 is at 169.254.169.254, a link-local address, where clouds keep their secrets.",
        ),
        (
            "script",
            "javascript:alert(1)",
            2,
            "Our guard refused it: only http and https addresses are kept, and this is javascript:.",
        ),
        (
            "secret",
            "http://ida:secret@quay.example/",
            2,
            "Our guard refused it: the address carries a name and a password.",
        ),
        (
            "nowhere",
            "http://quay.example/nowhere",
            1,
            "The server sends us in circles: it leads to “http://[”, which is no address (invalid IPv6 address).",
        ),
    ] {
        let exchanges = server.follow(&format!("http://quay.example/{from}")).await;
        let last = exchanges.last().unwrap();
        let said = last.outcome.as_ref().map_or_else(ToString::to_string, |()| "fine".into());
        assert_eq!((last.url.as_str(), exchanges.len(), said.as_str()), (end, steps, expect));
    }
}

#[tokio::test]
async fn a_bad_certificate_is_a_fact_of_its_own() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(vec!["quay.example".into()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let tls = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let fine = once("HTTP/1.1 200 OK\r\n\r\nhigh");
    let server = Server::start_with(fine, Some(Arc::new(tls).into())).await;
    let budget = Budget::new(Limits::default());
    for (authority, url, expect) in [
        (None, "https://quay.example/", Err("The server's certificate is bad: nobody known vouches for it.")),
        (
            Some(made.cert.pem()),
            "https://lighthouse.example/",
            Err("The server's certificate is bad: it is for another host."),
        ),
        (Some(made.cert.pem()), "https://quay.example/", Ok(())),
        (
            None,
            "http://quay.example/",
            Err(
                "The server's answer makes no sense: the block does not start with an HTTP status line but with \"\\u{15}\\u{3}\\u{3}\\0\\u{2}\\u{2}2\".",
            ),
        ),
    ] {
        let exchange = server.door(authority).get(&Url::parse(url).unwrap(), Wanted::Page, &budget).await;
        // What stands behind a bad certificate is kept, and not believed.
        assert_eq!(exchange.response.ends_with(b"high"), url.starts_with("https"), "{url}");
        assert_eq!(exchange.outcome.map_err(|e| e.to_string()), expect.map_err(str::to_owned));
    }
}

#[tokio::test]
async fn nobody_home() {
    let server = Server::start(once("")).await;
    let mut door = server.door(None);
    let free = TcpListener::bind("127.0.0.2:0").await.unwrap().local_addr().unwrap();
    door.guard = Guard::new(&Capture {
        allow: vec!["127.0.0.2/32".parse().unwrap()],
        connect: vec![Connect { host: None, port: None, to: free }],
        authority: None,
    });
    let url = Url::parse("http://quay.example/").unwrap();
    let exchange = door.get(&url, Wanted::Page, &Budget::new(Limits::default())).await;
    assert!(matches!(exchange.outcome, Err(Failure::NoConnection(_))), "{:?}", exchange.outcome);
}
