//! Whether a quotation and a text are in the same language.

use crate::chars;
use crate::quotation::Quotation;
use crate::source::{Source, floor_char_boundary};
use whatlang::Lang;

/// Bytes of the text that are looked at.
const SAMPLE: usize = 3072;

/// What a text's letters and words tell of its language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tongue {
    script: Option<Script>,
    told: Option<(Lang, f64, bool)>,
}

impl Tongue {
    fn of(text: &str) -> Tongue {
        let info = whatlang::detect(text);
        Tongue {
            script: script(text),
            told: info.map(|info| (info.lang(), info.confidence(), info.is_reliable())),
        }
    }
}

fn tongue(source: &Source) -> &Tongue {
    source.tongue.get_or_init(|| Tongue::of(sample(source.text())))
}

/// The ISO 639-1 code of the language a text is surely in, of those that have tables.
pub(crate) fn of(source: &Source) -> Option<&'static str> {
    let (lang, confidence, reliable) = tongue(source).told?;
    (reliable || confidence > 0.5).then(|| code(lang)).flatten()
}

/// Whether a quotation that was not found is in another language or script than the text.
pub(crate) fn differs(quotation: &Quotation, source: &Source, told: (Option<&str>, Option<&str>)) -> bool {
    if let (Some(quoted), Some(text)) = told {
        return primary(quoted) != primary(text);
    }
    let (Some(quoted), Some(text)) = (script(quotation.text), tongue(source).script) else {
        return false;
    };
    if quoted != text {
        return !writes(source.text(), quoted);
    }
    // In one language even invented words share the small ones with the text.
    let known = quotation.len() - quotation.unknown();
    if quotation.len() < 5 || source.len() < 15 || known as f32 > quotation.len() as f32 * 0.45 {
        return false;
    }
    let (Some(quoted), Some((text, _, reliable))) = (whatlang::detect(quotation.text), tongue(source).told)
    else {
        return false;
    };
    let sure = quoted.is_reliable() || quotation.len() >= 8 && known * 4 <= quotation.len();
    quoted.lang() != text && sure && reliable
}

fn primary(code: &str) -> String {
    code.split(['-', '_']).next().unwrap_or(code).to_lowercase()
}

/// From the middle of the text, where menus and notices are fewer.
fn sample(text: &str) -> &str {
    if text.len() <= SAMPLE {
        return text;
    }
    let start = floor_char_boundary(text, text.len() / 2 - SAMPLE / 2);
    &text[start..floor_char_boundary(text, start + SAMPLE)]
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Indic,
    Unspaced,
    Hangul,
    Other,
}

fn script_of(c: char) -> Option<Script> {
    if !c.is_alphabetic() {
        return None;
    }
    if chars::is_unspaced(c) {
        return Some(Script::Unspaced);
    }
    Some(match c as u32 {
        0x41..=0x24F | 0x1E00..=0x1EFF | 0xFB00..=0xFB06 | 0xFF21..=0xFF5A => Script::Latin,
        0x370..=0x3FF | 0x1F00..=0x1FFF => Script::Greek,
        0x400..=0x52F => Script::Cyrillic,
        0x590..=0x5FF | 0xFB1D..=0xFB4F => Script::Hebrew,
        0x600..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => Script::Arabic,
        0x900..=0xDFF => Script::Indic,
        0x1100..=0x11FF | 0xAC00..=0xD7AF => Script::Hangul,
        _ => Script::Other,
    })
}

/// The script of most letters.
fn script(text: &str) -> Option<Script> {
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for script in text.chars().take(SAMPLE).filter_map(script_of) {
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(script, _)| script)
}

/// Whether a text has a passage of some length in a script.
fn writes(text: &str, script: Script) -> bool {
    text.chars().filter(|c| script_of(*c) == Some(script)).take(200).count() == 200
}

fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Rus => "ru",
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Nld => "nl",
        _ => return None,
    })
}
