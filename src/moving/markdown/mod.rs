//! Folders of Markdown: Jekyll, Hugo, Eleventy and plain ones.
//!
//! Three passes, so that any number of posts fits in little memory. All files are looked at and understood ([`front`], [`entry`]); then
//! every one is given its address, so that links between them can follow; then texts are made ours ([`text`]), rendered beside
//! each other, and written down some dozens at a time. A file that comes again unchanged is not touched; a post that was edited
//! here is left alone.

mod code;
mod entry;
mod field;
mod former;
mod front;
mod known;
mod links;
mod moment;
mod name;
mod people;
mod places;
mod survey;
mod tag;
mod text;
mod tree;

use super::report::{Fate, Report};
use crate::app::{App, compute};
use crate::id::PersonId;
use crate::media::Made;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::record::Keeping;
use crate::post::{Arrival, Draft, Imported, Kind, Post, Rendered, checked_slug, redirect};
use crate::publication::Publication;
use crate::slug::is_numbered;
use crate::time::Time;
use crate::{Error, Result, error::Context};
use futures_util::{StreamExt, stream};
use jiff::tz::TimeZone;
use links::Place;
use people::{Credit, People};
use places::{Address, Places};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use survey::{File, survey};
use tree::Tree;

pub struct Asked {
    pub folder: PathBuf,
    pub dry_run: bool,
    /// Whether copies are made of what the posts cite.
    pub capture: bool,
}

/// How far an import is.
#[derive(Debug, Default)]
pub struct Progress {
    pub done: AtomicUsize,
    pub all: AtomicUsize,
}

/// So many files are understood, rendered and written at once.
const BATCH: usize = 32;
/// What the same file became may change with this program.
const READING: u8 = 1;
/// The longest file that is opened at all.
const LONGEST_FILE: u64 = (1 << 20) + (64 << 10);

/// Imports a folder. Whatever is wrong with one file is told of that file.
pub async fn import(app: &App, asked: Asked, progress: &Progress) -> Result<Report> {
    let folder = asked.folder.clone();
    let tree = Arc::new(compute(move || Tree::read(&folder)).await??);
    let mut report = Report::default();
    for (file, reason) in &tree.unread {
        report.skip(file, reason);
    }
    progress.all.store(2 * tree.places.len(), Ordering::Relaxed);
    let looked_at = survey(app, &tree, &mut report, progress).await?;
    let plan = Arc::new(Plan::make(app, tree, looked_at, &asked, &mut report).await?);
    progress.all.fetch_sub(plan.left_alone, Ordering::Relaxed);
    plan.carry_out(app, &mut report, progress).await?;
    report.sort();
    Ok(report)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// A fault of ours over one file is told of that file, and stops no other.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("This program failed over it; please report that.".into()))
}

/// What is to be done with every file.
struct Plan {
    tree: Arc<Tree>,
    work: Vec<Work>,
    /// Files of which nothing is left to do.
    left_alone: usize,
    places: Places,
    people: Vec<Credit>,
    options: markup::Options,
    /// The publication's.
    language: String,
    zone: TimeZone,
    now: Time,
    keeping: Keeping,
    dry_run: bool,
}

struct Work {
    file: File,
    /// The post that came of it before.
    again: Option<Imported>,
    kind: Kind,
    slug: String,
    path: String,
    language: String,
    /// Indexes into the people of the plan, the one it belongs to first.
    authors: Vec<usize>,
}

