//! Folders of Markdown: Jekyll, Hugo, Eleventy and plain ones.
//!
//! Three passes, so that any number of posts fits in little memory. All files are looked at and understood ([`front`], [`entry`]); then
//! every one is given its address, so that links between them can follow; then texts are made ours ([`text`]), rendered beside
//! each other, and written down some dozens at a time. A file that comes again unchanged is not touched; a post that was edited
//! here is left alone.

mod entry;
mod front;
mod text;
mod tree;

use super::report::{Fate, Report};
use crate::app::{App, compute};
use crate::id::PersonId;
use crate::media::Media;
use crate::outside::db::Tx;
use crate::person::{Person, Role};
use crate::post::record::Keeping;
use crate::post::{Arrival, Draft, Imported, Kind, Post, Rendered, checked_slug, redirect};
use crate::publication::Publication;
use crate::slug::slugify;
use crate::time::Time;
use crate::{Error, Result};
use entry::{Byline, Entry};
use futures_util::{StreamExt, stream};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use text::Place;
use tree::{Picture, Tree};

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

/// A file, understood.
struct File {
    place: String,
    entry: Entry,
    text_at: usize,
    /// Lines above the text.
    lines: usize,
    digest: [u8; 32],
}

async fn survey(app: &App, tree: &Arc<Tree>, report: &mut Report, progress: &Progress) -> Result<Vec<File>> {
    let zone = app.db.read(Publication::load).await?.time_zone();
    let now = app.now();
    let batches = tree.places.chunks(BATCH).map(|places| {
        let (tree, zone, places) = (tree.clone(), zone.clone(), places.to_vec());
        compute(move || {
            let look = |place: String| {
                let file = guarded(|| look_at(&tree, &place, &zone, now));
                (place, file)
            };
            places.into_iter().map(look).collect::<Vec<_>>()
        })
    });
    let mut batches = stream::iter(batches).buffered(cores());
    let mut files = Vec::with_capacity(tree.places.len());
    while let Some(batch) = batches.next().await {
        for (place, file) in batch? {
            progress.done.fetch_add(1, Ordering::Relaxed);
            match file {
                Ok(Some(file)) => files.push(file),
                Ok(None) => report.warn(&place, None, "It is no post of this site and was not taken."),
                Err(reason) => report.skip(&place, reason),
            }
        }
    }
    // Oldest first: whoever wrote first has the address.
    files.sort_by(|a, b| (a.entry.at, &a.place).cmp(&(b.entry.at, &b.place)));
    Ok(files)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// A fault of ours over one file is told of that file, and stops no other.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("This program failed over it; please report that.".into()))
}

/// `None`: the site itself does not read it as a post.
fn look_at(tree: &Tree, place: &str, zone: &TimeZone, now: Time) -> Result<Option<File>, String> {
    let (file, touched) = open(tree, place)?;
    let front = front::read(&file).map_err(|broken| format!("Line {}: {}", broken.line, broken.why))?;
    let stem = place.rsplit('/').next().unwrap_or_default();
    let is_html = is_html(place);
    if stem.starts_with("_index.")
        || tree.wants_front_matter() && !front.present && !place.contains("_posts/")
    {
        return Ok(None);
    }
    let mut customs = tree.customs(place);
    customs.zone = customs.zone.or(Some(zone.clone()));
    let text = &file[front.text_at..];
    let entry = match is_html && !front.present {
        true => {
            let (front, markdown) = page(&file);
            entry::understand(place, &front, &markdown, &customs, touched.min(now))
        }
        false => {
            entry::understand(place, &front, if is_html { "" } else { text }, &customs, touched.min(now))
        }
    }?;
    let mut digest = Sha256::new();
    digest.update([READING]);
    digest.update(&file);
    let mut add = |address: &str| {
        if let Some(picture) = tree.picture(place, address) {
            digest.update(picture.digest);
        }
    };
    text::readdress(text, &mut |_, address, _| {
        add(address);
        None
    });
    if let Some(cover) = &entry.cover {
        add(&cover.address);
    }
    let digest = digest.finalize().into();
    Ok(Some(File { place: place.to_owned(), entry, text_at: front.text_at, lines: front.lines, digest }))
}

fn is_html(place: &str) -> bool {
    let ending = place.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
    matches!(ending.as_str(), "html" | "htm")
}

