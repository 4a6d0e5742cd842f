//! What a file is to the publication: its front matter and its name, understood. Pure.
//!
//! Names are those of Jekyll, Hugo, Eleventy and the themes that most people use; a name nobody knows is told, never guessed.

use super::field::{first, flag, listed, one_text, texts, wrong};
use super::former::{folder, last_segment, path_of, usual};
use super::front::{Front, Value};
use super::known;
use super::moment::{in_range, moment};
use super::name::Name;
use crate::post::{Kind, LONGEST_TITLE};
use crate::slug::slugify;
use crate::time::Time;
use jiff::tz::TimeZone;

/// One post or page to be, without its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub kind: Kind,
    pub title: String,
    /// The text begins with its own title, which then is not said twice.
    pub titled_in_text: bool,
    pub slug: String,
    /// When it was published; a draft may have none.
    pub at: Option<Time>,
    pub draft: bool,
    /// When it was last changed, if it says so.
    pub changed: Option<Time>,
    pub excerpt: String,
    pub tags: Vec<String>,
    pub authors: Vec<Byline>,
    /// As a tag of BCP 47; empty is the publication's own.
    pub language: String,
    pub cover: Option<Cover>,
    /// Paths under which it was read before.
    pub former: Vec<String>,
    /// Where it leads, if it is no more than a pointer to something elsewhere.
    pub leads_to: Option<String>,
    /// What is told of it, each with the name in the front matter it is about.
    pub notes: Vec<String>,
}

impl Entry {
    pub fn published_at(&self) -> Option<Time> {
        self.at.filter(|_| !self.draft)
    }
}

/// Who wrote it: a name, or a key that the site explains elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Byline {
    pub key: String,
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    pub address: String,
    pub alt: String,
}

/// What the site at large says about each of its files.
#[derive(Debug, Default, Clone)]
pub struct Customs {
    /// A Jekyll site: addresses of posts end in `.html`, a string of tags is divided at spaces.
    pub jekyll: bool,
    /// A Hugo site: a page's address is its place.
    pub hugo: bool,
    /// How addresses of posts are made, such as `/:year/:month/:title/`.
    pub permalink: Option<String>,
    pub zone: Option<TimeZone>,
}

/// Understands one file. An answer in words says why it cannot be taken.
///
/// `place` is its path under the folder that is imported, with slashes; `touched` is when the file was last written.
pub fn understand(
    place: &str,
    front: &Front,
    text: &str,
    customs: &Customs,
    touched: Time,
) -> Result<Entry, String> {
    let zone = customs.zone.clone().unwrap_or(TimeZone::UTC);
    let name = Name::of(place);
    let mut notes = Vec::new();
    let said = title(front)?;
    let heading = heading(text);
    let title = match (&said, &heading) {
        (Some(title), _) => title.clone(),
        (None, Some(title)) => title.clone(),
        (None, None) => name.in_words(),
    };
    let titled_in_text = heading.as_deref().is_some_and(|heading| heading.trim() == title.trim());

    let dated =
        first(front, &["date", "publishdate", "pubdate", "published_date", "published_at", "created"]);
    let mut at = match dated {
        Some((key, value)) => Some(moment(key, value, &zone)?),
        None => match name.date {
            Some(date) => {
                Some(in_range(&date.to_string(), date.to_zoned(zone.clone()).ok().map(|z| z.timestamp()))?)
            }
            None => None,
        },
    };
    let changed = match first(front, &["lastmod", "last_modified_at", "last_updated", "updated", "modified"])
    {
        Some((key, value)) => Some(moment(key, value, &zone)?),
        None => None,
    };
    let in_drafts = place.split('/').any(|part| matches!(part, "_drafts" | "drafts"));
    let draft = flag(front, "draft")?.unwrap_or(in_drafts)
        || flag(front, "published")?.is_some_and(|published| !published)
        || texts(front, "status")?
            .iter()
            .any(|status| matches!(status.to_lowercase().as_str(), "draft" | "private" | "hidden"));
    let shape = ["layout", "type", "kind"].iter().find_map(|key| front.get(key).and_then(Value::text));
    let kind = match shape.map(str::to_lowercase).as_deref() {
        Some("page" | "static") => Kind::Page,
        Some("post" | "article" | "blog" | "posts") => Kind::Post,
        _ if at.is_some() || in_drafts || place.split('/').any(|part| part == "_posts") => Kind::Post,
        _ => Kind::Page,
    };
    if at.is_none() && !draft {
        at = Some(touched);
        if kind == Kind::Post {
            notes.push("It has no date; the day its file was last written stands in.".to_owned());
        }
    }
    if let Some(expiry) = front.get("expirydate").and_then(Value::text) {
        notes.push(format!("It was to end on {expiry}; it is taken all the same."));
    }

    let slug = match first(front, &["slug"]) {
        Some((key, value)) => one_text(key, value)?,
        None => None,
    };
    let permalink = match first(front, &["permalink", "url"]) {
        Some((_, Value::Text(word))) if matches!(word.as_str(), "false" | "true") => None,
        Some((key, value)) => one_text(key, value)?.map(|address| path_of(&address)),
        None => None,
    };
    let permalink = permalink.filter(|path| !path.contains(['{', ':']));
    let last_of_permalink = permalink.as_deref().and_then(last_segment);
    let slug = slug.or(last_of_permalink).unwrap_or_else(|| match name.stem.is_empty() {
        true => title.clone(),
        false => name.stem.clone(),
    });

    let categories = listed(front, &["categories", "category"], customs.jekyll)?;
    let mut tags = listed(front, &["tags", "tag"], customs.jekyll)?;
    for more in categories.iter().chain(&listed(front, &["topics"], false)?) {
        if !tags.iter().any(|tag| slugify(tag) == slugify(more)) {
            tags.push(more.clone());
        }
    }

    let mut former: Vec<String> = Vec::new();
    let mut was_at = |path: String| {
        let path = crate::post::redirect::plain(&path);
        if path.len() > 1 && !former.contains(&path) {
            former.push(path);
        }
    };
    permalink.into_iter().for_each(&mut was_at);
    for key in ["aliases", "redirect_from"] {
        for address in texts(front, key)? {
            was_at(match address.starts_with('/') || address.contains("://") {
                true => path_of(&address),
                false => format!("/{}{address}", folder(place).trim_start_matches("content/")),
            });
        }
    }
    let day = at.map(|at| at.timestamp().to_zoned(zone.clone()).date());
    usual(place, &name, &slug, &categories, day, kind, customs).into_iter().for_each(&mut was_at);

    let cover = cover(front, &title, &mut notes)?;
    let strange = known::strange(front);
    if !strange.is_empty() {
        notes.push(format!("Not taken from its front matter: {}.", strange.join(", ")));
    }
    Ok(Entry {
        kind,
        titled_in_text,
        slug: slugify(&slug),
        at,
        draft,
        changed,
        excerpt: excerpt(front)?,
        tags,
        authors: bylines(front)?,
        language: language(front, &name)?,
        cover,
        former,
        leads_to: leads_to(front),
        notes,
        title,
    })
}

