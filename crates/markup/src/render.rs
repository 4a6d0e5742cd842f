//! Markdown to HTML, and the read tree to parts.

use std::collections::HashMap;
use std::fmt::Write as _;

use comrak::nodes::NodeValue;
use comrak::{Arena, format_html, parse_document};
use unicode_segmentation::UnicodeSegmentation;

use crate::edit::{Edits, Piece};
use crate::quote::Reading;
use crate::run::{Place, Run, plain};
use crate::tree::{Data, Id, LINE, ROOT, Tree};
use crate::{Citation, Document, Heading, Options, Part, bare, cite, sanitise, sentence, url};

/// Unsafe HTML with lines: for the sanitiser.
pub(crate) fn html(markdown: &str) -> String {
    /// What follows a bare address is read anew, and may hold another.
    const MOST_PASSES: usize = 4;
    html_of(markdown, MOST_PASSES)
}

fn html_of(markdown: &str, passes: usize) -> String {
    let arena = Arena::new();
    let options = commonmark();
    let root = parse_document(&arena, markdown, &options);
    if passes > 0
        && let Some(bounded) = bare::bounded(markdown, root)
    {
        return html_of(&bounded, passes - 1);
    }
    for node in root.descendants() {
        let mut ast = node.data_mut();
        let line = ast.sourcepos.start.line;
        if let NodeValue::HtmlBlock(block) = &mut ast.value {
            block.literal = format!("<!--{LINE}{line}-->{}", block.literal);
        }
    }
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    // Writing into a string cannot fail.
    let _ = format_html(root, &options, &mut html);
    html
}

fn commonmark() -> comrak::Options<'static> {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.cjk_friendly_emphasis = true;
    options.render.r#unsafe = true;
    options.render.sourcepos = true;
    options
}

/// Everything about a read text that a caller stores.
pub(crate) fn document(tree: &Tree, runs: &[Run], reading: Reading, options: &Options) -> Document {
    let Reading { mut edits, citations, quotations, .. } = reading;
    let headings = headings(runs, options);
    let last_runs = last_runs(tree, runs);
    let mut embeds = Vec::new();
    for id in tree.ids() {
        let Some(index) = citations.of(id) else { continue };
        let citation = &citations.list[index];
        if citation.embed && tree.name(id) == "a" {
            embeds.push(index);
            edits.instead.insert(tree.node(id).parent, Part::Embed { citation: index });
        } else {
            place_note(tree, &last_runs, &mut edits, id, index);
        }
    }
    edits.sort();
    let ids = headings.iter().map(|(node, heading)| (*node, heading.id.clone())).collect();
    let mut writer = Writer { tree, edits: &edits, options, ids, parts: Vec::new(), html: String::new() };
    writer.children(ROOT);
    writer.extra(edits.end.get(&ROOT));
    writer.extra(edits.after.get(&ROOT));
    writer.flush();
    let parts = writer.parts;
    let plain_text = runs.iter().map(|run| plain(&run.text)).collect::<Vec<_>>().join("\n");
    Document {
        parts,
        citations: citations.list,
        quotations,
        embeds,
        headings: headings.into_iter().map(|(_, heading)| heading).collect(),
        excerpt: excerpt(tree, runs),
        words: plain_text.unicode_words().count(),
        plain_text,
    }
}

/// What an embed is where nothing can be embedded: its address, linked.
pub(crate) fn plain_link(citation: &Citation) -> String {
    let mut html = String::from("<p><a href=\"");
    escape(&citation.url, &mut html);
    html.push_str("\">");
    escape(&citation.url, &mut html);
    html.push_str("</a></p>\n");
    html
}

/// What a note is where there is no margin.
pub(crate) fn numbered_link(citation: &Citation, number: usize) -> String {
    let mut html = String::from("<sup><a href=\"");
    escape(&citation.url, &mut html);
    let _ = write!(html, "\" rel=\"noopener\">{number}</a></sup>");
    html
}

const EXCERPT_ENOUGH: usize = 160;
const EXCERPT_MOST: usize = 300;

fn excerpt(tree: &Tree, runs: &[Run]) -> String {
    let own = |run: &&Run| {
        run.place == Place::Paragraph
            && std::iter::once(run.node).chain(tree.ancestors(run.node)).all(|id| {
                !matches!(tree.name(id), "blockquote" | "figure" | "section" | "footer" | "aside" | "table")
            })
            && !run.text.trim().contains("://")
    };
    let mut excerpt = String::new();
    'text: for run in runs.iter().filter(own) {
        for range in sentence::split(&run.text, &[]) {
            let sentence = plain(&run.text[range]);
            let length = excerpt.chars().count() + sentence.chars().count() + 1;
            if length > EXCERPT_MOST && !excerpt.is_empty() {
                break 'text;
            }
            if !excerpt.is_empty() {
                excerpt.push(' ');
            }
            excerpt.push_str(&sentence);
            if length >= EXCERPT_ENOUGH {
                break 'text;
            }
        }
    }
    shorten(&excerpt)
}