impl Plan {
    async fn make(
        app: &App,
        tree: Arc<Tree>,
        files: Vec<File>,
        asked: &Asked,
        report: &mut Report,
    ) -> Result<Plan> {
        let here = app.db.read(|tx| {
            Ok((Publication::load(tx)?, Person::everybody(tx)?, Imported::all(tx)?, Post::addresses(tx)?))
        });
        let (publication, everybody, imported, addresses) = here.await?;
        let zone = publication.time_zone();
        let mut people = People::new(everybody, &publication.name);
        let mut before = Before::new(&tree.name, imported);
        let mut taken: HashSet<(Kind, String, String)> = HashSet::new();
        let mut months = HashMap::new();
        for (kind, month, slug, id) in addresses {
            months.insert(id, month.clone());
            taken.insert((kind, month, slug));
        }
        let mut plan = Plan {
            places: Places::new(tree.clone(), app.now()),
            tree,
            work: Vec::new(),
            left_alone: report.skipped.len(),
            people: Vec::new(),
            options: publication.reading(&app.base_url),
            language: publication.language.clone(),
            zone: zone.clone(),
            now: app.now(),
            keeping: if asked.capture { Keeping::Last } else { Keeping::Never },
            dry_run: asked.dry_run,
        };
        for file in files {
            let entry = &file.entry;
            let again = before.take(&file);
            let at = entry.at.filter(|_| !entry.draft);
            let month = match (&again, entry.kind, at) {
                (Some(again), Kind::Post, Some(_)) if again.published_at.is_some() => {
                    months[&again.post_id].clone()
                }
                (_, Kind::Post, Some(at)) => at.format(&zone, "%Y/%m"),
                _ => String::new(),
            };
            let slug = match &again {
                Some(again) if is_numbered(&again.slug, &entry.slug) => again.slug.clone(),
                _ => free(&mut taken, entry.kind, &month, &entry.slug),
            };
            let path = match (entry.kind, month.is_empty()) {
                (Kind::Page, _) => format!("/{slug}"),
                (Kind::Post, false) => format!("/{month}/{slug}"),
                (Kind::Post, true) => format!("/{}/{slug}", plan.now.format(&TimeZone::UTC, "%Y/%m")),
            };
            plan.places.is_read_at(&file.place, &entry.former, &path);
            let fate = match &again {
                Some(again) if again.is_edited() => Some("kept"),
                Some(again) if again.digest == file.digest => Some("unchanged"),
                _ => None,
            };
            if let Some(fate) = fate {
                plan.left_alone += 1;
                if fate == "kept" {
                    report.kept += 1;
                    report.fates.push(Fate { file: file.place, what: fate, path });
                } else {
                    report.unchanged += 1;
                }
                continue;
            }
            if slug != entry.slug && again.is_none() {
                report.warn(
                    &file.place,
                    None,
                    format!("The address “{}” cannot be had; it is read at {path}.", entry.slug),
                );
            }
            let authors = people.of(&plan.tree, &entry.authors);
            let own = entry.language.eq_ignore_ascii_case(&publication.language);
            let language = if own { String::new() } else { entry.language.clone() };
            plan.work.push(Work { kind: entry.kind, slug, path, language, authors, again, file });
        }
        plan.people = people.all;
        Ok(plan)
    }

    async fn carry_out(self: Arc<Plan>, app: &App, report: &mut Report, progress: &Progress) -> Result<()> {
        let needed: HashSet<usize> = self.work.iter().flat_map(|work| work.authors.iter().copied()).collect();
        let mut needed: Vec<usize> = needed.into_iter().collect();
        needed.sort_unstable();
        let new = needed.iter().filter(|at| self.people[**at].id.is_none());
        report.people = new.map(|at| self.people[*at].name.clone()).collect();
        let authors = match self.dry_run {
            true => Arc::new(HashMap::new()),
            false => {
                let plan = self.clone();
                Arc::new(app.db.write(move |tx| plan.credit(tx, &needed)).await?)
            }
        };
        let batches = (0..self.work.len()).step_by(BATCH).map(|from| {
            let (plan, to) = (self.clone(), (from + BATCH).min(self.work.len()));
            compute(move || {
                let ready = |at| (at, guarded(|| plan.make_ready(at)));
                (from..to).map(ready).collect::<Vec<_>>()
            })
        });
        let mut batches = stream::iter(batches).buffered(2 * cores());
        // One batch is written while others are made ready: no core waits for the disk.
        let mut written = None;
        while let Some(batch) = batches.next().await {
            let mut ready = Vec::new();
            for (at, outcome) in batch? {
                match outcome {
                    Ok(one) => ready.push(one),
                    Err(reason) => report.skip(&self.work[at].file.place, reason),
                }
            }
            for picture in ready.iter_mut().flat_map(|one| std::mem::take(&mut one.pictures)) {
                report.pictures += 1;
                if !self.dry_run {
                    picture.keep(app).await?;
                }
            }
            let writing = tokio::spawn(self.clone().write(app.clone(), ready, authors.clone()));
            if let Some(before) = written.replace(writing) {
                self.tell_all(before.await, report, progress)?;
            }
        }
        match written {
            Some(last) => self.tell_all(last.await, report, progress),
            None => Ok(()),
        }
    }

    fn tell_all(
        &self,
        written: Result<Result<Vec<Written>>, tokio::task::JoinError>,
        report: &mut Report,
        progress: &Progress,
    ) -> Result<()> {
        for (one, outcome) in written.internal("writing what was imported")?? {
            progress.done.fetch_add(1, Ordering::Relaxed);
            self.tell(&one, outcome, report);
        }
        Ok(())
    }

