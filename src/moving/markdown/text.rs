//! The text of a foreign file, made ours: what its tools would have filled in is filled in where it is known and kept visibly where
//! it is not. Pure. What is code stays as it is.

use super::code::{closes, opens, span_length};
use super::tag::{Kind, Tag};

/// Something worth telling: the line it is on, from 1, if that is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub line: Option<usize>,
    pub message: String,
}

/// Fills in or keeps visibly whatever a tool would have replaced. `resolve` knows where a named file of the site is read now.
pub fn fill_in(text: &str, resolve: &dyn Fn(&str) -> Option<String>) -> (String, Vec<Told>) {
    let mut filler =
        Filler { text, at: 0, out: String::with_capacity(text.len()), told: Vec::new(), resolve };
    filler.run();
    (filler.out, filler.told)
}

struct Filler<'a> {
    text: &'a str,
    at: usize,
    out: String,
    told: Vec<Told>,
    resolve: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Filler<'a> {
    fn run(&mut self) {
        let mut fence: Option<String> = None;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let line_start = self.at == 0 || self.text.as_bytes()[self.at - 1] == b'\n';
            if line_start {
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                if let Some(open) = &fence {
                    if closes(line, open) {
                        fence = None;
                    }
                    self.code(line);
                    continue;
                }
                if let Some(open) = opens(line) {
                    fence = Some(open);
                    self.code(line);
                    continue;
                }
            }
            match rest.as_bytes()[0] {
                b'`' => self.code_span(),
                b'{' => match Tag::at_start(rest) {
                    Some(tag) => self.tag(tag),
                    None => self.braces(),
                },
                _ => {
                    let next = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '`' | '{' | '\n'));
                    // The line's end belongs to the line.
                    let length = next.map_or(rest.len(), |(at, c)| if c == '\n' { at + 1 } else { at });
                    let length = if rest.starts_with('\n') { 1 } else { length };
                    self.copy(length);
                }
            }
        }
    }

    fn copy(&mut self, length: usize) {
        self.out.push_str(&self.text[self.at..self.at + length]);
        self.at += length;
    }

    /// A line of code: of what tools replace there, only the marks that protect it go.
    fn code(&mut self, line: &str) {
        let plain = ["{% raw %}", "{%raw%}", "{%- raw -%}", "{% endraw %}", "{%endraw%}", "{%- endraw -%}"]
            .iter()
            .fold(line.to_owned(), |line, mark| line.replace(mark, ""));
        if plain.trim().is_empty() && !line.trim().is_empty() {
            self.at += line.len();
            return;
        }
        self.out.push_str(&plain);
        self.at += line.len();
    }

    fn code_span(&mut self) {
        let rest = &self.text[self.at..];
        let ticks = rest.bytes().take_while(|b| *b == b'`').count();
        match span_length(rest, ticks) {
            Some(length) => self.code(&rest[..length]),
            None => self.copy(ticks),
        }
    }

    /// A brace that opens no tag: attributes in the manner of kramdown go, other braces stay.
    fn braces(&mut self) {
        let rest = &self.text[self.at..];
        let attributes = rest.strip_prefix("{:").and_then(|inside| inside.find('}')).map(|end| end + 3);
        match attributes {
            Some(length)
                if rest[2..length].starts_with([' ', '.', '#', ':'])
                    || rest[2..length].starts_with(|c: char| c.is_ascii_alphabetic()) =>
            {
                if rest[..length].contains('\n') {
                    return self.copy(1);
                }
                // Alone on its line it takes the line with it.
                let alone = self.out.is_empty() || self.out.ends_with('\n');
                self.at += length;
                if alone && self.text[self.at..].starts_with('\n') {
                    self.at += 1;
                }
            }
            _ => self.copy(1),
        }
    }

    fn tag(&mut self, tag: Tag<'a>) {
        let after = self.at + tag.whole.len();
        match (tag.kind, tag.name()) {
            (Kind::Liquid, "raw") => {
                let (inside, end) = self.until(after, "endraw");
                self.out.push_str(inside);
                self.at = end;
            }
            (Kind::Liquid, "endraw") => self.at = after,
            (Kind::Liquid, "comment") => self.at = self.until(after, "endcomment").1,
            (Kind::Liquid, "highlight") => self.fenced(&tag, "endhighlight"),
            (Kind::Shortcode, "highlight") => self.fenced(&tag, "/highlight"),
            (Kind::Liquid, "post_url" | "link") => self.resolved(&tag, tag.first_word()),
            (Kind::Shortcode, "ref" | "relref") => {
                let arguments = tag.arguments();
                self.resolved(&tag, arguments.named("path").or(arguments.unnamed(0)).unwrap_or_default());
            }
            (Kind::Shortcode, "figure") => self.figure(&tag),
            (Kind::Shortcode, name) if name.starts_with("/*") => {
                // Written so that it is shown and not run.
                let shown = tag.inside.trim_start_matches("/*").trim_end_matches("*/");
                let (open, close) = (&tag.whole[..3], &tag.whole[tag.whole.len() - 3..]);
                self.out.push_str(&format!("{open}{shown}{close}"));
                self.at = after;
            }
            _ => match tag.address() {
                Some(address) => {
                    self.out.push_str(&address);
                    self.at = after;
                }
                None => self.keep(&tag),
            },
        }
    }

    fn resolved(&mut self, tag: &Tag, named: &str) {
        let (file, place) =
            named.split_once('#').map_or((named, ""), |(file, _)| (file, &named[file.len()..]));
        match (self.resolve)(file) {
            Some(path) => {
                self.out.push_str(&path);
                self.out.push_str(place);
                self.at += tag.whole.len();
            }
            None => self.keep(tag),
        }
    }

    /// What nobody here knows is shown as it was typed, as code, and told.
    fn keep(&mut self, tag: &Tag) {
        let line = self.text[..self.at].matches('\n').count() + 1;
        let folded = tag.whole.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = folded.chars().take(80).collect();
        let more = if short.len() < folded.len() { "…" } else { "" };
        self.told.push(Told { line: Some(line), message: format!("Kept as it is typed: {short}{more}") });
        self.at += tag.whole.len();
        if within_address(&self.out) {
            self.out.push_str(tag.whole);
            return;
        }
        let longest = folded.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let ticks = "`".repeat(longest + 1);
        let space = if longest > 0 { " " } else { "" };
        self.out.push_str(&format!("{ticks}{space}{folded}{space}{ticks}"));
    }

    fn figure(&mut self, tag: &Tag) {
        let arguments = tag.arguments();
        let Some(src) = arguments.named("src").or(arguments.unnamed(0)) else { return self.keep(tag) };
        let title = arguments.named("title");
        let alt = arguments.named("alt").or(title).unwrap_or_default().replace(['[', ']', '\n'], " ");
        let caption = arguments.named("caption").or(title).filter(|words| !words.contains('<'));
        let src = if src.contains(' ') { format!("<{src}>") } else { src.to_owned() };
        let caption = match caption.map(str::trim).unwrap_or_default() {
            "" => String::new(),
            words => format!(" \"{}\"", words.replace('\\', "").replace('"', "\\\"").replace('\n', " ")),
        };
        self.out.push_str(&format!("![{alt}]({src}{caption})"));
        self.at += tag.whole.len();
    }

    /// Code that stands between a tag and the one that ends it.
    fn fenced(&mut self, tag: &Tag, ends: &str) {
        let (code, end) = self.until(self.at + tag.whole.len(), ends);
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0).max(2);
        let ticks = "`".repeat(longest + 1);
        let is_named = |c: &char| c.is_alphanumeric() || "+-#_".contains(*c);
        let language: String = tag.first_word().chars().take_while(is_named).collect();
        let code = code.trim_matches(['\n', '\r']);
        self.out.push_str(&format!("{ticks}{language}\n{code}\n{ticks}\n"));
        self.at = end;
    }

    /// What stands before the next tag of a name, and where that tag ends; without one, everything.
    fn until(&self, from: usize, name: &str) -> (&'a str, usize) {
        let mut at = from;
        while let Some(open) = self.text[at..].find('{').map(|open| open + at) {
            match Tag::at_start(&self.text[open..]) {
                Some(tag) if tag.inside.split_whitespace().collect::<String>() == name => {
                    return (&self.text[from..open], open + tag.whole.len());
                }
                _ => at = open + 1,
            }
        }
        (&self.text[from..], self.text.len())
    }
}

