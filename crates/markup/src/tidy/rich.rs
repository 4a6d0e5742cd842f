//! The `text/html` of a clipboard → blocks. Word, Google Docs, Telegram and Substack each have their ways: Word's lists
//! are paragraphs with a style, Google wraps everything in a bold that is none, Telegram sends emoji as pictures.

use std::borrow::Cow;

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{Html, Node};

use super::block::{Block, Draft, Glyph, Item, Marker, NOTHING, Picture, Style, Words, glyphs};
use super::lines::{Line, shape};
use super::{Note, What, clean, lists};
use crate::address;
use crate::emoji;

/// What was read, and whether it is more than the plain text of the same clipboard.
pub(super) struct Read {
    pub(super) draft: Draft,
    pub(super) carries_more: bool,
    /// The words alone, a line for each paragraph.
    pub(super) words: String,
}

/// Elements nested deeper than this are read as words only.
const DEEPEST: usize = 100;
/// Quotations and lists nested deeper than this are read as their content.
const DEEPEST_NEST: usize = 8;

pub(super) fn read(rich: &str) -> Read {
    let page = Html::parse_document(&thinned(rich));
    let mut reader = Reader::default();
    reader.node(*page.root_element(), Place::default());
    reader.flush();
    let mut blocks = lists::gather(std::mem::take(&mut reader.blocks));
    if let Some(Block::Paragraph(words)) = blocks.last_mut() {
        words.notes.append(&mut reader.notes);
    }
    let words = blocks.iter().map(words_of).collect::<Vec<_>>().join("\n\n");
    reader.draft.blocks = blocks;
    let carries_more = reader.carries_more && !is_code_editors(&page);
    Read { draft: reader.draft, carries_more, words }
}

/// The page without the opening tags that nest deeper than any text needs: a parser's time grows with the square of it.
fn thinned(rich: &str) -> Cow<'_, str> {
    const DEEPEST_TAGS: usize = 400;
    // Never closed, or closed by their neighbours.
    const CLOSED: &[&str] = &[
        "br", "img", "hr", "meta", "link", "input", "wbr", "source", "col", "area", "base", "embed", "track",
        "param", "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot", "html",
        "head", "body",
    ];
    let mut out = String::new();
    let (mut depth, mut kept, mut at) = (0usize, 0, 0);
    while let Some(next) = rich[at..].find('<').map(|n| at + n) {
        at = next + 1;
        let tag = &rich[at..];
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = tag
                .split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            depth += usize::from(!CLOSED.contains(&name.as_str()));
            let verbatim = matches!(name.as_str(), "script" | "style" | "template");
            if depth > DEEPEST_TAGS && !verbatim {
                out.push_str(&rich[kept..next]);
                at += tag.find('>').map_or(tag.len(), |n| n + 1);
                kept = at;
            }
        }
    }
    if kept == 0 {
        return Cow::Borrowed(rich);
    }
    out.push_str(&rich[kept..]);
    Cow::Owned(out)
}

#[derive(Default)]
struct Reader {
    draft: Draft,
    blocks: Vec<Block>,
    /// The paragraph being read.
    current: Vec<Glyph>,
    notes: Vec<Note>,
    carries_more: bool,
    nest: usize,
}

/// Where in the page we are.
#[derive(Clone, Copy, Default)]
struct Place {
    style: Style,
    depth: usize,
    /// White space counts.
    kept: bool,
}

impl Reader {
    fn node(&mut self, node: NodeRef<'_, Node>, place: Place) {
        match node.value() {
            Node::Text(text) => self.text(text, place),
            Node::Element(_) if place.depth > DEEPEST => self.words_below(node, place),
            Node::Element(element) if !is_unseen(element) => self.element(node, element, place),
            _ => {}
        }
    }

    fn children(&mut self, node: NodeRef<'_, Node>, place: Place) {
        let place = Place { depth: place.depth + 1, ..place };
        node.children().for_each(|child| self.node(child, place));
    }

    fn text(&mut self, text: &str, place: Place) {
        for c in clean::text(text).chars() {
            let c = if c == '\n' && !place.kept || c == '\t' { ' ' } else { c };
            self.current.push(Glyph { c, style: place.style });
        }
    }

    fn words_below(&mut self, node: NodeRef<'_, Node>, place: Place) {
        for inner in node.descendants() {
            let hidden = || inner.ancestors().take(3).any(|a| a.value().as_element().is_some_and(is_unseen));
            if let Node::Text(text) = inner.value()
                && !hidden()
            {
                self.text(text, place);
            }
        }
    }

