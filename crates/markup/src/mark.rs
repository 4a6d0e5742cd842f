//! The writer's marks: HTML comments beside a quotation, which say what no rule can know. They live in the text, so they
//! survive every export, and no page shows them.

/// `<!-- not a quotation -->`, `<!-- source: ADDRESS @ 12:34 -->`, `<!-- note: my translation -->`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    NotAQuotation,
    /// The source these words are from, and the second of a recording at which they begin.
    Source {
        address: String,
        at: Option<u32>,
    },
    /// What the writer wants a reader to know beside the verdict.
    Note(String),
}

/// Reads a comment. Any other comment is no mark.
pub(crate) fn read(comment: &str) -> Option<Mark> {
    let comment = comment.trim();
    if comment.eq_ignore_ascii_case("not a quotation") {
        return Some(Mark::NotAQuotation);
    }
    let (name, value) = comment.split_once(':')?;
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.trim().to_ascii_lowercase().as_str() {
        "note" if !value.is_empty() => Some(Mark::Note(value)),
        "source" => {
            let (address, at) = match value.split_once(' ') {
                Some((address, rest)) => (address, Some(seconds(rest.strip_prefix('@')?.trim())?)),
                None => (value.as_str(), None),
            };
            crate::url::canonical(address)?;
            Some(Mark::Source { address: address.to_owned(), at })
        }
        _ => None,
    }
}

/// `1:02:03`, `12:34` or `75`, in seconds.
fn seconds(time: &str) -> Option<u32> {
    let parts: Vec<u32> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    if parts.is_empty() || parts.len() > 3 {
        return None;
    }
    parts.iter().try_fold(0u32, |sum, part| sum.checked_mul(60)?.checked_add(*part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_and_other_comments_left() {
        let source = |address: &str, at| Some(Mark::Source { address: address.into(), at });
        assert_eq!(read(" not a quotation "), Some(Mark::NotAQuotation));
        assert_eq!(read("source: https://harbour.example/log"), source("https://harbour.example/log", None));
        assert_eq!(
            read("Source:https://harbour.example/log @ 12:34"),
            source("https://harbour.example/log", Some(754))
        );
        assert_eq!(
            read("source: https://harbour.example/log @1:00:01"),
            source("https://harbour.example/log", Some(3601))
        );
        assert_eq!(read(" note:  my\n translation "), Some(Mark::Note("my translation".into())));
        for other in [
            "",
            "more",
            "note:",
            "source: the log",
            "source: javascript:x",
            "source: https://a.example @ noon",
            "todo: x",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(read("source: https://a.example @ 4294967295:4294967295"), None);
    }
}
