//! A source is a page somebody cites, under one canonical address, however many posts cite it. A capture is what it said
//! on a given day; captures are never changed, only added to. How one is made: [`capture`].
//!
//! A source is public only while a published post cites it ([`Source::public`]).

pub mod audit;
pub mod brought;
pub mod capture;
pub mod drift;
pub mod elsewhere;
pub mod health;
mod host;
pub mod memento;
pub mod read;
pub mod register;
pub mod removal;
pub mod replay;
pub mod room;
pub mod stamp;
pub mod standing;
pub mod state;
pub mod watch;
pub mod wishes;

use crate::app::{App, compute};
use crate::error::Context;
use crate::id::{CaptureId, PersonId, PostId, SourceId};
use crate::outside::db::{Tx, record, sql, words};
use crate::outside::fetch::{Budget, Limits, Wanted};
use crate::outside::queue::{self, Job};
use crate::time::Time;
use crate::{Error, Result};
use public_suffix::EffectiveTLDProvider;
use url::Url;

words! {
    pub enum Kind {
        Source "source",
        /// An address of a place that keeps changing: linked, kept as seen, never compared.
        Pointer "pointer",
    }
}

words! {
    /// The worst that holds, gone worst.
    pub enum State {
        Unchecked "unchecked",
        Alive "alive",
        Moved "moved",
        Changed "changed",
        Blocked "blocked",
        Failing "failing",
        Gone "gone",
    }
}

words! {
    /// What became of quoted words on the page they were quoted from.
    pub enum Fate {
        Changed "changed",
        Removed "removed",
    }
}

words! {
    /// How a capture came.
    pub enum Provenance {
        Fetched "fetched",
        Rendered "rendered",
        OutsideArchive "outside_archive",
        Supplied "supplied",
    }
}

impl Provenance {
    /// Whether the source itself was asked: only then does a copy say how it stands.
    pub fn is_look(self) -> bool {
        matches!(self, Provenance::Fetched | Provenance::Rendered)
    }
}

words! {
    /// Whether what answered is the source at all. Only `Good` is a capture of the source.
    pub enum Health {
        Good "good",
        Soft404 "soft_404",
        Error "error",
        BotWall "bot_wall",
        ConsentWall "consent_wall",
        Paywall "paywall",
        Login "login",
        Empty "empty",
        TooLarge "too_large",
        /// By our own guard.
        Refused "refused",
        Unreachable "unreachable",
    }
}

words! {
    /// What a capture's text is.
    pub enum TextKind {
        Page "page",
        /// The text of one post on a channel.
        Post "post",
        Captions "captions",
        /// Differing from these is never material.
        MachineCaptions "machine_captions",
        None "none",
    }
}

words! {
    /// How much of a source's copies readers are shown.
    pub enum Shown {
        /// As the publication's setting says.
        Setting "setting",
        Always "always",
        Failed "failed",
        Passages "passages",
        Desk "desk",
    }
}

record! {
    #[derive(Debug, Clone)]
    pub struct Source {
        pub source_id: SourceId,
        pub url: String,
        pub kind: Kind,
        pub merged_into: Option<SourceId>,
        pub merged_why: String,
        pub title: String,
        pub site: String,
        pub author: String,
        pub said_at: String,
        pub state: State,
        pub state_since: Time,
        pub evidence: String,
        pub shown: Shown,
        pub looked_at: Option<Time>,
        pub host: String,
        pub due_at: Option<Time>,
        pub quiet: i64,
        pub lost: String,
        pub lost_at: Option<Time>,
    }
}

record! {
    #[derive(Debug, Clone)]
    pub struct Capture {
        pub capture_id: CaptureId,
        pub source_id: SourceId,
        pub captured_at: Time,
        pub provenance: Provenance,
        pub supplied_by: Option<PersonId>,
        pub health: Health,
        pub evidence: String,
        pub private: bool,
        pub url: String,
        pub final_url: String,
        pub canonical: String,
        pub status: Option<i64>,
        pub media_type: String,
        pub charset: String,
        pub language: String,
        pub title: String,
        pub site: String,
        pub author: String,
        pub said_at: String,
        pub description: String,
        pub picture: String,
        pub text_kind: TextKind,
        pub text_file: String,
        pub text_chars: i64,
        pub text_digest: String,
        /// Stretches of the text that are not the page's own words, as JSON ([`quotecheck::Part`]); empty is none.
        pub text_parts: String,
        pub warc_file: String,
        pub warc_bytes: i64,
        pub payload_digest: String,
        /// Taken away since; its bytes may not be read.
        pub removed_at: Option<Time>,
    }
}

