//! Plain text as Markdown: whatever Markdown would take for a mark gets a backslash. Lines stay where they are, so that a line
//! number is one of the text's own; `>` quotes, as it does in letters, and web addresses stay addresses.

use std::fmt::Write;

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for line in text.split_inclusive('\n') {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        let mut rest = line.trim();
        // A writer's mark alone on its line is one here too.
        if rest.starts_with("<!--") && rest.ends_with("-->") {
            out.extend([rest, end]);
            continue;
        }
        while let Some(quoted) = rest.strip_prefix('>') {
            out.push_str("> ");
            rest = quoted.trim_start();
        }
        line_start(&mut rest, &mut out);
        for word in rest.split_inclusive(char::is_whitespace) {
            match is_address(word) {
                true => out.push_str(word),
                false => word.chars().for_each(|c| push(c, &mut out)),
            }
        }
        out.push_str(end);
    }
    out
}

/// Takes from the line what would start a heading, a list, a rule or a table, and writes it out harmless.
fn line_start(rest: &mut &str, out: &mut String) {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let marked = rest.as_bytes().get(digits).is_some_and(|b| matches!(b, b'.' | b')'));
    if (1..10).contains(&digits) && marked {
        let _ = write!(out, "{}\\{}", &rest[..digits], &rest[digits..digits + 1]);
        *rest = &rest[digits + 1..];
        return;
    }
    let alone = rest.bytes().all(|b| matches!(b, b'-' | b'=' | b'+' | b':' | b' '));
    if rest.starts_with(['#', '=', ':']) || alone && !rest.is_empty() {
        out.push('\\');
        let (first, after) = rest.split_at(1);
        out.push_str(first);
        *rest = after;
    }
}

fn push(c: char, out: &mut String) {
    if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' | '|' | '!') {
        out.push('\\');
    }
    out.push(c);
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.trim_start_matches(['(', '[', '<']).starts_with("www.")
}

#[cfg(test)]
mod tests {
    use crate::{Options, read_text};

    #[test]
    fn no_character_is_a_mark() {
        for text in [
            "a *b* _c_ `d` [e](f) <i>g</i> &amp; ~~h~~ | i |",
            "# not a heading",
            "1984. A year",
            "===",
            "    four spaces are no code",
            "!\\[x]",
        ] {
            assert_eq!(read_text(text, &Options::default()).plain_text, text.trim(), "{text}");
        }
    }

    #[test]
    fn quotations_of_a_letter_are_found_on_their_lines() {
        let text = "Dear all,\n\nthe office said: \"the gate was closed in time\" (https://harbour.example/a_log_b).\n\n> The lamps are lit\n> at nine.\n> -- Harbour Office, www.harbour.example/lamps\n";
        let document = read_text(text, &Options::default());
        let found: Vec<(usize, &str, Option<usize>)> = document
            .quotations
            .iter()
            .map(|quotation| (quotation.line, quotation.text.as_str(), quotation.citation))
            .collect();
        assert_eq!(
            found,
            [(3, "the gate was closed in time", Some(0)), (5, "The lamps are lit at nine.", Some(1))]
        );
        assert_eq!(document.citations[0].url, "https://harbour.example/a_log_b");
    }
}