    fn element(&mut self, node: NodeRef<'_, Node>, element: &Element, place: Place) {
        let place =
            Place { style: styled(element, place.style), kept: place.kept || keeps_space(element), ..place };
        self.carries_more |= place.style.strong || place.style.emphasis || place.style.struck;
        match element.name() {
            "br" => self.current.push(Glyph { c: '\n', style: Style::default() }),
            "a" => self.link(node, element, place),
            "img" => self.picture(element, place),
            "iframe" => self.embed(element),
            "hr" => {
                self.flush();
                self.blocks.push(Block::Rule);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(node, element, place),
            "blockquote" if self.nest < DEEPEST_NEST => self.quote(node, place),
            "ul" | "ol" if self.nest < DEEPEST_NEST => self.list(node, element, place),
            "pre" => self.preformatted(node, element, place),
            "table" => self.table(node, place),
            "q" => {
                self.current.push(Glyph { c: '“', style: place.style });
                self.children(node, place);
                self.current.push(Glyph { c: '”', style: place.style });
            }
            "p" | "div" | "li" if list_level(element).is_some() => self.word_item(node, element, place),
            name if is_block(name) => {
                self.flush();
                self.children(node, place);
                self.flush();
            }
            _ => self.children(node, place),
        }
    }

    /// The paragraph read so far becomes blocks; lines inside are shaped as those of plain text are.
    fn flush(&mut self) {
        let glyphs = std::mem::take(&mut self.current);
        let lines: Vec<&[Glyph]> = glyphs.split(|g| g.c == '\n' && !g.style.code).collect();
        let first = self.blocks.len();
        for chunk in lines.split(|line| line.iter().all(|g| g.c.is_whitespace())).filter(|c| !c.is_empty()) {
            let lines =
                chunk.iter().map(|line| Line { indent: indent(line), glyphs: trimmed(line).to_vec() });
            self.blocks.extend(shape(lines.collect()));
        }
        if let Some(Block::Paragraph(words)) = self.blocks.get_mut(first) {
            words.notes.append(&mut self.notes);
        }
    }

    /// Reads what is inside of an element as blocks of its own.
    fn collect(&mut self, node: NodeRef<'_, Node>, place: Place) -> Vec<Block> {
        self.flush();
        let outside = std::mem::take(&mut self.blocks);
        self.children(node, place);
        self.flush();
        lists::gather(std::mem::replace(&mut self.blocks, outside))
    }

    fn heading(&mut self, node: NodeRef<'_, Node>, element: &Element, place: Place) {
        let level = element.name()[1..].parse().unwrap_or(2);
        let plain = Place { style: Style { strong: false, ..place.style }, ..place };
        for block in self.collect(node, plain) {
            self.blocks.push(match block {
                Block::Paragraph(mut words) => {
                    words.glyphs.iter_mut().for_each(|g| g.style.strong = false);
                    Block::Heading(level, words)
                }
                other => other,
            });
        }
        self.carries_more = true;
    }

    fn quote(&mut self, node: NodeRef<'_, Node>, place: Place) {
        self.nest += 1;
        let inner = self.collect(node, place);
        self.nest -= 1;
        self.carries_more = true;
        if !inner.is_empty() {
            self.blocks.push(Block::Quote(inner));
        }
    }

    fn list(&mut self, node: NodeRef<'_, Node>, element: &Element, place: Place) {
        self.flush();
        self.nest += 1;
        let mut items: Vec<Vec<Block>> = Vec::new();
        for child in node.children() {
            let inside = Place { depth: place.depth + 1, ..place };
            match child.value() {
                Node::Element(e) if e.name() == "li" && !is_unseen(e) => {
                    let style = styled(e, inside.style);
                    items.push(self.collect(child, Place { style, ..inside }));
                }
                Node::Element(e) if !is_unseen(e) => {
                    // Google Docs and old editors put an inner list beside the items.
                    let outside = std::mem::take(&mut self.blocks);
                    self.node(child, inside);
                    self.flush();
                    let inner = lists::gather(std::mem::replace(&mut self.blocks, outside));
                    match items.last_mut() {
                        Some(item) => item.extend(inner),
                        None if inner.is_empty() => {}
                        None => items.push(inner),
                    }
                }
                Node::Text(text) if !text.trim().is_empty() => {
                    items.push(vec![Block::Paragraph(Words::plain(text.trim()))])
                }
                _ => {}
            }
        }
        self.nest -= 1;
        items.retain(|item| !item.is_empty());
        if !items.is_empty() {
            self.carries_more = true;
            let first =
                element.attr("start").and_then(|n| n.parse().ok()).filter(|n| *n < 1_000_000).unwrap_or(1);
            let number = (element.name() == "ol").then_some((first, '.'));
            self.blocks.push(Block::List(super::block::List { number, items }));
        }
    }

    /// Word writes an item of a list as a paragraph whose style names list and level.
    fn word_item(&mut self, node: NodeRef<'_, Node>, element: &Element, place: Place) {
        let level = list_level(element).unwrap_or(1);
        let pasted: String = node.descendants().filter(|n| is_list_marker(*n)).take(1).map(texts).collect();
        let digits: String = pasted.trim().chars().take_while(char::is_ascii_digit).collect();
        let marker = match digits.parse() {
            Ok(n) if n < 1_000_000 => {
                Marker::Number { n, delimiter: if pasted.contains(')') { ')' } else { '.' }, sure: true }
            }
            _ => Marker::Bullet { inner: false },
        };
        let blocks = self.collect(node, place);
        self.carries_more = true;
        if !blocks.is_empty() {
            self.blocks.push(Block::Item(Item { indent: level, marker, lead: Vec::new(), blocks }));
        }
    }

    fn preformatted(&mut self, node: NodeRef<'_, Node>, element: &Element, place: Place) {
        let named = |n: NodeRef<'_, Node>, names: &[&str]| {
            n.value().as_element().is_some_and(|e| names.contains(&e.name()))
        };
        let classes = element.attr("class").unwrap_or_default();
        let holds_code = node.descendants().any(|n| named(n, &["code"]))
            || ["highlight", "code", "lang"].iter().any(|c| classes.contains(c));
        // A letter or a page that was shown with its spaces is no code.
        let holds_words = node.descendants().any(|n| named(n, &["a", "b", "strong", "i", "em", "img", "p"]))
            || texts(node).contains("://");
        self.flush();
        if holds_code || !holds_words {
            self.blocks.push(Block::Code(texts(node)));
            self.carries_more = true;
        } else {
            self.children(node, Place { kept: true, ..place });
            self.flush();
        }
    }