/// Whether what comes next stands in a link's address or in a tag of HTML, where no code can be marked.
fn within_address(before: &str) -> bool {
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let in_link = line.rfind("](").is_some_and(|at| !line[at..].contains([')', ' ']));
    let in_tag = line.rfind('<').is_some_and(|at| {
        !line[at..].contains('>') && line[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
    });
    let reference = line.trim_start().starts_with('[') && line.trim_end().ends_with("]:");
    in_link || in_tag || reference
}

#[cfg(test)]
mod tests {
    use super::super::links::readdress;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_tools_fill_in_is_filled_in() {
        let check = |text: &str, expected: &str, told: usize| {
            let resolve = |name: &str| name.contains("tide").then(|| "/2014/03/the-tide".to_owned());
            let (filled, notes) = fill_in(text, &resolve);
            assert_eq!(filled, expected, "{text:?}");
            assert_eq!(notes.len(), told, "{text:?} {notes:?}");
        };
        check("Nothing {to} do { here.\n", "Nothing {to} do { here.\n", 0);
        check("[a]({{ site.baseurl }}/guides/)", "[a](/guides/)", 0);
        check("[a]({{ \"/guides/\" | url }})", "[a](/guides/)", 0);
        check("[a]({{ '/guides/' | prepend: site.baseurl }})", "[a](/guides/)", 0);
        check("[a]({% post_url 2014-03-12-tide %}#low)", "[a](/2014/03/the-tide#low)", 0);
        check("[a]({{< ref \"posts/tide.md#low\" >}})", "[a](/2014/03/the-tide#low)", 0);
        check("[a]({{< ref \"quay.md\" >}})", "[a]({{< ref \"quay.md\" >}})", 1);
        check("a {% include box.html a=\"b\" %} z", "a `{% include box.html a=\"b\" %}` z", 1);
        check("{{% note %}}\nText\n{{% /note %}}\n", "`{{% note %}}`\nText\n`{{% /note %}}`\n", 2);
        check("{{< box\n  a=\"b\" >}}", "`{{< box a=\"b\" >}}`", 1);
        check("<img src=\"{{ page.image }}\">", "<img src=\"{{ page.image }}\">", 1);
        check("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}", 0);
        check("`{% raw %}{{ kept }}{% endraw %}`", "`{{ kept }}`", 0);
        check(
            "```\n{{ kept }}\n{% include x %}\n```\n{{ told }}",
            "```\n{{ kept }}\n{% include x %}\n```\n`{{ told }}`",
            1,
        );
        check("{% highlight rust linenos %}\nlet a;\n{% endhighlight %}\nb", "```rust\nlet a;\n```\n\nb", 0);
        check("a{% comment %} no {% endcomment %}b", "ab", 0);
        check(
            "{{< figure src=\"a b.png\" alt=\"A [quay]\" caption=\"At \\\"low\\\" tide\" >}}",
            "![A  quay ](<a b.png> \"At \\\"low\\\" tide\")",
            0,
        );
        check("{{< youtube w7Ft2ymGmfc >}}", "https://www.youtube.com/watch?v=w7Ft2ymGmfc", 0);
        check("{{< gist quay 12ab >}}", "https://gist.github.com/quay/12ab", 0);
        check("{{< tweet user=\"quay\" id=\"12\" >}}", "https://x.com/quay/status/12", 0);
        check("{{</* figure */>}}", "{{< figure >}}", 0);
        check("[a](b){:target=\"_blank\"} and\n{: .box}\nText", "[a](b) and\nText", 0);
        check("{{< `odd` >}}", "`` {{< `odd` >}} ``", 1);
        check("{% raw %} without end", " without end", 0);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(\\{\\{|\\}\\}|\\{%|%\\}|\\{\\{<|>\\}\\}|\\{:|\\}|`|```\n|~~~\n|\\[|\\]|\\(|\\)|!|<a href=|<img src=|>|\"|'|\\\\|/\\*|raw|endraw|highlight|figure|ref|é| |\n|\n\n){0,40}") {
            let (filled, _) = fill_in(&text, &|_| None);
            let same = readdress(&filled, &mut |_, _, _| None);
            prop_assert_eq!(same, filled);
        }

        #[test]
        fn text_without_marks_stays(text in "[a-zA-Zé .,\n*_#>-]{0,80}") {
            prop_assert_eq!(fill_in(&text, &|_| None).0, text);
        }
    }
}
