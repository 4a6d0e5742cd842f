//! Answers that are at hand already: pages that came with the program, or that somebody brought. They are read as if they came
//! through the door.

use super::{Budget, Door, Exchange, Failure, Medium, Past, Wanted};
use crate::time::Time;
use std::collections::HashMap;
use url::Url;

/// Where a capture asks.
#[derive(Clone, Copy)]
pub enum Web<'a> {
    Door(&'a Door),
    Shelf(&'a Shelf),
    Past(Past<'a>),
}

/// Answers by address, all of one moment.
pub struct Shelf {
    at: Time,
    answers: HashMap<String, Answer>,
}

pub enum Answer {
    Given {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// A page without the protocol that once brought it.
    Brought {
        media_type: String,
        body: Vec<u8>,
    },
    /// As a web archive has it.
    Recorded {
        at: Time,
        response: Vec<u8>,
    },
    /// Nobody answered, and why.
    Failed(String),
}

impl Web<'_> {
    /// As [`Door::follow`].
    pub async fn follow(self, url: &Url, wanted: Wanted, budget: &Budget) -> Vec<Exchange> {
        match self {
            Web::Door(door) => door.follow(url, wanted, budget).await,
            Web::Shelf(shelf) => shelf.follow(url),
            Web::Past(past) => past.follow(url, wanted, budget).await,
        }
    }

    /// As [`Door::robots`].
    pub async fn robots(self, page: &Url, budget: &Budget) -> Vec<Exchange> {
        match self {
            Web::Door(door) => door.robots(page, budget).await,
            // Nothing that is asked today was there then.
            Web::Shelf(_) | Web::Past(_) => Vec::new(),
        }
    }
}

impl Shelf {
    pub fn new(at: Time) -> Shelf {
        Shelf { at, answers: HashMap::new() }
    }

    pub fn put(&mut self, url: &str, answer: Answer) {
        self.answers.insert(url.to_owned(), answer);
    }

    /// Where an answer leads to another that is at hand, that one too.
    fn follow(&self, url: &Url) -> Vec<Exchange> {
        let mut steps = vec![self.take(url)];
        while let Some(Ok(next)) = steps.last().and_then(Exchange::redirect) {
            let met = steps.iter().any(|step| step.url == next);
            if met || !self.answers.contains_key(next.as_str()) {
                break;
            }
            steps.push(self.take(&next));
        }
        steps
    }

    fn take(&self, url: &Url) -> Exchange {
        let mut url = url.clone();
        url.set_fragment(None);
        let (mut at, mut medium) = (self.at, Medium::Web);
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
        let (response, outcome) = match self.answers.get(url.as_str()) {
            Some(Answer::Given { status, headers, body }) => (wire(*status, headers, body), Ok(())),
            Some(Answer::Brought { media_type, body }) => {
                medium = Medium::Hand;
                (wire(200, &[("content-type".into(), media_type.clone())], body), Ok(()))
            }
            Some(Answer::Recorded { at: then, response }) => {
                at = *then;
                (response.clone(), Ok(()))
            }
            Some(Answer::Failed(why)) => (Vec::new(), Err(Failure::NoConnection(why.clone()))),
            None => (Vec::new(), Err(Failure::NoConnection("it is not at hand".into()))),
        };
        let asked = matches!(self.answers.get(url.as_str()), Some(Answer::Given { .. }));
        let request = if asked { request } else { Vec::new() };
        Exchange { url, at, address: None, private: false, medium, request, response, outcome }
    }
}

impl Exchange {
    /// What a browser made of this answer: its markup, under the answer's own status and headers.
    pub fn remade(&self, at: Time, markup: &str) -> Exchange {
        let about_bytes = ["content-type", "content-length", "content-encoding", "transfer-encoding"];
        let answer = self.answer();
        let sent = answer.iter().flat_map(|answer| answer.message.headers.iter());
        let sent = sent.filter(|(name, _)| !about_bytes.contains(&name.to_ascii_lowercase().as_str()));
        let mut headers: Vec<(String, String)> =
            sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        headers.push(("content-type".into(), "text/html; charset=utf-8".into()));
        let response = wire(self.status().unwrap_or(200), &headers, markup.as_bytes());
        Exchange { at, medium: Medium::Browser, request: Vec::new(), response, ..self.clone() }
    }
}

fn wire(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("");
    let mut wire = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    for (name, value) in headers {
        wire.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    wire.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    wire.extend_from_slice(body);
    wire
}