    /// A table of words keeps its form; one that only lays out the page is read cell by cell.
    fn table(&mut self, node: NodeRef<'_, Node>, place: Place) {
        let named = |n: &NodeRef<'_, Node>, names: &[&str]| {
            n.value().as_element().is_some_and(|e| names.contains(&e.name()))
        };
        let rows: Vec<Vec<NodeRef<'_, Node>>> = node
            .descendants()
            .filter(|n| named(n, &["tr"]))
            .map(|row| row.children().filter(|n| named(n, &["td", "th"])).collect())
            .collect();
        let lays_out = node.descendants().skip(1).any(|n| {
            named(
                &n,
                &[
                    "table",
                    "ul",
                    "ol",
                    "blockquote",
                    "h1",
                    "h2",
                    "h3",
                    "h4",
                    "h5",
                    "h6",
                    "pre",
                    "iframe",
                    "hr",
                ],
            )
        });
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let headed = rows.iter().flatten().any(|cell| named(cell, &["th"]));
        // One row alone, or one column, is laid out rather than told.
        let simple = columns >= 2 && (rows.len() >= 2 || headed);
        self.flush();
        if lays_out || !simple || place.depth + 4 > DEEPEST {
            self.children(node, place);
            self.flush();
            return;
        }
        let captions: Vec<_> = node.children().filter(|n| named(n, &["caption"])).collect();
        for caption in captions {
            let blocks = self.collect(caption, place);
            self.blocks.extend(blocks);
        }
        let mut cells = Vec::with_capacity(rows.len());
        for row in rows {
            cells.push(row.into_iter().map(|cell| joined(self.collect(cell, place))).collect());
        }
        self.carries_more = true;
        self.blocks.push(Block::Table(cells));
    }

    fn link(&mut self, node: NodeRef<'_, Node>, element: &Element, place: Place) {
        let href = element.attr("href").unwrap_or_default().trim();
        let href: String = href.chars().filter(|c| !c.is_control()).collect();
        if place.style.link.is_some() || !(address::is_valid(&href) || is_mail(&href)) {
            if !href.is_empty() && !href.starts_with('#') && place.style.link.is_none() {
                let why = "A link that leads to no web address was left out; its words stayed.";
                self.notes.push(Note::new(What::LinkDropped, why.to_owned()));
            }
            return self.children(node, place);
        }
        let link = self.draft.refs.link(&href, false, &mut self.notes);
        // Editors cut one link into several where its style changes.
        let before = self.current.last().and_then(|g| g.style.link);
        let refs = &mut self.draft.refs;
        let link = before.filter(|b| refs.links[*b].url == refs.links[link].url).unwrap_or(link);
        let start = self.current.len();
        self.children(node, Place { style: Style { link: Some(link), ..place.style }, ..place });
        self.carries_more = true;
        if let Some(words) = self.current.get(start..) {
            let words: String = words.iter().map(|g| g.c).collect();
            let words = words.trim();
            let whole = words.starts_with("http") || words.starts_with("www.");
            let link = &mut self.draft.refs.links[link];
            if whole && !words.ends_with('…') && address::same(words, &link.url) && before.is_none() {
                link.bare = true;
            }
        }
    }

    fn picture(&mut self, element: &Element, place: Place) {
        let alt = clean::text(element.attr("alt").unwrap_or_default());
        let alt = alt.trim();
        let class = element.attr("class").unwrap_or_default();
        let chars: Vec<char> = alt.chars().collect();
        if chars.len() <= 12 && (class.contains("emoji") || emoji::opens(&chars)) {
            self.current.extend(glyphs(alt, Style { picture: None, ..place.style }));
            return;
        }
        let tiny = |name| element.attr(name).is_some_and(|v| matches!(v, "0" | "1"));
        let src = element.attr("src").unwrap_or_default().trim();
        if tiny("width") || tiny("height") || src.is_empty() {
            return;
        }
        if !address::is_valid(src) {
            let why = "A picture that came without a web address was left out: upload it.";
            self.notes.push(Note::new(What::PictureDropped, why.to_owned()));
            return;
        }
        let refs = &mut self.draft.refs;
        refs.pictures.push(Picture { src: src.to_owned(), alt: alt.to_owned() });
        // A picture linked to itself, as newsletters do to enlarge it, needs no link.
        let link = place.style.link.filter(|l| !is_picture(&refs.links[*l].url));
        let style = Style { picture: Some(refs.pictures.len() - 1), link, ..Style::default() };
        self.current.push(Glyph { c: NOTHING, style });
        self.carries_more = true;
    }

    /// A framed page, as a video is, becomes its address alone in a paragraph.
    fn embed(&mut self, element: &Element) {
        let src = element.attr("src").unwrap_or_default().trim();
        if address::is_valid(src) {
            self.flush();
            let link = self.draft.refs.link(src, true, &mut self.notes);
            let url = self.draft.refs.links[link].url.clone();
            self.current.extend(glyphs(&url, Style { link: Some(link), ..Style::default() }));
            self.flush();
            self.carries_more = true;
        }
    }
}