/// A whole file, which is text, and when it was last written.
fn open(tree: &Tree, place: &str) -> Result<(String, Time), String> {
    let path = tree.path(place);
    let unread = |error: std::io::Error| format!("It cannot be read: {error}.");
    let about = std::fs::metadata(&path).map_err(unread)?;
    if about.len() > LONGEST_FILE {
        return Err(format!("It has {} KB; a post may be one megabyte of text.", about.len() / 1024));
    }
    let bytes = std::fs::read(&path).map_err(unread)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("It is written in UTF-16; save it as UTF-8.".into());
    }
    if bytes.contains(&0) {
        return Err("It is not text: it holds bytes of zero.".into());
    }
    let file = String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        format!("It is not UTF-8, which shows first in line {line}; save it as UTF-8.")
    })?;
    if file.trim_matches('\u{feff}').trim().is_empty() {
        return Err("It is empty.".into());
    }
    let touched = about.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
    let file = if file.contains('\r') { file.replace("\r\n", "\n").replace('\r', "\n") } else { file };
    Ok((file, touched.map_or(Time(0), |at| Time(at.as_microsecond().max(0)))))
}

/// A page of HTML that says of itself in its head what others say in front matter; and its text as Markdown.
fn page(html: &str) -> (front::Front, String) {
    let document = scraper::Html::parse_document(html);
    let one = |selector: &str| {
        let selector = scraper::Selector::parse(selector).expect("a selector of ours");
        document.select(&selector).next()
    };
    let mut fields = Vec::new();
    let mut say = |name: &str, text: Option<String>| {
        let text = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
        if !text.is_empty() {
            fields.push((name.to_owned(), front::Value::Text(text)));
        }
    };
    let meta = |name: &str| {
        let found = one(&format!("meta[name='{name}']")).or_else(|| one(&format!("meta[property='{name}']")));
        found.and_then(|meta| meta.value().attr("content").map(str::to_owned))
    };
    let root = document.root_element();
    say("title", one("title").map(|title| title.text().collect()));
    say("lang", root.value().attr("lang").or(root.value().attr("xml:lang")).map(str::to_owned));
    say("description", meta("description"));
    say("author", meta("author"));
    say("date", meta("date").or_else(|| meta("article:published_time")));
    let body = ["main", "article", "body"].iter().find_map(|name| one(name));
    let body = body.map_or_else(|| html.to_owned(), |body| body.inner_html());
    let markdown = markup::tidy::html(&body).markdown;
    (front::Front { fields, text_at: 0, lines: 0, present: true }, markdown)
}

/// What is to be done with every file.
struct Plan {
    tree: Arc<Tree>,
    work: Vec<Work>,
    /// Files of which nothing is left to do.
    left_alone: usize,
    /// Where each file, and each address of old, is read now.
    by_place: HashMap<String, String>,
    by_former: HashMap<String, String>,
    /// By name without folder; none where two files have it.
    by_name: HashMap<String, Option<String>>,
    paths: HashSet<String>,
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
    /// Index into the people of the plan.
    author: usize,
}