fn title(front: &Front) -> Result<Option<String>, String> {
    let Some((name, value)) = first(front, &["title", "linktitle", "name"]) else { return Ok(None) };
    let title = one_text(name, value)?;
    let folded = title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
    match folded {
        Some(title) if title.chars().count() > LONGEST_TITLE => {
            Err("Its title has more than 1,000 characters.".into())
        }
        title => Ok(title),
    }
}

/// The heading that a text begins with.
fn heading(text: &str) -> Option<String> {
    let mut lines = text.trim_start().lines();
    let first = lines.next()?;
    let title = match first.strip_prefix("# ") {
        Some(title) => title.trim().trim_end_matches('#').trim(),
        None => {
            let under = lines.next()?.trim_end();
            let is_rule = !under.is_empty() && under.bytes().all(|b| b == b'=');
            is_rule.then_some(first.trim())?
        }
    };
    let shown = plain(title);
    (!shown.is_empty()).then_some(shown)
}

/// Without the heading it begins with.
pub fn without_heading(text: &str) -> &str {
    let start = text.trim_start();
    let rest = start.split_once('\n').map_or("", |(_, rest)| rest);
    match start.starts_with("# ") {
        true => rest,
        false => rest.split_once('\n').map_or("", |(_, rest)| rest),
    }
}

fn bylines(front: &Front) -> Result<Vec<Byline>, String> {
    let Some((name, value)) = first(front, &["authors", "author", "by"]) else { return Ok(Vec::new()) };
    let one = |value: &Value| match value {
        Value::Nothing => Ok(None),
        Value::Text(text) => {
            let key = text.trim().to_owned();
            Ok((!key.is_empty()).then_some(Byline { key, name: None, email: None }))
        }
        map @ Value::Map(_) => {
            let get = |names: &[&str]| {
                names.iter().find_map(|name| map.get(name).and_then(Value::text)).map(str::to_owned)
            };
            let name = get(&["name", "display_name", "title"]);
            let key = get(&["id", "slug", "key", "username"]).or(name.clone());
            Ok(key.map(|key| Byline { key, name, email: get(&["email", "mail"]) }))
        }
        other => Err(wrong(name, other, "names")),
    };
    match value {
        Value::List(list) => list.iter().filter_map(|value| one(value).transpose()).collect(),
        Value::Text(text) if name != "author" || text.contains(", ") => text
            .split(',')
            .map(|part| one(&Value::Text(part.to_owned())))
            .filter_map(Result::transpose)
            .collect(),
        value => Ok(one(value)?.into_iter().collect()),
    }
}

