//! Words made ready to be stored: the slow part of saving, done outside any transaction.

use super::record::{self, Keeping};
use super::{Draft, Post};
use crate::app::{App, compute};
use crate::outside::db::{Tx, sql};
use crate::publication::Publication;
use crate::search::{self, Words};
use crate::{Result, error::Context};

/// A draft made ready to be stored: the slow part, done outside any transaction.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub draft: Draft,
    pub document: markup::Document,
    pub keeping: Keeping,
    pub(super) json: String,
    /// What readers are to find it by: of a draft none.
    pub(super) words: Option<Words>,
}

/// The version of how a text is read: rendered, and analysed for the search. What was read by an older one is read again.
pub(super) const READING: i64 = markup::RENDERER_VERSION * 1000 + search::VERSION;

impl Rendered {
    /// `for_readers`: they may see it now or at an hour that is set, so it is analysed for their search.
    pub async fn of(app: &App, draft: Draft, for_readers: bool) -> Result<Rendered> {
        let publication = app.db.read(Publication::load).await?;
        let options = publication.reading(&app.base_url);
        compute(move || {
            let rendered = Rendered::now(draft, &options)?;
            Ok(if for_readers { rendered.analysed(&publication.language) } else { rendered })
        })
        .await?
    }

    /// On the spot.
    pub fn now(draft: Draft, options: &markup::Options) -> Result<Rendered> {
        draft.check_length()?;
        let document = markup::read(&draft.markdown, options);
        let json = serde_json::to_string(&document).internal("writing a rendered post")?;
        Ok(Rendered { draft, document, keeping: Keeping::Soon, json, words: None })
    }

    /// With what readers find it by. The language is the one of a text that does not show its own.
    pub fn analysed(self, language: &str) -> Rendered {
        let words = Some(Words::of(&self.draft.searched(&self.document), language));
        Rendered { words, ..self }
    }
}

impl Post {
    /// Keeps what readers find the words in force by until they may; where nobody foresaw that they would, it is read on the spot.
    pub(super) fn keep_words(&self, tx: &mut Tx, new: &Rendered) -> Result<()> {
        match &new.words {
            Some(words) => search::index::analysed(tx, self.post_id, words),
            None if self.published_at.is_some() => {
                let words = self.words(tx)?;
                search::index::analysed(tx, self.post_id, &words)
            }
            None => search::index::forget(tx, self.post_id),
        }
    }
}

/// Renders again, a few at a time, what an older renderer wrote.
pub async fn rerender(app: &App) -> Result<()> {
    loop {
        let stale: Vec<Post> = app
            .db
            .read(|tx| {
                tx.all(
                    sql!(
                        "-- rerender
                    select * from post where renderer < ?1 order by renderer, post_id limit 20"
                    ),
                    (READING,),
                )
            })
            .await?;
        if stale.is_empty() {
            return Ok(());
        }
        // Together: they are rendered on all cores, and their writes share commits.
        futures_util::future::try_join_all(stale.into_iter().map(|post| rerender_one(app, post))).await?;
    }
}

async fn rerender_one(app: &App, post: Post) -> Result<()> {
    // Whoever wanted copies of its sources asked for them when it was saved.
    let read = Rendered::of(app, post.in_force(), post.published_at.is_some()).await?;
    let new = Rendered { keeping: Keeping::Never, ..read };
    let now = app.now();
    app.db
        .write(move |tx| {
            let same = tx.run(
                sql!(
                    "-- rerender, one
                    update post set document = ?2, renderer = ?3 where post_id = ?1 and markdown = ?4"
                ),
                (post.post_id, &new.json, READING, &post.markdown),
            )?;
            // Saved anew meanwhile, and rendered with it.
            if same == 0 {
                return Ok(());
            }
            post.keep_words(tx, &new)?;
            record::follow(tx, &post, &new, now)?;
            post.told(tx, now)
        })
        .await
}
