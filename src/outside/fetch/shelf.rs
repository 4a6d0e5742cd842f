//! Answers that are at hand already: pages that came with the program. They are read as if they came through the door.

use super::{Budget, Door, Exchange, Failure, Medium, Wanted};
use crate::time::Time;
use std::collections::HashMap;
use url::Url;

/// Where a capture asks.
#[derive(Clone, Copy)]
pub enum Web<'a> {
    Door(&'a Door),
    Shelf(&'a Shelf),
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
    /// Nobody answered, and why.
    Failed(String),
}

impl Web<'_> {
    /// As [`Door::follow`].
    pub async fn follow(self, url: &Url, wanted: Wanted, budget: &Budget) -> Vec<Exchange> {
        match self {
            Web::Door(door) => door.follow(url, wanted, budget).await,
            Web::Shelf(shelf) => vec![shelf.take(url)],
        }
    }

    /// As [`Door::robots`].
    pub async fn robots(self, page: &Url, budget: &Budget) -> Vec<Exchange> {
        match self {
            Web::Door(door) => door.robots(page, budget).await,
            Web::Shelf(_) => Vec::new(),
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

    fn take(&self, url: &Url) -> Exchange {
        let mut url = url.clone();
        url.set_fragment(None);
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
        let (response, outcome) = match self.answers.get(url.as_str()) {
            Some(Answer::Given { status, headers, body }) => (wire(*status, headers, body), Ok(())),
            Some(Answer::Failed(why)) => (Vec::new(), Err(Failure::NoConnection(why.clone()))),
            None => (Vec::new(), Err(Failure::NoConnection("it is not at hand".into()))),
        };
        let request = if response.is_empty() { Vec::new() } else { request };
        Exchange {
            url,
            at: self.at,
            address: None,
            private: false,
            medium: Medium::Web,
            request,
            response,
            outcome,
        }
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