record! {
    /// Where in a capture's WARC one address can be read.
    #[derive(Debug, Clone)]
    pub struct CaptureRecord {
        pub url: String,
        pub role: String,
        pub status: i64,
        pub media_type: String,
        pub digest: String,
        #[allow(dead_code, reason = "what a revisit elsewhere refers to")]
        pub record: String,
        #[allow(dead_code, reason = "likewise")]
        pub recorded_at: Time,
        pub place: i64,
        pub length: i64,
        /// The capture whose WARC holds the payload, if it is not this one.
        pub held_by: Option<CaptureId>,
        /// Where a revisit's payload is.
        pub held_place: Option<i64>,
        pub held_length: Option<i64>,
    }
}

record! {
    /// One place in one post that points at a source.
    #[derive(Debug, Clone)]
    pub struct Citation {
        /// Index into the document's citations.
        pub position: i64,
        pub source_id: SourceId,
        pub via: bool,
        pub embed: bool,
        pub keep: bool,
    }
}

/// Why a source that was unmerged is not merged again by itself.
pub const KEPT_APART: &str = "Kept apart by hand.";

impl Source {
    /// The source of a canonical address; made when nobody cited it before.
    pub fn of(tx: &mut Tx, canonical: &str, kind: Kind, now: Time) -> Result<Source> {
        let known = sql!(
            "-- Source::of, known
            select * from source where url = ?1"
        );
        if let Some(source) = tx.first(known, (canonical,))? {
            return Ok(source);
        }
        let made = tx.run(
            sql!("-- Source::of, new
                insert into source (url, kind, merged_why, title, site, author, said_at, state, state_since, evidence,
                    shown, created_at, host)
                values (?1, ?2, '', '', '', '', '', ?3, ?4, '', ?5, ?4, ?6)
                on conflict (url) do nothing"),
            (canonical, kind, State::Unchecked, now, Shown::Setting, host(canonical)),
        )?;
        let source: Source = tx.one(known, (canonical,))?;
        if made > 0 {
            standing::shift(tx, &source, None, State::Unchecked, now)?;
            register::index(tx, &source)?;
        }
        Ok(source)
    }

    pub fn by_url(tx: &mut Tx, canonical: &str) -> Result<Option<Source>> {
        tx.first(
            sql!(
                "-- Source::by_url
            select * from source where url = ?1"
            ),
            (canonical,),
        )
    }

    pub fn find(tx: &mut Tx, id: SourceId) -> Result<Source> {
        tx.one(
            sql!(
                "-- Source::find
            select * from source where source_id = ?1"
            ),
            (id,),
        )
    }

    /// The source that this one was merged into, else itself.
    pub fn resolved(tx: &mut Tx, id: SourceId) -> Result<Source> {
        tx.one(
            sql!(
                "-- Source::resolved
                select target.* from source
                join source target on target.source_id = coalesce(source.merged_into, source.source_id)
                where source.source_id = ?1"
            ),
            (id,),
        )
    }

    /// The source, if a published post cites it; else `NotFound`, as for a source that never was.
    pub fn public(tx: &mut Tx, id: SourceId, now: Time) -> Result<Source> {
        tx.one(
            sql!(
                "-- Source::public
                select source.* from source where source_id = ?1 and exists (
                    select 1 from citation
                    join post using (post_id)
                    join source cited on cited.source_id = citation.source_id
                    where (cited.source_id = ?1 or cited.merged_into = ?1)
                        and citation.keep and published_at <= ?2 and binned_at is null)"
            ),
            (id, now),
        )
    }

    /// Where an address leads readers: to the source itself, or to the one it was merged into. A merged address leads on only while it
    /// is itself public; else it is as if it never was.
    pub fn led_to(tx: &mut Tx, id: SourceId, now: Time) -> Result<Source> {
        let source = Source::public(tx, id, now)?;
        match source.merged_into {
            Some(into) => Source::public(tx, into, now),
            None => Ok(source),
        }
    }

    /// Whether a published post cites this very address.
    pub fn is_cited(tx: &mut Tx, id: SourceId, now: Time) -> Result<bool> {
        let cited: Option<(i64,)> = tx.first(
            sql!(
                "-- Source::is_cited
                select 1 from citation join post using (post_id)
                where source_id = ?1 and keep and published_at <= ?2 and binned_at is null limit 1"
            ),
            (id, now),
        )?;
        Ok(cited.is_some())
    }

    /// Every source there is, for the desk and the command line.
    pub fn all(tx: &mut Tx, before: Option<SourceId>, limit: usize) -> Result<Vec<Source>> {
        tx.all(
            sql!(
                "-- Source::all
                select * from source where source_id < ?1 order by source_id desc limit ?2"
            ),
            (before.map_or(i64::MAX, |id| id.0), limit),
        )
    }

    /// Those in one state.
    pub fn in_state(
        tx: &mut Tx,
        state: State,
        before: Option<SourceId>,
        limit: usize,
    ) -> Result<Vec<Source>> {
        tx.all(
            sql!(
                "-- Source::in_state
                select * from source where state = ?1 and source_id < ?2 order by source_id desc limit ?3"
            ),
            (state, before.map_or(i64::MAX, |id| id.0), limit),
        )
    }

    /// Sources that redirected to this one, or named it as their canonical address.
    pub fn merged(tx: &mut Tx, into: SourceId) -> Result<Vec<Source>> {
        tx.all(
            sql!(
                "-- Source::merged
            select * from source where merged_into = ?1 order by source_id"
            ),
            (into,),
        )
    }

    /// Takes two addresses for one source. Citations keep the address as typed; [`Source::unmerge`] undoes it.
    pub fn merge(tx: &mut Tx, from: SourceId, into: SourceId, why: &str, now: Time) -> Result<()> {
        let into = Source::resolved(tx, into)?.source_id;
        if from == into {
            return Ok(());
        }
        tx.run(
            sql!(
                "-- Source::merge
                update source set merged_into = ?2, merged_why = ?3 where source_id = ?1 or merged_into = ?1"
            ),
            (from, into, why),
        )?;
        register::list(tx, &[from, into], now)?;
        tx.changed(from.topic())?;
        tx.changed(into.topic())
    }

    /// Undoes a merge. The two are kept apart from then on, unless a person merges them again.
    pub fn unmerge(tx: &mut Tx, id: SourceId, now: Time) -> Result<()> {
        let source = Source::find(tx, id)?;
        let Some(into) = source.merged_into else {
            return Err(Error::Conflict("This source is not merged into another.".into()));
        };
        tx.run(
            sql!(
                "-- Source::unmerge
                update source set merged_into = null, merged_why = ?2 where source_id = ?1"
            ),
            (id, KEPT_APART),
        )?;
        register::list(tx, &[id, into], now)?;
        // Each is now judged by its own copies alone.
        for source in [id, into] {
            queue::push(tx, &Job::CheckQuotes(source), now)?;
        }
        tx.changed(id.topic())?;
        tx.changed(into.topic())
    }

    /// Settles how much of its copies readers are shown.
    pub fn show(tx: &mut Tx, id: SourceId, shown: Shown) -> Result<()> {
        tx.run(
            sql!(
                "-- Source::show
            update source set shown = ?2 where source_id = ?1"
            ),
            (id, shown),
        )?;
        tx.changed(id.topic())
    }

    /// Asks for a copy, soon.
    pub fn keep(tx: &mut Tx, id: SourceId, now: Time) -> Result<()> {
        queue::push(tx, &Job::Capture(id), now)
    }

    /// Asks for a copy when nothing else waits.
    pub fn keep_last(tx: &mut Tx, id: SourceId, now: Time) -> Result<()> {
        queue::push(tx, &Job::Backlog(id), now)
    }

    /// Posts that cite it, itself or through a merged address.
    pub fn cited_by(tx: &mut Tx, id: SourceId) -> Result<Vec<PostId>> {
        let posts: Vec<(PostId,)> = tx.all(
            sql!(
                "-- Source::cited_by
                select distinct post_id from citation join source using (source_id)
                where source.source_id in (select source_id from source where source_id = ?1 or merged_into = ?1)
                order by post_id"
            ),
            (id,),
        )?;
        Ok(posts.into_iter().map(|(id,)| id).collect())
    }
}

impl Capture {
    pub fn find(tx: &mut Tx, id: CaptureId) -> Result<Capture> {
        tx.one(
            sql!(
                "-- Capture::find
            select * from capture where capture_id = ?1"
            ),
            (id,),
        )
    }