fn is_unseen(element: &Element) -> bool {
    const UNSEEN: &[&str] = &[
        "script",
        "style",
        "template",
        "head",
        "title",
        "noscript",
        "object",
        "embed",
        "applet",
        "svg",
        "canvas",
        "audio",
        "video",
        "select",
        "option",
        "input",
        "textarea",
        "button",
        "datalist",
        "meta",
        "link",
        "base",
        "area",
        "map",
        "rp",
        "frameset",
        "noframes",
        "noembed",
        "xmp",
        "plaintext",
        "annotation",
        "annotation-xml",
    ];
    let style = compact_style(element);
    UNSEEN.contains(&element.name())
        || element.attr("hidden").is_some()
        || ["display:none", "visibility:hidden", "mso-hide:all", "mso-list:ignore"]
            .iter()
            .any(|s| style.contains(s))
}

fn is_block(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "nav",
        "figure",
        "figcaption",
        "address",
        "dl",
        "dt",
        "dd",
        "details",
        "summary",
        "fieldset",
        "legend",
        "form",
        "center",
        "body",
        "html",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "li",
        "ul",
        "ol",
        "blockquote",
        "dialog",
        "hgroup",
        "search",
        "menu",
        "dir",
    ];
    BLOCKS.contains(&name)
}

/// What an element, by its name and its own style, does to the style around it.
fn styled(element: &Element, around: Style) -> Style {
    let mut style = around;
    match element.name() {
        "b" | "strong" => style.strong = true,
        "i" | "em" | "var" => style.emphasis = true,
        "s" | "del" | "strike" => style.struck = true,
        "code" | "tt" | "kbd" | "samp" => style.code = true,
        _ => {}
    }
    let css = compact_style(element);
    let says = |values: &[&str]| values.iter().any(|v| css.contains(v));
    if says(&["font-weight:normal", "font-weight:400", "font-weight:300"]) {
        style.strong = false;
    } else if says(&[
        "font-weight:bold",
        "font-weight:600",
        "font-weight:700",
        "font-weight:800",
        "font-weight:900",
    ]) {
        style.strong = true;
    }
    if says(&["font-style:normal"]) {
        style.emphasis = false;
    } else if says(&["font-style:italic", "font-style:oblique"]) {
        style.emphasis = true;
    }
    style.struck |= says(&["text-decoration:line-through", "text-decoration-line:line-through"]);
    style
}