fn excerpt(front: &Front) -> Result<String, String> {
    match first(front, &["excerpt", "summary", "description", "subtitle"]) {
        Some((name, value)) => Ok(plain(&one_text(name, value)?.unwrap_or_default())),
        None => Ok(String::new()),
    }
}

/// Words without the marks of Markdown or HTML.
fn plain(text: &str) -> String {
    match text.contains(['<', '&', '*', '_', '`', '[', '\\']) {
        true => {
            markup::read(text, &markup::Options::default()).plain_text.replace('\n', " ").trim().to_owned()
        }
        false => text.trim().to_owned(),
    }
}

fn language(front: &Front, name: &Name) -> Result<String, String> {
    let said = match first(front, &["lang", "language", "locale"]) {
        Some((key, value)) => one_text(key, value)?,
        None => name.language.clone(),
    };
    let Some(code) = said else { return Ok(String::new()) };
    let code = code.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    let is_tag = code.len() >= 2
        && code.len() <= 35
        && code.split('-').all(|part| {
            !part.is_empty() && part.len() <= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    match is_tag && code.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => Ok(code),
        false => {
            Err(format!("“{code}” in its front matter is no language; write a code such as en or pt-BR."))
        }
    }
}

fn cover(front: &Front, title: &str, notes: &mut Vec<String>) -> Result<Option<Cover>, String> {
    let names = ["image", "cover", "featured_image", "feature_image", "featuredimage", "thumbnail", "images"];
    let Some((name, value)) = first(front, &names) else { return Ok(None) };
    let value = match value {
        Value::List(list) => match list.first() {
            Some(value) => value,
            None => return Ok(None),
        },
        value => value,
    };
    let get = |names: &[&str]| {
        names.iter().find_map(|name| value.get(name).and_then(Value::text)).map(str::to_owned)
    };
    let (address, alt) = match value {
        Value::Nothing => return Ok(None),
        Value::Text(address) => (Some(address.trim().to_owned()), None),
        Value::Map(_) => (get(&["path", "src", "url", "image", "feature"]), get(&["alt", "caption"])),
        other => return Err(wrong(name, other, "the path of a picture")),
    };
    let Some(address) = address.filter(|address| !address.is_empty()) else { return Ok(None) };
    let beside =
        ["image_alt", "cover_alt", "imagealt", "featured_image_alt", "image_caption", "image_figcaption"];
    let beside = beside.iter().find_map(|name| front.get(name).and_then(Value::text)).map(str::to_owned);
    let alt = alt.or(beside).map(|alt| plain(&alt)).filter(|alt| !alt.is_empty()).unwrap_or_else(|| {
        if !address.contains("://") {
            notes.push("Nothing says what its picture shows; its title stands in.".to_owned());
        }
        title.to_owned()
    });
    Ok(Some(Cover { address, alt }))
}

fn leads_to(front: &Front) -> Option<String> {
    let names = ["source_url", "redirectto", "redirect_to", "external_url", "link", "linkurl"];
    let address = names.iter().find_map(|name| front.get(name).and_then(Value::text))?;
    let url = url::Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::front;
    use super::*;

    fn entry(place: &str, file: &str) -> Result<Entry, String> {
        let front = front::read(file).map_err(|broken| broken.why)?;
        let customs = Customs {
            jekyll: place.starts_with('_'),
            hugo: place.starts_with("content/"),
            ..Customs::default()
        };
        understand(place, &front, &file[front.text_at..], &customs, Time(0))
    }

    #[test]
    fn a_date_is_read_however_it_is_written() {
        let check = |written: &str, expected: &str| {
            let read = entry("a.md", &format!("---\ndate: {written}\n---\n"));
            assert_eq!(
                read.map_or_else(|why| why, |entry| entry.at.unwrap().rfc3339()),
                expected,
                "{written}"
            );
        };
        check("2014-03-12", "2014-03-12T00:00:00Z");
        check("2014-3-2", "2014-03-02T00:00:00Z");
        check("2013-08-08 9:29:04 -0400", "2013-08-08T13:29:04Z");
        check("2023-05-15T14:51:00-05:00", "2023-05-15T19:51:00Z");
        check("2023-05-15T14:51:00.123Z", "2023-05-15T14:51:00Z");
        check("2023-05-15 14:51", "2023-05-15T14:51:00Z");
        check("2023-05-15 2:51 pm", "2023-05-15T14:51:00Z");
        check("2023-05-15 14:51:00 +0000 UTC", "2023-05-15T14:51:00Z");
        check("2023-05-15 14:51:00 UTC", "2023-05-15T14:51:00Z");
        check("1970-01-01", "1970-01-01T00:00:00Z");
        check("1969-12-31", "It is dated 1969-12-31; dates here run from 1970 to 9999.");
        check("0814-02-01", "It is dated 0814-02-01; dates here run from 1970 to 9999.");
        check("12014-02-01", "It is dated 12014-02-01; dates here run from 1970 to 9999.");
        for unread in ["soon", "2014-13-01", "2014-02-30", "2014", "2014-02-03 25:00", "2014-02-03 at noon"] {
            let says = format!(
                "“{unread}” in its front matter is no date; write date: 2026-03-14, or 2026-03-14 09:30."
            );
            check(unread, &says);
        }
    }

    #[test]
    fn wrong_types_are_told() {
        let check = |front: &str, expected: &str| {
            assert_eq!(entry("a.md", &format!("---\n{front}\n---\n")), Err(expected.to_owned()), "{front}");
        };
        check("title: [a, b]", "“title” in its front matter is a list; write text.");
        check("title: {a: b}", "“title” in its front matter is a group of values; write text.");
        check("draft: maybe", "“draft” in its front matter is “maybe”; write true or false.");
        check("draft: [true]", "“draft” in its front matter is a list; write true or false.");
        check("date: [2014-01-01]", "“date” in its front matter is a list; write a date such as 2026-03-14.");
        check("tags: [{a: b}]", "“tags” in its front matter holds a group of values; write a list of words.");
        check(
            "lang: what language?",
            "“what language?” in its front matter is no language; write a code such as en or pt-BR.",
        );
        check("authors: [[a]]", "“authors” in its front matter is a list; write names.");
    }

    #[test]
    fn names_say_what_front_matter_leaves_open() {
        let language = |place: &str| entry(place, "Text").unwrap().language;
        assert_eq!(language("pt-BR/tide.md"), "pt-BR");
        assert_eq!(language("fr/tide.md"), "fr");
        assert_eq!(language("go/tide.md"), "");

        let plain = entry("notes/2014-03-12-slack_water.md", "Text").unwrap();
        assert_eq!(
            (plain.title.as_str(), plain.slug.as_str(), plain.kind),
            ("Slack water", "slack-water", Kind::Post)
        );
        assert_eq!(plain.former, ["/2014/03/12/slack_water", "/2014/03/12/slack-water"]);

        let headed = entry("tide.md", "# The *tide* #\n\nText").unwrap();
        assert_eq!(
            (headed.title.as_str(), headed.titled_in_text, headed.kind),
            ("The tide", true, Kind::Page)
        );
        assert_eq!(without_heading("# The tide\n\nText"), "\nText");
        assert_eq!(without_heading("The tide\n===\nText"), "Text");

        let bundle =
            entry("content/blog/the-quay/index.fr.md", "---\ndate: 2020-01-02\ncategories: [Port]\n---\n")
                .unwrap();
        assert_eq!((bundle.slug.as_str(), bundle.language.as_str()), ("the-quay", "fr"));
        assert_eq!(
            (bundle.former, bundle.tags),
            (vec!["/blog/the-quay".to_owned()], vec!["Port".to_owned()])
        );

        let draft = entry("_drafts/half.md", "---\ntitle: Half\n---\n").unwrap();
        assert!(draft.draft && draft.kind == Kind::Post && draft.at.is_none(), "{draft:?}");
    }

    #[test]
    fn what_readers_and_links_knew_is_kept() {
        let file = "---\ntitle: 'Tide & time'\ndate: 2014-03-12\ntags: sea harbour\ncategory: Notes\npermalink: /notes/tide/\n\
                    redirect_from:\n- /old/tide.html\n- https://gazette.example/a/index.html\nauthor: Ida Brandt\nlang: pt_BR\nimage: {path: /a.png}\nodd: 1\n---\n";
        let entry = entry("_posts/2014-03-12-tide.md", file).unwrap();
        assert_eq!(entry.tags, ["sea", "harbour", "Notes"]);
        assert_eq!(
            entry.former,
            ["/notes/tide", "/old/tide.html", "/a", "/2014/03/12/tide", "/notes/2014/03/12/tide.html"]
        );
        assert_eq!((entry.slug.as_str(), entry.language.as_str()), ("tide", "pt-BR"));
        assert_eq!(entry.authors[0].key, "Ida Brandt");
        assert_eq!(entry.cover, Some(Cover { address: "/a.png".into(), alt: "Tide & time".into() }));
        assert_eq!(
            entry.notes,
            [
                "Nothing says what its picture shows; its title stands in.",
                "Not taken from its front matter: odd."
            ]
        );
    }
}
