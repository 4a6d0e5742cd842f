//! `ministry.example`: a ministry that publishes releases, moves some, takes some back, and dresses its pages.

use super::{Answer, Asked, PIXEL};

pub(super) fn answer(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::page(
            "Ministry of Waterways",
            "<p>Latest: <a href=\"/releases/dredging\">Dredging of the outer basin</a></p>",
        ),
        "/releases/dredging" => release(
            "Dredging of the outer basin",
            "/releases/dredging",
            "<p>The Ministry of Waterways will dredge the outer basin between 4 May and 19 June. The fairway will be \
             narrowed to forty metres and vessels are asked to pass at no more than five knots.</p>\
             <p>“The basin has not been deepened since the breakwater was extended, and the ferries have felt it,” said \
             the under-secretary, Anna Moreau. “We will work at night only where the neighbours have agreed to it.”</p>\
             <p>The spoil will be used to raise the meadows behind the north dyke. The cost is 3.4 million crowns, of which \
             the port pays a third.</p>",
        ),
        "/releases/pumps" => release(
            "Answers to the council on the pumping station",
            "/releases/pumps",
            "<p>The second pump was started at half past nine. The gate was closed within forty minutes of the order.</p>\
             <p>We do not expect the station to be rebuilt before the inspection is finished. The inspection will begin on \
             Monday and its report will be public.</p>\
             <p>Nobody was asked to leave their house, and no street was closed on the night of the eleventh.</p>",
        ),
        "/releases/tide-tables" => release(
            "Tide tables for the coming year",
            "/releases/tide-tables",
            "<p>The tide tables for the coming year are available at every harbour office and in libraries along the coast. \
             They were computed from the gauges at Marsh End and at the lighthouse.</p>",
        ),
        // The printed address of a release that moved: the new one names itself.
        "/press/2026/dredging.html" => Answer::redirect(301, "/releases/dredging"),
        "/go/dredging" => Answer::redirect(302, "https://ministry.example/press/2026/dredging.html"),
        "/releases/withdrawn" => Answer::page(
            "Withdrawn",
            "<p>This release was withdrawn on 2 March and is no longer available.</p>",
        )
        .status(410),
        "/notice.txt" => Answer::new(
            200,
            "text/plain; charset=utf-8",
            "NOTICE TO MARINERS 14/26\n\nThe light on the north pier shows two flashes every ten seconds.\n",
        ),
        "/style.css" => Answer::new(
            200,
            "text/css",
            "body{font:1rem/1.5 serif} .crest{background:url(/crest.gif)} @import url(print.css);",
        ),
        "/print.css" => Answer::new(200, "text/css", "@media print{nav{display:none}}"),
        "/crest.gif" | "/basin.gif" => Answer::new(200, "image/gif", PIXEL),
        "/menu.js" => Answer::new(200, "text/javascript", "document.title = 'A script ran';"),
        "/robots.txt" => Answer::new(200, "text/plain", "User-agent: *\nDisallow: /intern/\n"),
        _ => Answer::not_found(),
    }
}

fn release(title: &str, path: &str, body: &str) -> Answer {
    Answer::html(format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>{title} | Ministry of Waterways</title>
<link rel="canonical" href="https://ministry.example{path}">
<meta property="og:title" content="{title}">
<meta property="og:site_name" content="Ministry of Waterways">
<meta property="og:type" content="article">
<meta property="og:image" content="https://ministry.example/basin.gif">
<meta property="article:published_time" content="2026-03-12T09:00:00+01:00">
<link rel="stylesheet" href="/style.css"><script src="/menu.js"></script>
</head><body>
<header class="crest"><nav><a href="/">Ministry</a> <a href="/releases">Releases</a></nav></header>
<main><article><h1>{title}</h1><p><time datetime="2026-03-12">12 March 2026</time></p>
<img src="/basin.gif" alt="The outer basin at low water">
{body}
</article></main>
<footer><p>Ministry of Waterways, Quay 1. We use cookies only to count visits.</p></footer>
<script>document.querySelector('h1').textContent = 'A script ran';</script>
</body></html>"#
    ))
    // Odd case on purpose: the record of what was sent keeps it.
    .header("X-Served-By", "quay-3")
    .header("eTag", "\"7-dredging\"")
    .gzipped()
}