fn keeps_space(element: &Element) -> bool {
    let css = compact_style(element);
    // Google Docs and Telegram say so of spans whose line ends are only the source's.
    element.name() == "div" && (css.contains("white-space:pre;") || css.ends_with("white-space:pre"))
}

fn compact_style(element: &Element) -> String {
    let css = element.attr("style").unwrap_or_default();
    css.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// The level that Word gives an item of a list, from 1.
fn list_level(element: &Element) -> Option<usize> {
    let css = compact_style(element);
    let at = css.find("mso-list:")?;
    let level = css[at..].split(';').next()?.split("level").nth(1)?;
    level.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn is_list_marker(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|e| compact_style(e).contains("mso-list:ignore"))
}

/// Code editors paint their text, which says nothing about it.
fn is_code_editors(page: &Html) -> bool {
    let body = page.root_element().descendants().filter_map(|n| n.value().as_element());
    let mut outer = body.filter(|e| !matches!(e.name(), "html" | "head" | "body" | "meta")).take(1);
    outer.any(|e| compact_style(e).contains("white-space:pre") && compact_style(e).contains("monospace"))
}

fn is_mail(href: &str) -> bool {
    href.len() > 7 && href.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"))
}

fn is_picture(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"].iter().any(|e| path.ends_with(e))
}

fn texts(node: NodeRef<'_, Node>) -> String {
    node.descendants().filter_map(|n| n.value().as_text()).map(|t| &**t).collect()
}

/// The paragraphs of a table's cell as one.
fn joined(blocks: Vec<Block>) -> Words {
    let mut all = Words::default();
    for block in blocks {
        if let Block::Paragraph(words) = block {
            if !all.glyphs.is_empty() {
                all.glyphs.push(Glyph { c: ' ', style: Style::default() });
            }
            all.glyphs.extend(words.glyphs);
            all.notes.extend(words.notes);
        } else if let Block::Item(item) = block {
            let inner = joined(item.blocks);
            all.glyphs.extend(item.lead);
            all.glyphs.extend(inner.glyphs);
        } else if let Block::List(list) = block {
            for item in list.items {
                let inner = joined(item);
                all.glyphs.push(Glyph { c: ' ', style: Style::default() });
                all.glyphs.extend(inner.glyphs);
            }
        }
    }
    all
}

fn trimmed(line: &[Glyph]) -> &[Glyph] {
    let first = line.iter().position(|g| !g.c.is_whitespace()).unwrap_or(line.len());
    let last = line.iter().rposition(|g| !g.c.is_whitespace()).map_or(first, |i| i + 1);
    &line[first..last]
}

fn indent(line: &[Glyph]) -> usize {
    // Only no-break spaces indent in a page; others are the source's own.
    line.iter().take_while(|g| g.c.is_whitespace()).filter(|g| g.c == '\u{a0}').count()
}

fn words_of(block: &Block) -> String {
    match block {
        Block::Paragraph(words) | Block::Heading(_, words) => words.text(),
        Block::Code(text) => text.clone(),
        Block::Item(item) => {
            let lead: String = item.lead.iter().map(|g| g.c).collect();
            lead + &item.blocks.iter().map(words_of).collect::<Vec<_>>().join("\n")
        }
        Block::List(list) => {
            let items =
                list.items.iter().map(|item| item.iter().map(words_of).collect::<Vec<_>>().join("\n"));
            items.map(|i| format!("• {i}")).collect::<Vec<_>>().join("\n")
        }
        Block::Quote(blocks) => blocks.iter().map(words_of).collect::<Vec<_>>().join("\n\n"),
        Block::Transcript(t) => t.blocks.iter().map(words_of).collect::<Vec<_>>().join("\n\n"),
        Block::Table(rows) => {
            let row = |row: &Vec<Words>| row.iter().map(Words::text).collect::<Vec<_>>().join("\t");
            rows.iter().map(row).collect::<Vec<_>>().join("\n")
        }
        Block::Lines(lines) => lines.iter().map(Words::text).collect::<Vec<_>>().join("\n"),
        Block::Rule => "---".to_owned(),
    }
}