/// A sentence of more than the most is cut at a word.
fn shorten(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(EXCERPT_MOST) else { return text.to_owned() };
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{}…", text[..cut].trim_end_matches([',', ';', ':', '–', '—', ' ']))
}

fn headings(runs: &[Run], options: &Options) -> Vec<(Id, Heading)> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for run in runs {
        let Place::Heading(level) = run.place else { continue };
        let text = plain(&run.text);
        let slug = slug(&text);
        let count = taken.entry(slug.clone()).or_insert(0);
        *count += 1;
        let number = if *count > 1 { format!("-{count}") } else { String::new() };
        let id = format!("{}{slug}{number}", options.id_prefix);
        found.push((run.node, Heading { level, id, text, line: run.line(run.start()) }));
    }
    found
}

fn slug(text: &str) -> String {
    let words: Vec<String> =
        text.unicode_words().map(|word| word.to_lowercase().replace(['\'', '’'], "")).collect();
    match words.is_empty() {
        true => "section".to_owned(),
        false => words.join("-"),
    }
}

/// A note stands behind its link and the stop or comma after it, as a printer sets it.
fn place_note(tree: &Tree, last_runs: &HashMap<Id, Id>, edits: &mut Edits, id: Id, citation: usize) {
    use crate::edit::Rank;
    let part = Part::Note { citation };
    match tree.name(id) {
        "a" => {
            let siblings = tree.children(tree.node(id).parent);
            let next = siblings.get(siblings.partition_point(|sibling| *sibling <= id));
            let stops = next.and_then(|next| match &tree.node(*next).data {
                Data::Text(text) => {
                    let stops: usize =
                        text.chars().take(3).take_while(|c| is_stop(*c)).map(char::len_utf8).sum();
                    (stops > 0).then_some((*next, stops))
                }
                _ => None,
            });
            match stops {
                Some(place) => edits.at(place, Rank::Note, Piece::Part(part)),
                None => edits.after(id, Rank::Note, part),
            }
        }
        "blockquote" => edits.end(last_runs.get(&id).copied().unwrap_or(id), Rank::Note, part),
        "" => {
            // A mark: its note stands where the mark does, or at the end of the block before it.
            match tree.element_before(id).filter(|before| !crate::tree::is_inline(tree.name(*before))) {
                Some(block) => edits.end(last_runs.get(&block).copied().unwrap_or(block), Rank::Note, part),
                None => edits.after(id, Rank::Note, part),
            }
        }
        _ => edits.after(id, Rank::Note, part),
    }
}

/// The element whose text is the last in each block.
fn last_runs(tree: &Tree, runs: &[Run]) -> HashMap<Id, Id> {
    let with_ancestors =
        |run: &Run| std::iter::once(run.node).chain(tree.ancestors(run.node)).collect::<Vec<_>>();
    runs.iter().flat_map(|run| with_ancestors(run).into_iter().map(|node| (node, run.node))).collect()
}

fn is_stop(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | ')'
            | '”'
            | '’'
            | '»'
            | '"'
            | '…'
            | '。'
            | '、'
            | '，'
            | '」'
            | '،'
            | '؟'
    )
}

struct Writer<'a> {
    tree: &'a Tree,
    edits: &'a Edits,
    options: &'a Options,
    /// The ids of headings.
    ids: HashMap<Id, String>,
    parts: Vec<Part>,
    html: String,
}

