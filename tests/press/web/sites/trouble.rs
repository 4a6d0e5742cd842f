//! `trouble.example`: one address for each way in which a server can be slow, broken, lying or shut. Any other unknown host, such as
//! `dead.example`, answers as it does.

use super::{Answer, Asked};

pub(super) fn answer(asked: &Asked) -> Answer {
    match asked.path() {
        // Slow and endless.
        "/slow" => Answer::page("Slow", "<p>This sentence arrives, and the next one takes for ever: ").drip(),
        "/silent" => Answer::silent(),
        "/endless" => Answer::html("<p>The tide comes in and goes out again and nobody counts the hours of it.</p>".repeat(200)).endless(),
        "/too-large" => Answer::page("Large", &"<p>Every gauge of every hour of a hundred years.</p>".repeat(500_000)),
        "/bomb" => Answer::html("").sent_as_gzip(bomb()),

        // Broken.
        "/cut" => Answer::raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4000\r\n\r\n<h1>Cut</h1><p>This is all that".to_vec()),
        "/longer-than-said" => Answer::raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 22\r\n\r\n<p>The lock is open.</p><p>And more that nobody was promised.</p>".to_vec()),
        "/bad-chunks" => Answer::raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<p>No number.</p>\r\n0\r\n\r\n".to_vec()),
        "/good-chunks" => Answer::raw(chunked(&[
            "<title>Chunks</title><p>The lock was ope",
            "ned before sunrise and closed after the last ",
            "boat.</p>",
        ])),
        "/garbage" => Answer::raw(b"\x00\x01\x02 HELLO THERE\r\n\r\n".to_vec()),
        "/nothing" => Answer::raw(Vec::new()),
        "/huge-headers" => Answer::page("Huge headers", "<p>Small body.</p>").header("X-Weight", &"x".repeat(2_000_000)),
        "/many-headers" => (0..5_000).fold(Answer::page("Many headers", "<p>Small body.</p>"), |answer, n| {
            answer.header(&format!("X-{n}"), "1")
        }),

        // Lying.
        "/wrong-charset" => Answer::new(
            200,
            "text/html; charset=iso-8859-1",
            "<!doctype html><meta charset=utf-8><title>Charsets</title><p>Der Müller läßt das Mühlrad über Nacht laufen, und die Fähre fährt früh.</p>",
        ),
        "/old-charset" => Answer::new(
            200,
            "text/html; charset=windows-1252",
            b"<!doctype html><title>Old</title><p>The caf\xe9 on the quay is \x93open as usual\x94 until the first frost of the year.</p>".to_vec(),
        ),
        "/wrong-type" => Answer::new(
            200,
            "image/png",
            "<!doctype html><html><head><title>A picture, it says</title></head><body><p>This is a page of words and not a picture.</p></body></html>",
        ),
        "/split-header" => Answer::page("Split", "<p>The lamps are lit along the quay at dusk.</p>")
            .header("X-Note", "one\r\nSet-Cookie: session=stolen; Path=/")
            .header("Location", "javascript:alert(1)"),
        "/soft-404" => Answer::page(
            "Page not found | Trouble",
            "<p>Sorry, the page you are looking for could not be found. It may have been moved or deleted.</p>",
        ),
        "/empty" => Answer::html(""),
        "/shell" => Answer::html("<!doctype html><title>App</title><div id=root></div><script src=/app.js></script><noscript>You need to enable JavaScript to run this app.</noscript>"),

        // Shut.
        "/404" => Answer::not_found(),
        "/410" => Answer::page("Gone", "<p>This page has been removed for good.</p>").status(410),
        "/401" => Answer::page("Authorisation required", "<p>Please sign in.</p>").status(401).header("WWW-Authenticate", "Basic realm=\"quay\""),
        "/403" => Answer::page("Forbidden", "<p>You do not have access to this page.</p>").status(403),
        "/429" => Answer::page("Too many requests", "<p>Come back later.</p>").status(429).header("Retry-After", "120"),
        "/500" => Answer::page("Error", "<p>Something went wrong.</p>").status(500),
        "/503" => Answer::page("Maintenance", "<p>We are repairing the server.</p>").status(503),
        "/bot-wall" => Answer::html(
            "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title><meta name=\"robots\" content=\"noindex,nofollow\"></head>\
             <body><noscript><span id=\"challenge-error-text\">Enable JavaScript and cookies to continue</span></noscript>\
             <script>window._cf_chl_opt={cvId:'3'};</script><script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1\"></script></body></html>",
        )
        .status(403)
        .header("Server", "cloudflare")
        .header("cf-mitigated", "challenge"),
        "/bot-wall-200" => Answer::page(
            "Checking your browser",
            "<p>Please verify you are a human. Press and hold the button to confirm you are not a robot.</p><div class=\"g-recaptcha\"></div>",
        ),
        "/cookie-wall" => Answer::page(
            "Before you continue",
            "<form action=\"/consent\"><p>We value your privacy. We and our 812 partners store and access information on a device. \
             Accept all cookies to continue to the article.</p><button>Accept all</button><button>Manage options</button></form>",
        ),
        "/paywall" => Answer::html(
            "<!doctype html><html lang=\"en\"><head><title>The harbour’s accounts</title>\
             <script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":false,\"hasPart\":{\"@type\":\"WebPageElement\",\"isAccessibleForFree\":false,\"cssSelector\":\".paywall\"}}</script></head>\
             <body><article><h1>The harbour’s accounts</h1><p>The port closed the year with a surplus.</p>\
             <div class=\"paywall\"><p>Subscribe to continue reading. Already a subscriber? Sign in.</p></div></article></body></html>",
        ),
        "/login" => Answer::redirect(302, "/sign-in?next=%2Flogin"),
        "/sign-in" => Answer::page(
            "Log in",
            "<form method=post><label>E-mail <input name=email></label><label>Password <input type=password name=password></label><button>Log in</button></form>",
        ),

        // Elsewhere.
        "/301" => Answer::redirect(301, "https://library.example/reading-room"),
        "/302" => Answer::redirect(302, "https://library.example/reading-room"),
        "/307" => Answer::redirect(307, "https://library.example/reading-room"),
        "/308" => Answer::redirect(308, "https://library.example/reading-room"),
        "/loop" => Answer::redirect(302, "/loop-back"),
        "/loop-back" => Answer::redirect(302, "/loop"),
        "/itself" => Answer::redirect(301, "/itself"),
        "/far" => Answer::redirect(302, &format!("/far?n={}", asked.query("n").and_then(|n| n.parse().ok()).unwrap_or(0) + 1)),
        "/no-location" => Answer::html("<p>Somewhere else.</p>").status(302),
        "/to-loopback" => Answer::redirect(302, "http://127.0.0.1/admin"),
        "/to-metadata" => Answer::redirect(302, "http://169.254.169.254/latest/meta-data/"),
        "/to-ipv6" => Answer::redirect(302, "http://[::1]/"),
        "/to-mapped" => Answer::redirect(302, "http://[::ffff:127.0.0.1]/"),
        "/to-decimal" => Answer::redirect(302, "http://2130706433/"),
        "/to-private" => Answer::redirect(302, "http://10.0.0.8/router"),
        "/to-file" => Answer::redirect(302, "file:///etc/passwd"),
        "/to-script" => Answer::redirect(302, "javascript:alert(1)"),
        "/to-port" => Answer::redirect(302, "http://127.0.0.1:22/"),
        "/to-password" => Answer::redirect(302, "https://user:secret@library.example/reading-room"),
        _ => Answer::not_found(),
    }
}

/// About 200 KB of gzip that unfold to 200 MB: one block of a megabyte, 200 times. Its check sum is never reached.
fn bomb() -> Vec<u8> {
    let mut block = Vec::with_capacity(64 * 1024);
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    deflate
        .compress_vec(&vec![b' '; 1024 * 1024], &mut block, flate2::FlushCompress::Full)
        .expect("room for it");
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    bytes.extend(block.repeat(200));
    bytes.extend([3, 0]);
    bytes.extend([0; 8]);
    bytes
}

/// Chunks whose header and lengths are written in an odd but lawful case.
fn chunked(parts: &[&str]) -> Vec<u8> {
    let mut text =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\ntransfer-ENCODING: chunked\r\n\r\n"
            .to_owned();
    for part in parts {
        text.push_str(&format!("{:X};note=tide\r\n{part}\r\n", part.len()));
    }
    text.push_str("0\r\n\r\n");
    text.into_bytes()
}