    fn tell(&self, one: &Ready, outcome: Result<Vec<String>, String>, report: &mut Report) {
        let work = &self.work[one.at];
        let place = &work.file.place;
        let more = match outcome {
            Ok(more) => more,
            Err(reason) => return report.skip(place, reason),
        };
        let what = match work.again {
            Some(_) => {
                report.updated += 1;
                "updated"
            }
            None => {
                report.imported += 1;
                "imported"
            }
        };
        report.fates.push(Fate { file: place.clone(), what, path: work.path.clone() });
        for note in work.file.entry.notes.iter().chain(&more) {
            report.warn(place, None, note);
        }
        for told in &one.told {
            report.warn(place, told.line, &told.message);
        }
    }

    /// Adds whoever is not here yet.
    fn credit(&self, tx: &mut Tx, needed: &[usize]) -> Result<HashMap<usize, PersonId>> {
        let mut ids = HashMap::new();
        for at in needed {
            let credit = &self.people[*at];
            let id = match credit.id {
                Some(id) => id,
                None => Person::credit(tx, &credit.name, &credit.bio, self.now)?.person_id,
            };
            ids.insert(*at, id);
        }
        Ok(ids)
    }

    /// The slow part of one file: read again, its text made ours and rendered.
    fn make_ready(&self, at: usize) -> Result<Ready, String> {
        let Work { file, .. } = &self.work[at];
        let (whole, _) = survey::open(&self.tree, &file.place)?;
        let entry = &file.entry;
        let (mut told, mut pictures) = (Vec::new(), Vec::new());
        let text = match survey::is_html(&file.place) {
            true if file.text_at == 0 => survey::page(&whole).1,
            true => markup::tidy::html(whole.get(file.text_at..).unwrap_or_default()).markdown,
            false => whole.get(file.text_at..).ok_or("It changed while it was imported.")?.to_owned(),
        };
        let resolve = |named: &str| self.places.resolve(&file.place, named);
        let (filled, kept) = text::fill_in(&text, &resolve);
        let same_lines = filled.matches('\n').count() == text.matches('\n').count();
        told.extend(kept);
        let markdown = links::readdress(&filled, &mut |place, address, line| match self.places.address(
            &file.place,
            place,
            address,
            &mut pictures,
        ) {
            Address::Same => None,
            Address::Path(path) | Address::Picture(path) => Some(path),
            Address::Lost(message) => {
                told.push(text::Told { line: same_lines.then_some(line), message });
                None
            }
        });
        if file.text_at > 0 {
            told.iter_mut().for_each(|told| told.line = told.line.map(|line| line + file.lines));
        }
        let markdown = match entry.titled_in_text {
            true => entry::without_heading(&markdown),
            false => &markdown,
        };
        // A post that only points elsewhere shows where.
        let pointer = entry.leads_to.as_ref().map(|address| format!("<{address}>"));
        let markdown = match pointer.as_deref() {
            Some(pointer) if markdown.trim().is_empty() => pointer,
            _ => markdown,
        };
        if markdown.trim().is_empty() {
            told.push(text::Told { line: None, message: "It has no text.".into() });
        }
        let mut draft = Draft {
            title: entry.title.clone(),
            excerpt: entry.excerpt.clone(),
            markdown: markdown.trim().to_owned(),
            tags: entry.tags.join(", "),
            ..Draft::default()
        };
        if let Some(cover) = &entry.cover {
            match self.places.address(&file.place, Place::Picture, &cover.address, &mut pictures) {
                Address::Picture(path) => {
                    draft.cover = path;
                    draft.cover_alt = cover.alt.clone();
                }
                Address::Lost(message) => told.push(text::Told { line: None, message }),
                _ => {}
            }
        }
        draft.check_length().map_err(|error| error.to_string())?;
        let rendered = match self.dry_run {
            true => None,
            false => {
                let mut read = Rendered::now(draft, &self.options).map_err(|error| error.to_string())?;
                read.keeping = self.keeping;
                Some(match entry.published_at() {
                    Some(_) => read.analysed(self.language_of(at)),
                    None => read,
                })
            }
        };
        Ok(Ready { at, rendered, pictures, told })
    }

    fn language_of(&self, at: usize) -> &str {
        match self.work[at].language.as_str() {
            "" => &self.language,
            own => own,
        }
    }

