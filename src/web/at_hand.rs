//! Pages that one thread has at hand, written out as they go over the wire: an answer is one stretch of memory, head and body,
//! in which only the date changes. What threads share is counted whenever it is lent, and cores that count in one place wait
//! for each other; here nothing is shared, and nothing is copied for a reader.

use super::cache::{Coding, Page, Pages, Variant};
use crate::time::{SECOND, Time};
use http::{HeaderMap, StatusCode, header};
use std::collections::HashMap;
use std::sync::Arc;

/// Most bytes that one thread has at hand.
const MOST: usize = 8 << 20;

#[derive(Default)]
pub(super) struct AtHand {
    pages: HashMap<Box<str>, Written>,
    bytes: usize,
    moment: u64,
}

/// What a request asks of a page.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Without its body.
    pub(super) head: bool,
    pub(super) accepts: &'a str,
    pub(super) none_match: Option<&'a str>,
    pub(super) modified_since: Option<&'a str>,
}

struct Written {
    page: Arc<Page>,
    /// One for each of the page's variants, written when first asked for.
    answers: [Option<Answer>; 3],
}

struct Answer {
    whole: Dated,
    /// How much of it is the head.
    head: usize,
    unchanged: Dated,
}

/// Bytes with the date of a second in them.
struct Dated {
    bytes: Vec<u8>,
    date: usize,
    second: i64,
}

impl AtHand {
    /// The bytes that answer a request for a kept page.
    pub(super) fn answer(&mut self, all: &Pages, address: &str, asked: &Asked, now: Time) -> Option<&[u8]> {
        // Asked before the page is looked for: whatever is forgotten from here on is noticed the next time.
        let moment = all.moment();
        if moment != self.moment || self.bytes > MOST {
            *self = AtHand { moment, ..AtHand::default() };
        }
        if !self.pages.contains_key(address) {
            let page = all.get(address)?;
            self.pages.insert(address.into(), Written { page, answers: [const { None }; 3] });
        }
        let Written { page, answers } = self.pages.get_mut(address)?;
        page.note_reading();
        let coding = Coding::welcomed_by(asked.accepts);
        let answer = answers[coding as usize].get_or_insert_with(|| {
            let answer = Answer::new(page.variant(coding));
            self.bytes += answer.whole.bytes.len() + answer.unchanged.bytes.len();
            answer
        });
        let second = now.0.div_euclid(SECOND);
        Some(match asked {
            _ if page.unchanged(asked.none_match, asked.modified_since) => answer.unchanged.at(second),
            Asked { head: true, .. } => &answer.whole.at(second)[..answer.head],
            _ => answer.whole.at(second),
        })
    }
}

impl Answer {
    fn new(variant: &Variant) -> Answer {
        let (mut whole, date) = head(StatusCode::OK, &variant.headers(false), Some(variant.body.len()));
        let head_ends = whole.len();
        whole.extend_from_slice(&variant.body);
        let (unchanged, unchanged_date) = head(StatusCode::NOT_MODIFIED, &variant.headers(true), None);
        Answer {
            whole: Dated { bytes: whole, date, second: 0 },
            head: head_ends,
            unchanged: Dated { bytes: unchanged, date: unchanged_date, second: 0 },
        }
    }
}

/// The head of an answer, and where in it stands the date of the epoch.
fn head(status: StatusCode, headers: &HeaderMap, length: Option<usize>) -> (Vec<u8>, usize) {
    let mut out = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in headers {
        out.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if let Some(length) = length {
        out.extend(format!("{}: {length}\r\n", header::CONTENT_LENGTH).bytes());
    }
    out.extend(format!("{}: ", header::DATE).bytes());
    let date = out.len();
    out.extend(Time(0).http_date().bytes());
    out.extend(b"\r\n\r\n");
    (out, date)
}

impl Dated {
    fn at(&mut self, second: i64) -> &[u8] {
        if second != self.second {
            let date = Time(second * SECOND).http_date();
            self.bytes[self.date..][..date.len()].copy_from_slice(date.as_bytes());
            self.second = second;
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::cache::tests::{changed, page};
    use super::*;

    const ASKED: Asked = Asked { head: false, accepts: "gzip", none_match: None, modified_since: None };
    const NOW: Time = Time(1_773_480_605 * SECOND);

    #[test]
    fn what_is_at_hand_is_forgotten_with_the_rest() {
        let (pages, mut hand) = (Pages::default(), AtHand::default());
        assert!(hand.answer(&pages, "/tides", &ASKED, NOW).is_none());
        pages.keep("/tides", page("post:1", 10), pages.moment());
        assert!(hand.answer(&pages, "/tides", &ASKED, NOW).is_some());
        changed(&pages, "post:1");
        assert!(hand.answer(&pages, "/tides", &ASKED, NOW).is_none());

        for address in ["/charts", "/maps", "/plans"] {
            pages.keep(address, page("post:2", MOST / 4 * 3), pages.moment());
            assert!(hand.answer(&pages, address, &Asked { accepts: "", ..ASKED }, NOW).is_some());
            assert!(hand.bytes < 2 * MOST, "no more than one page beyond the bound");
        }
        assert!(hand.pages.len() < 3 && hand.pages.contains_key("/plans"));
    }

    #[test]
    fn an_answer_is_written_as_the_protocol_says() {
        let (pages, mut hand) = (Pages::default(), AtHand::default());
        pages.keep("/tides", page("post:1", 3), pages.moment());
        let mut said = |asked: Asked, now| {
            String::from_utf8_lossy(hand.answer(&pages, "/tides", &asked, now).unwrap()).into_owned()
        };
        let plain = Asked { accepts: "", ..ASKED };
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ndate: Sat, 14 Mar 2026 09:30:05 GMT\r\n\r\n";
        assert_eq!(said(Asked { head: true, ..plain }, NOW), head);
        assert_eq!(said(plain, NOW), format!("{head}\0\0\0"));
        assert!(said(plain, Time(NOW.0 + SECOND)).contains("09:30:06"), "the clock goes on");
        assert_eq!(
            said(Asked { modified_since: Some("Thu, 01 Jan 1970 00:00:00 GMT"), ..plain }, NOW),
            "HTTP/1.1 304 Not Modified\r\ndate: Sat, 14 Mar 2026 09:30:05 GMT\r\n\r\n"
        );
    }
}