    /// All copies of a source and of the addresses merged into it, newest first.
    pub fn of(tx: &mut Tx, source: SourceId) -> Result<Vec<Capture>> {
        tx.all(
            sql!(
                "-- Capture::of
                select capture.* from capture
                where capture.source_id in (select source_id from source where source_id = ?1 or merged_into = ?1)
                order by captured_at desc, capture_id desc"
            ),
            (source,),
        )
    }

    /// The newest copy that is the source itself, not a wall in front of it, and was not taken away.
    pub fn newest_good(tx: &mut Tx, source: SourceId) -> Result<Option<Capture>> {
        tx.first(
            sql!(
                "-- Capture::newest_good
                select capture.* from capture
                where capture.source_id in (select source_id from source where source_id = ?1 or merged_into = ?1) and health = 'good'
                    and removed_at is null
                order by captured_at desc, capture_id desc limit 1"
            ),
            (source,),
        )
    }

    /// The copy of a second, as its address names it.
    pub fn at(tx: &mut Tx, source: SourceId, second: Time) -> Result<Option<Capture>> {
        tx.first(
            sql!(
                "-- Capture::at
                select capture.* from capture
                where capture.source_id in (select source_id from source where source_id = ?1 or merged_into = ?1) and captured_at >= ?2 and captured_at < ?3
                order by captured_at desc, capture_id desc limit 1"
            ),
            (source, second, second.plus(crate::time::SECOND)),
        )
    }

