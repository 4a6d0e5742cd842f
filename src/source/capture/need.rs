//! Whether a page as it was sent looks as if scripts were to make it. Pure.

use super::Understood;
use crate::source::{Health, TextKind};

/// Fewer letters than this may be all there is, or what stands there until scripts have run.
const FEW: usize = 1000;
/// Letters of sentences in data: less is a label or two.
const TOLD: usize = 600;
/// A sentence has as many words, and is no code.
const WORDS: usize = 8;
/// Of the markup.
const MOST: usize = 4_000_000;

/// Why a browser should be asked, in a sentence.
pub(super) fn of(health: Health, page: &Understood) -> Option<&'static str> {
    let elsewhere =
        !matches!(page.reading.text_kind, TextKind::Page | TextKind::None) || page.reading.facts.video;
    if page.markup.is_empty() || elsewhere {
        return None;
    }
    decide(health, &page.markup, &page.reading.text)
}

fn decide(health: Health, markup: &str, text: &str) -> Option<&'static str> {
    let markup = &markup[..markup.floor_char_boundary(MOST)];
    match health {
        Health::Empty => Some("What was sent has no text."),
        Health::BotWall if asks_for_script(markup) => Some("What was sent asks for scripts to be run."),
        Health::Good => {
            let shown = text.chars().filter(|c| c.is_alphanumeric()).take(FEW + 1).count();
            let told = if shown < FEW { told_in_scripts(markup) } else { 0 };
            (told >= TOLD && told >= 3 * shown)
                .then_some("Most of its words are in data that scripts are to show.")
        }
        _ => None,
    }
}

fn asks_for_script(markup: &str) -> bool {
    let lower = markup.to_ascii_lowercase();
    lower.contains("<script")
        && ["javascript", "<noscript", "challenge"].iter().any(|word| lower.contains(word))
}

/// Letters of the sentences that stand in scripts, as data of a page do.
fn told_in_scripts(markup: &str) -> usize {
    let mut told = 0;
    let mut rest = markup;
    while let Some(at) = find(rest, "<script") {
        let script = &rest[at..];
        let end = find(script, "</script").unwrap_or(script.len());
        told += sentences(&script[..end]);
        rest = &script[end..];
        if rest.is_empty() {
            break;
        }
        rest = &rest[1..];
    }
    told
}

/// Of the strings in double quotes.
fn sentences(script: &str) -> usize {
    let bytes = script.as_bytes();
    let (mut letters, mut start, mut at) = (0, None, 0);
    while at < bytes.len() {
        match (bytes[at], start) {
            (b'\\', _) => at += 1,
            (b'"', None) => start = Some(at + 1),
            (b'"', Some(from)) => {
                letters += sentence(&script[from..at]);
                start = None;
            }
            _ => {}
        }
        at += 1;
    }
    letters
}

/// Letters, if these are words in a row.
fn sentence(string: &str) -> usize {
    let letters = string.chars().filter(|c| c.is_alphanumeric()).count();
    let signs = string.chars().filter(|c| matches!(c, '{' | '}' | ';' | '=' | '(' | '_')).count();
    let words = string.split(' ').filter(|word| !word.is_empty()).count();
    // Scripts without spaces between words have no word count; they are found by what is no sign.
    let prose =
        words >= WORDS || string.chars().filter(|c| ('\u{3040}'..='\u{9fff}').contains(c)).count() >= 20;
    if prose && signs * 20 < letters { letters } else { 0 }
}

fn find(text: &str, tag: &str) -> Option<usize> {
    text.as_bytes().windows(tag.len()).position(|window| window.eq_ignore_ascii_case(tag.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALE: &str = "The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse, and nobody minds the rain. ";

    #[test]
    fn words_that_only_scripts_hold_are_missed_on_the_page() {
        let data = format!(
            r#"<script id="__NEXT_DATA__" type="application/json">{{"body":"{}"}}</script>"#,
            TALE.repeat(12)
        );
        let check = |health, markup: &str, text: &str, asked: bool| {
            assert_eq!(decide(health, markup, text).is_some(), asked, "{health} {markup:.60}");
        };
        check(Health::Empty, "<div id=root></div>", "", true);
        check(Health::Good, &data, "Quay. Menu. Contact us.", true);
        check(Health::Good, &data, &TALE.repeat(12), false);
        check(Health::Good, &data, &TALE.repeat(5), false);
        check(Health::Good, "<p>Short and whole.", "Short and whole.", false);
        let code = format!(
            "<script>var a = \"x\"; {}</script>",
            "f(\"a b c d e f g h i; { return (1); } = k_\");".repeat(200)
        );
        check(Health::Good, &code, "Short and whole.", false);
        check(Health::BotWall, "<script src=c.js></script><noscript>Enable JavaScript</noscript>", "", true);
        check(Health::BotWall, "<p>Too many requests.", "", false);
        for other in [Health::Soft404, Health::Login, Health::Paywall, Health::ConsentWall, Health::Error] {
            check(other, &data, "", false);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_markup_is_too_strange(markup in r#"(<script|</script>|"|\\|[ a-zé潮]{0,9}|<){0,60}"#) {
            decide(Health::Good, &markup, "");
        }
    }
}
