#![doc = include_str!("../README.md")]

mod address;
mod attribution;
mod bare;
mod block;
mod cite;
mod edit;
mod emoji;
pub mod label;
mod mark;
mod pairs;
mod plain;
mod quote;
mod render;
mod run;
mod sanitise;
mod sentence;
pub mod speech;
pub mod tidy;
mod transcript;
mod tree;
pub mod url;

pub use cite::Citation;
pub use quote::{Quotation, QuotationKind};

use serde::{Deserialize, Serialize};

/// Goes up whenever the same text may give another [`Document`].
pub const RENDERER_VERSION: i64 = 2;

/// What the text is read for. The default knows no hosts and trusts the writer's headings and pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Hosts whose links are links and no citations.
    pub plain_hosts: Vec<String>,
    /// The site's own hosts: `example.org`, or `localhost:8080` for that port alone.
    pub own_hosts: Vec<String>,
    /// Stands before every `id` in the output, so that no heading can take the name of a part of the page.
    pub id_prefix: String,
    /// The text is a guest's: outside links carry `nofollow ugc`, and pictures are linked rather than shown.
    pub guest: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { plain_hosts: Vec::new(), own_hosts: Vec::new(), id_prefix: "t-".to_owned(), guest: false }
    }
}

/// A text, read: what a page shows, and whom and what it leans on. Indices point into the lists beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub parts: Vec<Part>,
    pub citations: Vec<Citation>,
    pub quotations: Vec<Quotation>,
    /// The citations that are blocks of their own.
    pub embeds: Vec<usize>,
    pub headings: Vec<Heading>,
    /// The first sentences of the text's own paragraphs, without markup; 300 characters at most.
    pub excerpt: String,
    /// How many words the visible text has.
    pub words: usize,
    /// The visible text, one block on each line.
    pub plain_text: String,
}

/// The output in its order. Everything but `Html` is a place the caller fills, or leaves empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Safe HTML. One piece need not be well formed alone; all pieces in order are.
    Html(String),
    /// Right after a link that is a citation, and after the stop or comma that follows it: inside the paragraph.
    Note {
        citation: usize,
    },
    /// Before and after the words of a quotation in a line of text, their marks included. They nest with the HTML around them.
    QuoteOpen {
        quotation: usize,
    },
    QuoteClose {
        quotation: usize,
    },
    /// Right after a quotation, a turn or a reported sentence: inside the paragraph.
    Mark {
        quotation: usize,
    },
    /// At the end of a transcript, inside its last line.
    TranscriptMark {
        transcript: usize,
    },
    /// An outside address alone in its paragraph: stands in the paragraph's place.
    Embed {
        citation: usize,
    },
    /// After the block that holds these quotations, where another block may stand.
    AfterBlock {
        quotations: Vec<usize>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// From 2 to 6: the first level is the page's.
    pub level: u8,
    /// With the prefix of the options.
    pub id: String,
    pub text: String,
    pub line: usize,
}

/// Reads Markdown. Never fails: whatever cannot be understood is text.
pub fn read(markdown: &str, options: &Options) -> Document {
    let html = render::html(markdown);
    // Where the text has no `<`, every tag is the renderer's own. The tree looks at each element and attribute again in any case.
    let safe = match markdown.contains('<') {
        true => sanitise::clean(&html),
        false => sanitise::bounded(&html),
    };
    read_safe(&safe, markdown, options)
}

/// Reads plain text: nothing is a mark but quotation marks, `>` before a line and web addresses.
pub fn read_text(text: &str, options: &Options) -> Document {
    read(&plain::escaped(text), options)
}

/// Reads an HTML fragment or document in the same way; its scripts, styles and frames are left out first.
pub fn read_html(html: &str, options: &Options) -> Document {
    read_safe(&sanitise::clean(html), html, options)
}

impl Document {
    /// The HTML alone, with nothing put in the places that a page would fill; embeds become plain links, and links without
    /// words are numbered.
    pub fn html(&self) -> String {
        let mut notes = 0;
        let mut piece = |part: &Part| match part {
            Part::Html(html) => html.clone(),
            Part::Embed { citation } => render::plain_link(&self.citations[*citation]),
            Part::Note { citation } if self.citations[*citation].note => {
                notes += 1;
                render::numbered_link(&self.citations[*citation], notes)
            }
            _ => String::new(),
        };
        self.parts.iter().map(&mut piece).collect()
    }
}

fn read_safe(safe: &str, original: &str, options: &Options) -> Document {
    let tree = tree::Tree::read(safe);
    let (runs, block_marks) = run::collect(&tree);
    let citations = cite::Citations::collect(&tree, &runs, &block_marks, options);
    let reading = quote::Reading::new(&tree, &runs, &block_marks, citations).read();
    let mut document = render::document(&tree, &runs, reading, options);
    // A parser that mends broken HTML may repeat an element behind the last line.
    let last = original.matches('\n').count() + 1;
    let lines = document.citations.iter_mut().map(|citation| &mut citation.line);
    let lines = lines.chain(document.quotations.iter_mut().map(|quotation| &mut quotation.line));
    lines
        .chain(document.headings.iter_mut().map(|heading| &mut heading.line))
        .for_each(|line| *line = (*line).clamp(1, last));
    document
}

#[cfg(test)]
mod tests {
    use super::{Options, read, read_safe, render, sanitise};
    use proptest::prelude::*;

    const PIECES: [&str; 34] = [
        "\n",
        "\n\n",
        "# ",
        "> ",
        "- ",
        "1. ",
        "    ",
        "- [ ] ",
        "**",
        "*",
        "~~",
        "`",
        "```rust\n",
        "|a|b|\n|-|:-:|\n",
        "[^1]",
        "\n[^1]: ",
        "[x](javascript:alert(1))",
        "[y](https://a.example/b?c&d \"t'\")",
        "![z](data:text/html,z)",
        "![w](/media/w.png)",
        "&lt;script&gt;",
        "&#60;b",
        "&#0;",
        "&amp",
        "\u{0}",
        "\u{feff}",
        "“quoted words”",
        "she said ",
        "https://b.example/c",
        "www.c.example",
        "\"",
        "\\",
        "\u{202e}",
        "---\n",
    ];

    proptest! {
        /// The sanitiser would take nothing from what the renderer wrote of such a text, nor change it.
        #[test]
        fn texts_without_tags_are_read_as_the_sanitiser_would_have_them(
            pieces in prop::collection::vec(prop_oneof![prop::sample::select(&PIECES[..]).prop_map(str::to_owned), "[^<]{0,12}"], 0..60),
        ) {
            let (text, options) = (pieces.concat(), Options::default());
            let sanitised = read_safe(&sanitise::clean(&render::html(&text)), &text, &options);
            prop_assert_eq!(read(&text, &options), sanitised);
        }
    }
}