    /// Copies that readers may know of: none from a private network, none of an address that only drafts cite.
    pub fn public(tx: &mut Tx, source: SourceId, now: Time) -> Result<Vec<Capture>> {
        let mut public = Vec::new();
        for capture in Capture::of(tx, source)? {
            let cited = capture.source_id == source || Source::is_cited(tx, capture.source_id, now)?;
            if cited && !capture.private {
                public.push(capture);
            }
        }
        Ok(public)
    }

    pub fn records(tx: &mut Tx, id: CaptureId) -> Result<Vec<CaptureRecord>> {
        tx.all(
            sql!(
                "-- Capture::records
                select * from capture_record where capture_id = ?1 order by place"
            ),
            (id,),
        )
    }

    /// What its health verdict rests on, in words.
    pub fn why(&self) -> String {
        serde_json::from_str::<health::Evidence>(&self.evidence).map(|e| e.told()).unwrap_or_default()
    }

    /// Of an outside archive's copy: whose it was.
    pub fn archive(&self) -> String {
        serde_json::from_str::<health::Evidence>(&self.evidence).map(|e| e.archive).unwrap_or_default()
    }

    /// `/sources/{id}/{yyyymmddhhmmss}`
    pub fn path(&self, source: SourceId) -> String {
        format!("/sources/{source}/{}", self.captured_at.stamp())
    }
}

impl Citation {
    pub fn of_post(tx: &mut Tx, post: PostId) -> Result<Vec<Citation>> {
        tx.all(
            sql!(
                "-- Citation::of_post
                select * from citation where post_id = ?1 order by position"
            ),
            (post,),
        )
    }
}

impl Source {
    /// What it is called: its title, else its address without the scheme.
    pub fn name(&self) -> String {
        if !self.title.is_empty() {
            return self.without_site(&self.title).to_owned();
        }
        self.url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    /// A title that one of its copies has, without the site's own name at its end.
    pub fn without_site<'a>(&self, title: &'a str) -> &'a str {
        title_and_site(title, &self.site, &self.host).map_or(title, |(title, _)| title)
    }