    /// Some dozens at once; when one of them cannot be written, each by itself.
    async fn write(
        self: Arc<Plan>,
        app: App,
        ready: Vec<Ready>,
        authors: Arc<HashMap<usize, PersonId>>,
    ) -> Result<Vec<Written>> {
        if self.dry_run {
            return Ok(ready.into_iter().map(|one| (one, Ok(Vec::new()))).collect());
        }
        let ready = Arc::new(ready);
        let all = {
            let (plan, ready, authors) = (self.clone(), ready.clone(), authors.clone());
            app.db.write(move |tx| {
                ready.iter().map(|one| plan.write_one(tx, one, &authors)).collect::<Result<Vec<_>>>()
            })
        };
        let outcomes: Vec<Result<Vec<String>, String>> = match all.await {
            Ok(all) => all.into_iter().map(Ok).collect(),
            Err(error @ (Error::Outside(_) | Error::NoRoom(_))) => return Err(error),
            Err(_) => {
                let mut outcomes = Vec::new();
                for at in 0..ready.len() {
                    let (plan, ready, authors) = (self.clone(), ready.clone(), authors.clone());
                    let one = app.db.write(move |tx| plan.write_one(tx, &ready[at], &authors)).await;
                    outcomes.push(one.map_err(|error| error.to_string()));
                }
                outcomes
            }
        };
        let ready =
            Arc::into_inner(ready).ok_or_else(|| Error::Internal("a unit outlived its answer".into()))?;
        Ok(ready.into_iter().zip(outcomes).collect())
    }

    /// Answers with what is to be told of it besides.
    fn write_one(&self, tx: &mut Tx, one: &Ready, authors: &HashMap<usize, PersonId>) -> Result<Vec<String>> {
        let work = &self.work[one.at];
        let entry = &work.file.entry;
        let rendered = one.rendered.as_ref().ok_or_else(|| Error::Internal("nothing was rendered".into()))?;
        let published_at = entry.published_at();
        let arrival = Arrival {
            kind: work.kind,
            slug: work.slug.clone(),
            author: authors[&work.authors[0]],
            co_authors: work.authors[1..].iter().map(|at| authors[at]).collect(),
            published_at,
            changed_at: entry
                .changed
                .max(published_at)
                .unwrap_or(self.now)
                .min(self.now.max(published_at.unwrap_or(self.now))),
            language: work.language.clone(),
        };
        let post = match &work.again {
            None => Post::arrive(tx, &arrival, rendered, &self.zone, self.now)?,
            Some(again) => {
                let post = Post::find(tx, again.post_id)?;
                if post.version != again.version_now {
                    return Err(Error::Conflict("Somebody edited it here while it was imported.".into()));
                }
                post.arrive_again(tx, &arrival, rendered, self.now)?
            }
        };
        let mut more = Vec::new();
        for former in &entry.former {
            let ours =
                ["/desk", "/api"].iter().any(|own| former == own || former.starts_with(&format!("{own}/")));
            if ours || *former == post.path() || former.len() < 2 {
                continue;
            }
            if !redirect::offer(tx, former, post.post_id, self.now)? {
                more.push(format!("The address {former} leads elsewhere already."));
            }
        }
        post.came_from(tx, &self.tree.name, &work.file.place, &work.file.digest)?;
        Ok(more)
    }
}

/// A file made ready to be written.
struct Ready {
    at: usize,
    /// None on a dry run.
    rendered: Option<Rendered>,
    pictures: Vec<Made>,
    told: Vec<text::Told>,
}

/// With what is to be told of it, or why it could not be written.
type Written = (Ready, Result<Vec<String>, String>);

/// What was imported before.
struct Before {
    own: HashMap<String, Imported>,
    /// From other trees; one of them may have been this one, elsewhere.
    others: HashMap<String, Imported>,
}

impl Before {
    fn new(tree: &str, imported: Vec<Imported>) -> Before {
        let (own, others): (Vec<_>, Vec<_>) = imported.into_iter().partition(|one| one.tree == tree);
        let by_place = |all: Vec<Imported>| all.into_iter().map(|one| (one.place.clone(), one)).collect();
        Before { own: by_place(own), others: by_place(others) }
    }

    /// The post that came of this file: known by its place, and where the folder has moved by its content or its name too.
    fn take(&mut self, file: &File) -> Option<Imported> {
        self.own.remove(&file.place).or_else(|| {
            let same = |one: &Imported| one.digest == file.digest || is_numbered(&one.slug, &file.entry.slug);
            self.others.get(&file.place).filter(|one| same(one))?;
            self.others.remove(&file.place)
        })
    }
}

fn free(taken: &mut HashSet<(Kind, String, String)>, kind: Kind, month: &str, wanted: &str) -> String {
    for n in 1.. {
        let slug = if n == 1 { wanted.to_owned() } else { format!("{wanted}-{n}") };
        if checked_slug(&slug, kind).is_ok() && taken.insert((kind, month.to_owned(), slug.clone())) {
            return slug;
        }
    }
    unreachable!("numbers do not end")
}