/// Somebody whose name stands above posts.
struct Credit {
    name: String,
    bio: String,
    email: Option<String>,
    /// None until they are here.
    id: Option<PersonId>,
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
            tree,
            work: Vec::new(),
            left_alone: report.skipped.len(),
            by_place: HashMap::new(),
            by_former: HashMap::new(),
            by_name: HashMap::new(),
            paths: HashSet::from(["/".to_owned()]),
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
            plan.by_place.insert(file.place.clone(), path.clone());
            plan.paths.insert(path.clone());
            let name = file.place.rsplit('/').next().unwrap_or_default().to_owned();
            plan.by_name.entry(name).and_modify(|both| *both = None).or_insert_with(|| Some(path.clone()));
            for former in &entry.former {
                plan.by_former.entry(former.clone()).or_insert_with(|| path.clone());
            }
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
            let author = people.of(&plan.tree, &entry.authors);
            if entry.authors.len() > 1 {
                let names: Vec<String> =
                    entry.authors.iter().map(|byline| people.name(&plan.tree, byline)).collect();
                let alone = &people.all[author].name;
                let message = format!("Written by {}; only {alone} stands above it.", names.join(", "));
                report.warn(&file.place, None, message);
            }
            let own = entry.language.eq_ignore_ascii_case(&publication.language);
            let language = if own { String::new() } else { entry.language.clone() };
            plan.work.push(Work { kind: entry.kind, slug, path, language, author, again, file });
        }
        plan.people = people.all;
        Ok(plan)
    }

    async fn carry_out(self: Arc<Plan>, app: &App, report: &mut Report, progress: &Progress) -> Result<()> {
        let needed: HashSet<usize> = self.work.iter().map(|work| work.author).collect();
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
        // One batch is written while others are made ready.
        let mut batches = stream::iter(batches).buffered(cores() + 1);
        let mut hung = HashSet::new();
        while let Some(batch) = batches.next().await {
            let mut ready = Vec::new();
            for (at, outcome) in batch? {
                match outcome {
                    Ok(one) => ready.push(one),
                    Err(reason) => report.skip(&self.work[at].file.place, reason),
                }
            }
            report.pictures += self.hang(app, &mut ready, &mut hung, report).await?;
            let done = match self.dry_run {
                true => ready.into_iter().map(|one| (one, Ok(Vec::new()))).collect(),
                false => self.write(app, ready, &authors).await?,
            };
            for (one, outcome) in done {
                progress.done.fetch_add(1, Ordering::Relaxed);
                self.tell(&one, outcome, report);
            }
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
        let (whole, _) = open(&self.tree, &file.place)?;
        let entry = &file.entry;
        let (mut told, mut pictures) = (Vec::new(), Vec::new());
        let text = match is_html(&file.place) {
            true if file.text_at == 0 => page(&whole).1,
            true => markup::tidy::html(whole.get(file.text_at..).unwrap_or_default()).markdown,
            false => whole.get(file.text_at..).ok_or("It changed while it was imported.")?.to_owned(),
        };
        let resolve = |named: &str| self.resolve(&file.place, named);
        let (filled, kept) = text::fill_in(&text, &resolve);
        let same_lines = filled.matches('\n').count() == text.matches('\n').count();
        told.extend(kept);
        let markdown = text::readdress(&filled, &mut |place, address, line| match self.address(
            &file.place,
            place,
            address,
        ) {
            Address::Same => None,
            Address::Path(path) => Some(path),
            Address::Picture(picture) => {
                let path = format!("/media/{}", picture.name);
                pictures.push(picture);
                Some(path)
            }
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
            match self.address(&file.place, Place::Picture, &cover.address) {
                Address::Picture(picture) => {
                    draft.cover = format!("/media/{}", picture.name);
                    draft.cover_alt = cover.alt.clone();
                    pictures.push(picture);
                }
                Address::Lost(message) => told.push(text::Told { line: None, message }),
                _ => {}
            }
        }
        draft.check_length().map_err(|error| error.to_string())?;
        let rendered = match self.dry_run {
            true => None,
            false => {
                let language = Some(self.work[at].language.as_str()).filter(|language| !language.is_empty());
                let language = language.unwrap_or(&self.language);
                let mut rendered =
                    Rendered::now(draft, &self.options, language).map_err(|error| error.to_string())?;
                rendered.keeping = self.keeping;
                Some(rendered)
            }
        };
        Ok(Ready { at, rendered, pictures, told })
    }

    /// Where a file that a tool's own link names is read now: by its path, its name, or what is left of that without its day.
    fn resolve(&self, from: &str, named: &str) -> Option<String> {
        let named = named.trim().trim_matches('"').trim_end_matches('/');
        let bare = named.trim_start_matches('/');
        if bare.is_empty() {
            return None;
        }
        if let Some(place) = self.tree.place_of(from, named) {
            return self.by_place.get(&place).cloned();
        }
        let endings = ["", ".md", ".markdown", "/index.md"];
        for top in ["", "content/", "_posts/"] {
            for ending in endings {
                if let Some(path) = self.by_place.get(&format!("{top}{bare}{ending}")) {
                    return Some(path.clone());
                }
            }
        }
        if let Some(path) = self.by_former.get(&format!("/{bare}")) {
            return Some(path.clone());
        }
        self.by_name.get(bare).or_else(|| self.by_name.get(&format!("{bare}.md"))).cloned().flatten()
    }

    fn address(&self, from: &str, place: Place, address: &str) -> Address {
        let elsewhere = url::Url::parse(address).is_ok() || address.starts_with("//");
        if elsewhere {
            return match place {
                Place::Picture if address.starts_with("http") || address.starts_with("//") => {
                    Address::Lost(format!("The picture {address} is elsewhere: it is linked, not shown."))
                }
                _ => Address::Same,
            };
        }
        if address.is_empty() || address.starts_with(['#', '{', '?']) {
            return Address::Same;
        }
        if let Some(picture) = self.tree.picture(from, address) {
            return Address::Picture(picture);
        }
        if place == Place::Picture {
            return Address::Lost(format!("The picture {address} is not in the folder, or is none."));
        }
        let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
        let beside = self.tree.place_of(from, path).and_then(|place| self.by_place.get(&place));
        if let Some(now) = beside {
            return Address::Path(format!("{now}{rest}"));
        }
        if let Some(now) = self.by_former.get(&redirect::plain(path)) {
            return Address::Path(format!("{now}{rest}"));
        }
        match self.tree.file(from, address) {
            _ if self.paths.contains(&redirect::plain(path)) => Address::Same,
            Some(_) => Address::Lost(format!("The file {address} was not taken along.")),
            None => Address::Lost(format!("The link {address} leads to nothing that is imported.")),
        }
    }

    /// Keeps the pictures of some posts, each once. Those that cannot be kept are told.
    async fn hang(
        &self,
        app: &App,
        ready: &mut [Ready],
        hung: &mut HashSet<String>,
        report: &mut Report,
    ) -> Result<usize> {
        let mut new = 0;
        for one in ready.iter() {
            for picture in &one.pictures {
                if !hung.insert(picture.name.clone()) {
                    continue;
                }
                new += 1;
                if self.dry_run {
                    continue;
                }
                let Ok(bytes) = std::fs::read(&picture.path) else {
                    report.warn(
                        &self.work[one.at].file.place,
                        None,
                        "A picture of it is gone since the import began.",
                    );
                    continue;
                };
                let (key, size) = (format!("media/{}", picture.name), bytes.len());
                app.files.put(&key, bytes).await?;
                let (name, media_type, now) = (picture.name.clone(), picture.media_type, self.now);
                app.db.write(move |tx| Media::add(tx, &name, &key, media_type, size, now)).await?;
            }
        }
        Ok(new)
    }

    /// Some dozens at once; when one of them cannot be written, each by itself.
    async fn write(
        self: &Arc<Plan>,
        app: &App,
        ready: Vec<Ready>,
        authors: &Arc<HashMap<usize, PersonId>>,
    ) -> Result<Vec<(Ready, Result<Vec<String>, String>)>> {
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
        let published_at = entry.at.filter(|_| !entry.draft);
        let arrival = Arrival {
            kind: work.kind,
            slug: work.slug.clone(),
            author: authors[&work.author],
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
    pictures: Vec<Picture>,
    told: Vec<text::Told>,
}

enum Address {
    Same,
    Path(String),
    Picture(Picture),
    /// It leads nowhere, in words.
    Lost(String),
}

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

/// `tide`, or `tide-2` where the first was taken.
fn is_numbered(slug: &str, wanted: &str) -> bool {
    let number = slug.strip_prefix(wanted).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
    slug == wanted || number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
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

/// Everybody whose name stands above a post, here already or not yet.
struct People {
    all: Vec<Credit>,
    by_slug: HashMap<String, usize>,
    /// Where nobody is named.
    usual: Option<usize>,
    publication: String,
}

impl People {
    fn new(everybody: Vec<Person>, publication: &str) -> People {
        let signs_in = |person: &&Person| person.email.is_some() && person.deactivated_at.is_none();
        let owner = everybody.iter().find(|person| signs_in(person) && person.role == Role::Owner);
        let usual = owner.or(everybody.iter().find(signs_in)).map(|person| person.person_id);
        let mut people = People {
            all: Vec::new(),
            by_slug: HashMap::new(),
            usual: None,
            publication: publication.to_owned(),
        };
        for person in everybody {
            let at = people.all.len();
            if Some(person.person_id) == usual {
                people.usual = Some(at);
            }
            people.by_slug.insert(person.slug.clone(), at);
            people.by_slug.entry(slugify(&person.name)).or_insert(at);
            let Person { name, bio, email, person_id, .. } = person;
            people.all.push(Credit { name, bio, email, id: Some(person_id) });
        }
        people
    }

    /// Who stands above a post: the first of those it names.
    fn of(&mut self, tree: &Tree, bylines: &[Byline]) -> usize {
        let (name, bio, keys) = match bylines.first() {
            Some(byline) => {
                let email = byline.email.as_ref().map(|email| email.to_lowercase());
                let by_email = email.and_then(|email| {
                    self.all.iter().position(|person| person.email.as_deref() == Some(email.as_str()))
                });
                if let Some(at) = by_email {
                    return at;
                }
                let name = self.name(tree, byline);
                let bio = tree.about(&byline.key).map(|about| about.bio.clone()).unwrap_or_default();
                let keys = vec![slugify(&byline.key), slugify(&name)];
                (name, bio, keys)
            }
            None => match self.usual {
                Some(at) => return at,
                None => (self.publication.clone(), String::new(), vec![slugify(&self.publication)]),
            },
        };
        if let Some(at) = keys.iter().find_map(|key| self.by_slug.get(key)) {
            return *at;
        }
        let at = self.all.len();
        self.all.push(Credit { name, bio, email: None, id: None });
        for key in keys {
            self.by_slug.insert(key, at);
        }
        at
    }

    /// In full, as far as anybody says it.
    fn name(&self, tree: &Tree, byline: &Byline) -> String {
        if let Some(name) = &byline.name {
            return name.clone();
        }
        if let Some(about) = tree.about(&byline.key) {
            return about.name.clone();
        }
        if let Some(at) = self.by_slug.get(&slugify(&byline.key)) {
            return self.all[*at].name.clone();
        }
        // `ida-brandt` is a key, and very likely a name.
        let key = &byline.key;
        match key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
        {
            true => key
                .split(['-', '_', '.'])
                .filter(|part| !part.is_empty())
                .map(|part| part[..1].to_uppercase() + &part[1..])
                .collect::<Vec<_>>()
                .join(" "),
            false => key.clone(),
        }
    }
}