    /// Where it stands: the site's own name, else the host.
    pub fn place(&self) -> String {
        // On a platform the channel is the one who speaks.
        if matches!(self.site.as_str(), "YouTube" | "Telegram") && !self.author.is_empty() {
            return format!("{} · {}", self.author, self.site);
        }
        if !self.site.is_empty() {
            return self.site.clone();
        }
        title_and_site(&self.title, &self.site, &self.host)
            .map_or_else(|| self.host.clone(), |(_, site)| site.to_owned())
    }

    /// What became of words that published posts quote from it; none while all of them stand.
    pub fn lost(&self) -> Option<Fate> {
        Fate::parse(&self.lost)
    }
}

/// Of an address, without `www.`.
fn host(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned));
    host.map(|h| h.trim_start_matches("www.").to_owned()).unwrap_or_default()
}

/// A title that ends in the name of its site, `Night log | Harbour Office` at harbour-office.example, taken apart.
fn title_and_site<'a>(title: &'a str, site: &str, host: &str) -> Option<(&'a str, &'a str)> {
    let separators = [" | ", " · ", " – ", " — ", " - "];
    let ends = separators.iter().filter_map(|between| title.rsplit_once(between));
    let (title, end) = ends.min_by_key(|(_, end)| end.len())?;
    let (title, end) = (title.trim(), end.trim());
    let squeezed = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let label = squeezed(registrable(host).split('.').next().unwrap_or_default());
    let named = match site.is_empty() {
        true => label.len() > 3 && squeezed(end).contains(&label),
        false => end == site,
    };
    (named && !title.is_empty()).then_some((title, end))
}

/// One of the newest pieces of a place that keeps changing.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Piece {
    pub title: String,
    pub url: String,
    pub date: String,
}

/// Whether a place that keeps changing names its newest pieces in a feed we know of.
pub fn has_feed(url: &str) -> bool {
    feed_of(url).is_some()
}

/// The newest pieces a place names in its feed.
pub async fn latest(app: &App, url: &str) -> Result<Vec<Piece>> {
    let feed = feed_of(url).ok_or(Error::NotFound)?;
    let answer = app.door.follow(&feed, Wanted::Data, &Budget::new(Limits::default())).await.pop();
    let answer = answer.ok_or_else(|| Error::Internal("a request without an answer".into()))?;
    answer.outcome.clone().outside(format!("The feed {feed} cannot be read"))?;
    if let Some(status) = answer.status().filter(|status| !(200..300).contains(status)) {
        return Err(Error::Outside(format!("The feed {feed} cannot be read: it answered {status}.")));
    }
    let content = capture::content(&answer).outside(format!("The feed {feed} cannot be read"))?;
    compute(move || read::feed::latest(&content)).await
}

/// A newsletter's home has its feed in a known place.
fn feed_of(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let home = matches!(url.path(), "/" | "/archive" | "/archive/");
    let known = url.host_str()?.strip_suffix(".substack.com").is_some_and(|name| name != "www");
    url.join("/feed").ok().filter(|_| home && known)
}

/// The domain that somebody registered: two hosts under it have one owner. A host without one stands for itself.
pub fn registrable(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    public_suffix::DEFAULT_PROVIDER.effective_tld_plus_one(&host).map_or_else(|_| host.clone(), str::to_owned)
}

#[cfg(test)]
mod naming {
    use super::title_and_site;

    #[test]
    fn a_title_gives_its_sites_name_back() {
        let check =
            |title, site, host, expected| assert_eq!(title_and_site(title, site, host), expected, "{title}");
        let office = "www.harbour-office.example";
        check("Night log | Harbour Office", "", office, Some(("Night log", "Harbour Office")));
        check(
            "Log - 5 March - The Harbour Office Marsh End",
            "",
            office,
            Some(("Log - 5 March", "The Harbour Office Marsh End")),
        );
        check("Night log - a history", "", office, None);
        check("Night log · Tidelines", "Tidelines", "tidelines.example", Some(("Night log", "Tidelines")));
        check("Night log · Tidelines", "The Sunday letter", "tidelines.example", None);
        check(" | Harbour Office", "", office, None);
        check("", "", "", None);
    }
}
