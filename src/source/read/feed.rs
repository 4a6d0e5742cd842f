//! The newest pieces that a feed names: RSS or Atom.

use super::{Fetched, about, date};
use crate::source::Piece;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

/// More than this is no list to choose from.
const MOST: usize = 50;
/// Elements open at once.
const DEEPEST: usize = 64;

/// In the feed's order. A broken feed gives what stands before the break.
pub fn latest(feed: &Fetched) -> Vec<Piece> {
    let (text, _) = feed.text();
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    (config.check_end_names, config.allow_dangling_amp, config.expand_empty_elements) = (false, true, true);
    let (mut pieces, mut open) = (Vec::new(), Vec::new());
    let mut piece: Option<Found> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if open.len() < DEEPEST => {
                let name = local(&tag);
                if matches!(name.as_str(), "item" | "entry") {
                    piece = Some(Found::default());
                } else if let (Some(piece), "link") = (&mut piece, name.as_str()) {
                    piece.atom_link(&tag);
                }
                open.push(name);
            }
            Ok(Event::End(_)) => {
                let closed = open.pop().unwrap_or_default();
                if matches!(closed.as_str(), "item" | "entry")
                    && let Some(found) = piece.take()
                {
                    pieces.extend(found.into_piece(&feed.url));
                }
            }
            Ok(Event::Text(text)) => write(&mut piece, &open, &text),
            Ok(Event::CData(text)) => write(&mut piece, &open, &text),
            Ok(Event::GeneralRef(name)) => {
                write(&mut piece, &open, &about::unescaped(&format!("&{};", &*name)));
            }
            Ok(Event::Eof) | Err(_) => return pieces,
            Ok(_) => {}
        }
        if pieces.len() >= MOST || open.len() >= DEEPEST {
            return pieces;
        }
    }
}

#[derive(Default)]
struct Found {
    title: String,
    link: String,
    date: String,
}

impl Found {
    fn atom_link(&mut self, tag: &BytesStart) {
        let attr = |name: &str| {
            let found = tag.try_get_attribute(name).ok().flatten()?;
            Some(found.value.into_owned())
        };
        if self.link.is_empty() && attr("rel").is_none_or(|rel| rel == "alternate") {
            self.link = attr("href").map(|href| about::unescaped(&href)).unwrap_or_default();
        }
    }

    fn into_piece(self, feed: &str) -> Option<Piece> {
        let url =
            Url::parse(feed).ok()?.join(self.link.trim()).ok().filter(|_| !self.link.trim().is_empty())?;
        let title = about::line(&about::unescaped(&self.title), 300);
        let web = matches!(url.scheme(), "http" | "https");
        web.then(|| Piece { title, url: url.into(), date: date::iso(&self.date) })
    }
}

fn write(piece: &mut Option<Found>, open: &[String], words: &str) {
    let (Some(piece), [.., parent, name]) = (piece, open) else { return };
    if !matches!(parent.as_str(), "item" | "entry") {
        return;
    }
    match name.as_str() {
        "title" => piece.title.push_str(words),
        "link" => piece.link.push_str(words),
        "pubDate" | "published" | "date" => piece.date.push_str(words),
        "updated" if piece.date.is_empty() => piece.date.push_str(words),
        _ => {}
    }
}

fn local(tag: &BytesStart) -> String {
    tag.local_name().as_ref().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(feed: &str, expected: &[(&str, &str, &str)]) {
        let fetched = Fetched {
            url: "https://tides.example/feed".into(),
            status: 200,
            headers: vec![("Content-Type".into(), "application/xml".into())],
            body: feed.into(),
        };
        let found = latest(&fetched);
        let found: Vec<_> =
            found.iter().map(|p| (p.title.as_str(), p.url.as_str(), p.date.as_str())).collect();
        assert_eq!(found, expected, "{feed}");
    }

    #[test]
    fn both_kinds_of_feed_name_their_pieces() {
        check(
            "<rss><channel><title>Tides</title><link>https://tides.example</link><item><title><![CDATA[Ebb & flow]]></title>\
             <link>https://tides.example/p/ebb</link><pubDate>Sun, 01 Mar 2026 07:00:00 GMT</pubDate></item>\
             <item><title>Slack &amp;amp; spring</title><link>/p/slack?a=1&amp;b=2</link></item><item><title>No link</title></item></channel></rss>",
            &[
                ("Ebb & flow", "https://tides.example/p/ebb", "2026-03-01T07:00:00+00:00"),
                ("Slack & spring", "https://tides.example/p/slack?a=1&b=2", ""),
            ],
        );
        check(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Neap</title><link rel='self' href='/no'/><link href='/p/neap'/>\
             <updated>2026-03-02T07:00:00Z</updated><author><title>no</title></author></entry><entry><title>Cut",
            &[("Neap", "https://tides.example/p/neap", "2026-03-02T07:00:00Z")],
        );
        check("", &[]);
        check("<item><title>x</title><link>javascript:x</link></item>", &[]);
    }
}
