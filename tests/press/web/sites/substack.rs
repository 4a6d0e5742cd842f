//! `tidenotes.substack.com`: a newsletter with its home (which changes all the time), feed, an open post and one for subscribers.

use super::{Answer, Asked, PIXEL};

const SLACK_HOUR: &str = "<p>Twice a day, for a quarter of an hour, the river does nothing at all. The pilots call it the slack hour, though \
nobody has ever seen it last that long.</p>\
<p>“You learn to hear it,” a lock-keeper told me. “The rope stops asking.”</p>\
<p>I have kept a notebook of these pauses since September, and they are never where the table puts them.</p>";

pub(super) fn answer(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => home(asked.before),
        "/feed" => feed(),
        "/p/the-slack-hour" => post("The slack hour", "/p/the-slack-hour", SLACK_HOUR, true),
        "/p/for-subscribers" => post(
            "The keeper’s second notebook",
            "/p/for-subscribers",
            "<p>The second notebook begins in the week the ice came down.</p>",
            false,
        ),
        "/picture.gif" => Answer::new(200, "image/gif", PIXEL),
        _ => Answer::not_found(),
    }
}

fn home(asked_before: usize) -> Answer {
    Answer::html(format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Tide Notes | Substack</title>
<meta property="og:title" content="Tide Notes"><meta property="og:type" content="website"><meta name="generator" content="Substack">
<link rel="alternate" type="application/rss+xml" href="/feed" title="Tide Notes"></head>
<body><div id="entry"><h1>Tide Notes</h1><p>Letters from the estuary. Edition {}.</p>
<a href="/p/the-slack-hour">The slack hour</a> <a href="/p/for-subscribers">The keeper’s second notebook</a></div></body></html>"#,
        asked_before + 1
    ))
}

fn feed() -> Answer {
    Answer::new(
        200,
        "application/xml; charset=utf-8",
        r#"<?xml version="1.0" encoding="UTF-8"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"><channel>
<title><![CDATA[Tide Notes]]></title><link>https://tidenotes.substack.com</link><generator>Substack</generator>
<item><title><![CDATA[The slack hour]]></title><link>https://tidenotes.substack.com/p/the-slack-hour</link><guid isPermaLink="false">https://tidenotes.substack.com/p/the-slack-hour</guid><pubDate>Sun, 01 Mar 2026 07:00:00 GMT</pubDate></item>
<item><title><![CDATA[The keeper’s second notebook]]></title><link>https://tidenotes.substack.com/p/for-subscribers</link><guid isPermaLink="false">https://tidenotes.substack.com/p/for-subscribers</guid><pubDate>Sun, 22 Feb 2026 07:00:00 GMT</pubDate></item>
</channel></rss>"#,
    )
}

fn post(title: &str, path: &str, body: &str, open: bool) -> Answer {
    let wall = match open {
        true => "",
        false => {
            r#"<div data-testid="paywall" class="paywall"><h2 class="paywall-title">This post is for paid subscribers</h2>
<a class="button" href="/subscribe?simple=true">Subscribe</a><div class="paywall-login">Already a paid subscriber? <a href="/sign-in">Sign in</a></div></div>"#
        }
    };
    Answer::html(format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} - by Karin Holt - Tide Notes</title>
<link rel="canonical" href="https://tidenotes.substack.com{path}"><meta name="author" content="Karin Holt"><meta name="generator" content="Substack">
<meta property="og:title" content="{title}"><meta property="og:type" content="article"><meta property="og:image" content="https://tidenotes.substack.com/picture.gif">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}","datePublished":"2026-03-01T07:00:00+00:00","isAccessibleForFree":{open}}}</script></head>
<body><div id="entry"><div class="navbar"><a href="/">Tide Notes</a><button>Subscribe</button><a href="/sign-in">Sign in</a></div>
<article class="typography newsletter-post post"><div class="post-header"><h1 class="post-title published">{title}</h1></div>
<div class="available-content"><div dir="auto" class="body markup">{body}</div></div>{wall}</article>
<div class="comments-section"><h4>Discussion about this post</h4><p>Comments: I heard it too, at the mill.</p></div></div></body></html>"#
    ))
}
