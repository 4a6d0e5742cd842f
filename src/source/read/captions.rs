//! Captions in the forms they come in → text that reads on, with the moments at which it is spoken kept aside.

use super::{about, html};
use scraper::ElementRef;
use serde_json::Value;

/// Words on the screen at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    /// Milliseconds.
    pub(super) at: u64,
    pub(super) ends: u64,
    pub(super) words: String,
}

pub(super) struct Spoken {
    pub(super) text: String,
    /// Byte offset and milliseconds of each cue.
    pub(super) times: Vec<(usize, u64)>,
}

/// JSON with events (`fmt=json3`), or XML: `<text start="1.2" dur="3">` in seconds, or `<p t="1200" d="3000">` in milliseconds.
pub(super) fn read(answer: &str) -> Vec<Cue> {
    let mut cues = match answer.trim_start().starts_with('{') {
        true => serde_json::from_str(answer).map(|events| from_events(&events)).unwrap_or_default(),
        false => from_xml(answer),
    };
    cues.retain(|cue| !cue.words.is_empty());
    cues
}

fn from_events(answer: &Value) -> Vec<Cue> {
    let event = |event: &Value| {
        let at = event["tStartMs"].as_u64().unwrap_or(0);
        let parts = event["segs"].as_array().map(Vec::as_slice).unwrap_or_default();
        let words: String = parts.iter().filter_map(|part| part["utf8"].as_str()).collect();
        let ends = at.saturating_add(event["dDurationMs"].as_u64().unwrap_or(0));
        Cue { at, ends, words: folded(&words) }
    };
    answer["events"].as_array().map(|events| events.iter().map(event).collect()).unwrap_or_default()
}

fn from_xml(answer: &str) -> Vec<Cue> {
    let page = html::parse(answer);
    let cue = |element: ElementRef| {
        let number = |name: &str| element.attr(name).and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0);
        let (at, lasts) = match element.value().name() {
            "text" => (number("start") * 1000.0, number("dur") * 1000.0),
            "p" if element.attr("t").is_some() => (number("t"), number("d")),
            _ => return None,
        };
        let words = about::unescaped(&element.text().collect::<String>());
        Some(Cue { at: at as u64, ends: (at + lasts) as u64, words: folded(&words) })
    };
    page.tree.root().descendants().filter_map(ElementRef::wrap).filter_map(cue).collect()
}

fn folded(words: &str) -> String {
    words.replace('\u{200b}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A sentence that ended before a pause ends its line, and so does a change of speaker (`>>`).
pub(super) fn join(cues: &[Cue]) -> Spoken {
    let mut spoken = Spoken { text: String::new(), times: Vec::with_capacity(cues.len()) };
    let (mut ended, mut line) = (0, 0);
    for cue in cues {
        let text = &mut spoken.text;
        if !text.is_empty() {
            let pause = cue.at.saturating_sub(ended);
            let stop = text.ends_with(['.', '!', '?', '…', '"', '”', '。', '？', '！', '؟', '।']);
            let breaks = cue.words.starts_with(">>")
                || (stop && (pause >= 1500 || text.len() - line > 600))
                || (pause >= 4000 && text.len() - line > 200);
            text.push(if breaks { '\n' } else { ' ' });
            if breaks {
                line = text.len();
            }
        }
        spoken.times.push((text.len(), cue.at));
        text.push_str(&cue.words);
        ended = cue.ends.max(cue.at);
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, text: &str, times: &[(usize, u64)]) {
        let spoken = join(&read(answer));
        assert_eq!((spoken.text.as_str(), spoken.times.as_slice()), (text, times), "{answer}");
    }

    #[test]
    fn captions_come_in_three_forms_and_read_the_same() {
        let times = [(0, 0), (18, 2500)];
        check(
            r#"{"events":[{"tStartMs":0,"dDurationMs":2500,"segs":[{"utf8":"The gate"},{"utf8":" closes"}]},{"tStartMs":2000,"aAppend":1,"segs":[{"utf8":"\n"}]},
            {"tStartMs":2500,"dDurationMs":2000,"segs":[{"utf8":"at\nnine & rests."}]}]}"#,
            "The gate closes at nine & rests.",
            &[(0, 0), (16, 2500)],
        );
        check(
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?><transcript><text start=\"0\" dur=\"2.5\">It&amp;#39;s low water</text><text start=\"2.5\">at &amp;amp; after nine</text></transcript>",
            "It's low water at & after nine",
            &[(0, 0), (15, 2500)],
        );
        check(
            "<timedtext format=\"3\"><body><p t=\"0\" d=\"2500\"><s>The gate</s><s> is shut</s></p><p t=\"2500\" d=\"9\">at nine</p></body></timedtext>",
            "The gate is shut at nine",
            &[(0, 0), (17, times[1].1)],
        );
    }

    #[test]
    fn lines_end_where_a_speaker_does() {
        let cue = |at, ends, words: &str| Cue { at, ends, words: words.into() };
        let spoken = join(&[
            cue(0, 1000, "We close at nine."),
            cue(3000, 4000, "And then?"),
            cue(4000, 5000, ">> Then we rest."),
        ]);
        assert_eq!(spoken.text, "We close at nine.\nAnd then?\n>> Then we rest.");
    }

    #[test]
    fn what_is_no_captions_has_none() {
        for answer in ["", "{}", "{", "<html><p>Sign in</p></html>", "[1]", "{\"events\":[{\"segs\":[7]}]}"] {
            assert_eq!(read(answer), [], "{answer}");
        }
    }
}