impl Writer<'_> {
    fn children(&mut self, id: Id) {
        for child in self.tree.children(id) {
            self.node(*child);
        }
    }

    fn node(&mut self, id: Id) {
        match &self.tree.node(id).data {
            Data::Text(text) => self.text(id, text),
            Data::Comment(_) => {}
            Data::Element { name, attributes } => match self.edits.instead.get(&id) {
                Some(part) => self.part(part.clone()),
                None => self.element(id, name, attributes),
            },
        }
        self.extra(self.edits.after.get(&id));
    }

    fn extra(&mut self, parts: Option<&Vec<(crate::edit::Rank, Part)>>) {
        for (_, part) in parts.into_iter().flatten() {
            self.part(part.clone());
        }
    }

    fn text(&mut self, id: Id, text: &str) {
        let mut done = 0;
        for (at, _, piece) in self.edits.text.get(&id).into_iter().flatten() {
            escape(&text[done..*at], &mut self.html);
            done = *at;
            match piece {
                Piece::Part(part) => self.part(part.clone()),
                Piece::Html(html) => self.html.push_str(html),
            }
        }
        escape(&text[done..], &mut self.html);
    }

    fn element(&mut self, id: Id, name: &str, attributes: &[(String, String)]) {
        match name {
            "img" | "video" | "audio" if !self.shows_media(id) => return self.linked_media(id),
            "input" if self.tree.attribute(id, "type") != Some("checkbox") => return,
            "source" | "track" if self.outside(id, "src") => return,
            "a" if cite::is_note(self.tree, id) && !self.options.guest => return,
            "p" => {
                if let Some((picture, caption)) = self.captioned(id) {
                    return self.figure(picture, &caption);
                }
            }
            _ => {}
        }
        let start = self.edits.start_tag.get(&id).copied().unwrap_or(if name == "h1" { "h2" } else { name });
        let end = self.edits.end_tag.get(&id).copied().unwrap_or(if name == "h1" { "h2" } else { name });
        let _ = write!(self.html, "<{start}");
        self.attributes(id, name, attributes);
        self.html.push('>');
        if matches!(name, "br" | "hr" | "img" | "input" | "wbr" | "col" | "source" | "track") {
            return;
        }
        self.children(id);
        if cite::is_wordless(self.tree, id) {
            escape(self.tree.attribute(id, "href").unwrap_or_default(), &mut self.html);
        }
        self.extra(self.edits.end.get(&id));
        let _ = write!(self.html, "</{end}>");
    }

    /// A picture alone in its paragraph, with a title: the title is its caption.
    fn captioned(&self, paragraph: Id) -> Option<(Id, String)> {
        let blank =
            |id: &&Id| !matches!(&self.tree.node(**id).data, Data::Text(text) if text.trim().is_empty());
        let mut children = self.tree.children(paragraph).iter().filter(blank);
        let (Some(picture), None) = (children.next().copied(), children.next()) else { return None };
        let caption =
            self.tree.attribute(picture, "title").map(str::trim).filter(|words| !words.is_empty())?;
        let whole = !self.edits.instead.contains_key(&paragraph) && !self.edits.end.contains_key(&paragraph);
        (whole && self.tree.name(picture) == "img" && self.shows_media(picture))
            .then(|| (picture, caption.to_owned()))
    }

    fn figure(&mut self, picture: Id, caption: &str) {
        self.html.push_str("<figure>");
        if let Data::Element { name, attributes } = &self.tree.node(picture).data {
            let untitled: Vec<_> = attributes.iter().filter(|(key, _)| key != "title").cloned().collect();
            self.element(picture, name, &untitled);
        }
        self.extra(self.edits.after.get(&picture));
        self.html.push_str("<figcaption>");
        escape(caption, &mut self.html);
        self.html.push_str("</figcaption></figure>");
    }

    fn attributes(&mut self, id: Id, name: &str, attributes: &[(String, String)]) {
        let cite = self.edits.cite.get(&id);
        let heading = self.ids.get(&id).cloned();
        for (key, value) in attributes {
            match key.as_str() {
                "data-sourcepos" | "class" => {}
                "id" if heading.is_some() => {}
                "id" => self.attribute("id", &format!("{}{value}", self.options.id_prefix)),
                "cite" if cite.is_some() => {}
                "title" if name == "a" && cite::is_mark(value) => {}
                "href" if value.starts_with('#') => {
                    self.attribute("href", &format!("#{}{}", self.options.id_prefix, &value[1..]))
                }
                "poster" if self.outside(id, "poster") => {}
                _ => self.attribute(key, value),
            }
        }
        if let Some(id) = heading {
            self.attribute("id", &id);
        }
        if let Some(cite) = cite {
            self.attribute("cite", cite);
        }
        self.class(id);
        if name == "a" && self.outside(id, "href") {
            self.attribute("rel", if self.options.guest { "nofollow ugc noopener" } else { "noopener" });
        }
        if name == "img" {
            self.attribute("loading", "lazy");
        }
    }

    fn class(&mut self, id: Id) {
        let own = self.tree.attribute(id, "class").and_then(sanitise::class);
        let via = self.edits.via.contains(&id).then_some("via");
        let classes: Vec<&str> =
            own.as_deref().into_iter().chain(self.edits.class.get(&id).copied()).chain(via).collect();
        if !classes.is_empty() {
            self.attribute("class", &classes.join(" "));
        }
    }

    fn attribute(&mut self, key: &str, value: &str) {
        let _ = write!(self.html, " {key}=\"");
        escape(value, &mut self.html);
        self.html.push('"');
    }

    /// Reading a page loads nothing from elsewhere.
    fn shows_media(&self, id: Id) -> bool {
        !self.outside(id, "src") && !self.options.guest
    }

    fn linked_media(&mut self, id: Id) {
        let Some(address) = self.tree.attribute(id, "src") else { return };
        let words =
            self.tree.attribute(id, "alt").filter(|words| !words.trim().is_empty()).unwrap_or(address);
        // Inside a link the words are that link's.
        let linked = self.tree.within(id, "a").is_some();
        if !linked {
            let rel = if self.options.guest { "nofollow ugc noopener" } else { "noopener" };
            self.html.push_str("<a");
            self.attribute("href", address);
            self.attribute("rel", rel);
            self.html.push('>');
        }
        escape(words, &mut self.html);
        if !linked {
            self.html.push_str("</a>");
        }
    }

    fn outside(&self, id: Id, attribute: &str) -> bool {
        self.tree
            .attribute(id, attribute)
            .is_some_and(|address| url::is_outside(address, &self.options.own_hosts))
    }

    fn part(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.html.is_empty() {
            self.parts.push(Part::Html(std::mem::take(&mut self.html)));
        }
    }
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\0']) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'&' => out.push_str("&amp;"),
            b'<' => out.push_str("&lt;"),
            b'>' => out.push_str("&gt;"),
            b'"' => out.push_str("&quot;"),
            _ => {}
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
