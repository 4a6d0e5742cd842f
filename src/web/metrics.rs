//! `/metrics`: figures for a monitor, in the text format of Prometheus. Behind a bearer token, or on an address of its own.

use super::api::Answer;
use super::signed_in::Bearer;
use crate::app::App;
use crate::outside::db::{Tx, sql};
use crate::source::room::Taken;
use crate::{Error, Result};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use std::fmt::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(super) async fn show(State(app): State<App>, Bearer(who): Bearer) -> Answer<Response> {
    who.ok_or(Error::SignIn)?;
    let text = figures(&app).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Answers whoever may connect: the operator chose the address.
pub async fn serve(app: App, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let app = app.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(10), answer(app, stream)).await;
        });
    }
}

/// One question a connection, whatever it is: there is one thing to tell here.
async fn answer(app: App, mut stream: TcpStream) -> std::io::Result<()> {
    let mut asked = [0; 4096];
    let _ = stream.read(&mut asked).await?;
    let (status, text) = match figures(&app).await {
        Ok(text) => ("200 OK", text),
        Err(error) => ("503 Service Unavailable", error.to_string()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(text.as_bytes()).await
}

async fn figures(app: &App) -> Result<String> {
    let counted = app.db.read(count).await?;
    let (pages, bytes) = app.pages.size();
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, rows: &[(String, f64)]| {
        let _ = writeln!(out, "# HELP ibid_{name} {help}\n# TYPE ibid_{name} gauge");
        for (labels, value) in rows {
            let _ = writeln!(out, "ibid_{name}{labels} {value}");
        }
    };
    let one = |value: f64| vec![(String::new(), value)];
    gauge("pages_kept", "Finished pages in memory.", &one(pages as f64));
    gauge("pages_kept_bytes", "Bytes they take, all encodings together.", &one(bytes as f64));
    gauge("jobs_waiting", "Jobs queued, by class.", &labelled("class", &counted.waiting));
    gauge("jobs_given_up", "Jobs that failed for good.", &one(counted.given_up as f64));
    gauge("captures", "Copies kept, by health.", &labelled("health", &counted.captures));
    gauge("captures_bytes", "Bytes that copies take.", &one(counted.kept.bytes as f64));
    gauge("captures_saved_bytes", "Bytes not kept a second time.", &one(counted.kept.saved as f64));
    gauge("mail_waiting", "Letters in the outbox.", &one(counted.mail as f64));
    if let Some(free) = app.files.free() {
        gauge("disk_free_ratio", "Free part of the disk that holds the files.", &one(free));
    }
    Ok(out)
}

struct Counted {
    waiting: Vec<(String, i64)>,
    given_up: i64,
    captures: Vec<(String, i64)>,
    kept: Taken,
    mail: i64,
}

fn count(tx: &mut Tx) -> Result<Counted> {
    let given_up: (i64,) = tx.one(
        sql!(
            "-- metrics, given up
        select count(*) from job where failed_at is not null"
        ),
        (),
    )?;
    Ok(Counted {
        waiting: tx.all(
            sql!(
                "-- metrics, waiting
            select class, count(*) from job where failed_at is null group by class order by class"
            ),
            (),
        )?,
        given_up: given_up.0,
        captures: tx.all(
            sql!(
                "-- metrics, captures
            select health, count(*) from capture group by health order by health"
            ),
            (),
        )?,
        kept: crate::source::room::taken(tx)?,
        mail: crate::outside::mail::waiting(tx)?,
    })
}

fn labelled(label: &str, rows: &[(String, i64)]) -> Vec<(String, f64)> {
    rows.iter().map(|(name, n)| (format!("{{{label}=\"{name}\"}}"), *n as f64)).collect()
}
