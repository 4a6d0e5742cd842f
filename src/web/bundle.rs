//! `/sources/{id}/bundle.wacz`, `/{yyyy}/{mm}/{slug}/sources.wacz`, and the same in the desk: kept copies as one file to take along.
//! It is made while it is sent.

use super::signed_in::SignedIn;
use super::source_list::id;
use crate::app::App;
use crate::bundle::{self, For, Form, Plan, Subject};
use crate::post::Post;
use crate::{Error, Result};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, header};
use std::io::{self, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

/// Each takes a thread for as long as its reader takes to read.
static SIDE_BY_SIDE: Semaphore = Semaphore::const_new(8);
/// How long somebody waits for a turn.
const A_TURN: Duration = Duration::from_secs(10);
/// Whoever takes nothing for so long has gone away.
const GONE_AWAY: Duration = Duration::from_secs(60);
const A_PIECE: usize = 64 << 10;

pub(super) async fn of_source(State(app): State<App>, Path(asked): Path<String>) -> Result<Response> {
    answer(app, Subject::Source(id(&asked)?), For::Readers).await
}

pub(super) async fn of_post(
    State(app): State<App>,
    Path((year, month, slug)): Path<(String, String, String)>,
) -> Result<Response> {
    let now = app.now();
    let post = app.db.read(move |tx| Post::public(tx, &format!("{year}/{month}"), &slug, now)).await?;
    answer(app, Subject::Post(post.post_id), For::Readers).await
}

pub(super) async fn of_page(State(app): State<App>, Path(slug): Path<String>) -> Result<Response> {
    let now = app.now();
    let post = app.db.read(move |tx| Post::public_page(tx, &slug, now)).await?;
    answer(app, Subject::Post(post.post_id), For::Readers).await
}

pub(super) async fn of_source_for_the_desk(
    State(app): State<App>,
    _signed_in: SignedIn,
    Path(asked): Path<String>,
) -> Result<Response> {
    answer(app, Subject::Source(id(&asked)?), For::Desk).await
}

pub(super) async fn of_post_for_the_desk(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(asked): Path<String>,
) -> Result<Response> {
    let (asked, now) = (asked.parse()?, app.now());
    let post = app.db.read(move |tx| Post::find(tx, asked)).await?;
    // Somebody else's draft is theirs.
    if !post.may_edit(&signed_in.person) && !post.is_public(now) {
        return Err(Error::NotFound);
    }
    answer(app, Subject::Post(asked), For::Desk).await
}

pub(super) async fn of_everything(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    if !signed_in.person.role.may_edit_all() {
        return Err(Error::Forbidden("Editors take everything along.".into()));
    }
    answer(app, Subject::Everything, For::Desk).await
}

async fn answer(app: App, subject: Subject, audience: For) -> Result<Response> {
    let now = app.now();
    let plan = app.db.read(move |tx| Plan::of(tx, subject, audience, now)).await?;
    if plan.captures.is_empty() {
        return Err(Error::NotFound);
    }
    let turn = tokio::time::timeout(A_TURN, SIDE_BY_SIDE.acquire()).await;
    let turn = turn.map_err(|_| Error::TooMany(60))?.expect("the semaphore is never closed");
    let name = format!("attachment; filename=\"{}.wacz\"", plan.name);
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut out = Sending { sender: sender.clone(), piece: Vec::with_capacity(A_PIECE) };
        if let Err(error) = bundle::pack(&app, &plan, Form::Wacz, &mut out, &mut |_| ())
            && !sender.is_closed()
        {
            tracing::error!(%error, about = plan.about, "a bundle broke off");
            // So that what came is not taken for the whole.
            let _ = sender.blocking_send(Err(io::Error::other("the bundle broke off")));
        }
        drop(turn);
    });
    let pieces =
        futures_util::stream::unfold(receiver, |mut receiver: mpsc::Receiver<io::Result<Bytes>>| async {
            receiver.recv().await.map(|piece| (piece, receiver))
        });
    let headers = [
        (header::CONTENT_TYPE, "application/wacz"),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (
            header::CACHE_CONTROL,
            if audience == For::Readers { "public, no-cache" } else { "private, no-store" },
        ),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let mut response = (headers, Body::from_stream(pieces)).into_response();
    if audience == For::Readers {
        // What everybody may have, other sites' viewers may load.
        super::kept_copy::set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    Ok(response)
}

/// Hands what is written on to whoever reads.
struct Sending {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= A_PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(&mut self.piece, Vec::with_capacity(A_PIECE)));
        let sent = Handle::current().block_on(tokio::time::timeout(GONE_AWAY, self.sender.send(Ok(piece))));
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}
