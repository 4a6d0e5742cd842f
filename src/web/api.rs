//! `/api/v1`: JSON for scripts. Ids are strings; lists are `{"items": […], "next": CURSOR|null}`; errors are RFC 9457.
//!
//! Without a token only published things exist; everything else is 404.

pub(super) mod annotations;
pub(super) mod check;
pub(super) mod media;
pub(super) mod openapi;
pub(super) mod posts;
pub(super) mod quotations;
pub(super) mod sources;

use crate::{Error, Result};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{self, FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An error as a script reads it (RFC 9457).
pub(super) struct Problem(Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem(error) = self;
        if let Error::Internal(_) | Error::Outside(_) | Error::NoRoom(_) = error {
            tracing::error!(%error, "an API request failed");
        }
        let status = error.status();
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or("Error"),
            "status": status.as_u16(),
            "detail": error.for_readers(),
        });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Error::SignIn = error {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Error::TooMany(seconds) = error {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

pub(super) type Answer<T = Response> = Result<T, Problem>;

pub(super) async fn nothing_here() -> Problem {
    Problem(Error::NotFound)
}

pub(super) async fn not_that_way() -> Response {
    let detail = "This address does not take that method; /api/v1/openapi.json tells which it takes.";
    let body =
        json!({ "type": "about:blank", "title": "Method Not Allowed", "status": 405, "detail": detail });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (http::StatusCode::METHOD_NOT_ALLOWED, kind, Json(body)).into_response()
}

/// A JSON body; what is wrong with it is said as a problem.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Body(value)),
            Err(JsonRejection::BytesRejection(e)) if e.status() == http::StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem(Error::TooLarge("The body is larger than this address takes.".into())))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem(Error::Invalid(
                "The body is to be JSON, with the header Content-Type: application/json.".into(),
            ))),
            Err(rejection) => Err(Problem(Error::Invalid(in_words(&rejection.body_text())))),
        }
    }
}

/// What a parser of JSON says, without what it says of this program's insides.
fn in_words(said: &str) -> String {
    let inside = [
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
    ];
    let said = inside.iter().find_map(|begin| said.strip_prefix(begin)).unwrap_or(said);
    format!("The body cannot be read: {said}.")
}

/// What stands behind the question mark; what is wrong with it is said as a problem.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Problem> {
        match extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(extract::Query(asked)) => Ok(Query(asked)),
            Err(rejection) => Err(Problem(Error::Invalid(rejection.body_text()))),
        }
    }
}

/// `?limit=&cursor=`
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    limit: Option<usize>,
    cursor: Option<String>,
}

const MOST: usize = 100;

impl Paging {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(20).clamp(1, MOST)
    }

    /// The id that the page before ended with.
    fn before<T: std::str::FromStr>(&self) -> Result<Option<T>> {
        let parse =
            |c: &String| c.parse().map_err(|_| Error::Invalid("This cursor is not one of ours.".into()));
        self.cursor.as_ref().map(parse).transpose()
    }
}

#[derive(Serialize)]
pub(super) struct List<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> List<T> {
    /// From one more row than asked for: the surplus only says that there is more.
    fn page(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> List<T> {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        List { items: rows, next }
    }

    fn whole(items: Vec<T>) -> List<T> {
        List { items, next: None }
    }
}
