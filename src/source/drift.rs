//! How far a page has moved away from what it said before. Pure.
//!
//! Two texts are compared by their runs of three words. What only stands elsewhere has hardly changed, and words put in between
//! cost two runs. Figures count as one and the same word: views, comments and clocks differ each time somebody asks.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Parts from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Of the earlier text: no longer there.
    pub gone: f64,
    /// Of the later text: not there before.
    pub new: f64,
    /// The words are the same, figures aside, and in the same order.
    pub same: bool,
}

/// What a drift amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// No word changed.
    Same,
    /// A slip mended, a menu entry more.
    Slight,
    Edited,
    Rewritten,
    /// Another page.
    Replaced,
}

/// Of 36 real pages that nobody touched, or in which slips were mended, every one stays below; of 18 that were edited, half lie above, and
/// the others changed in a link or a word.
const EDITED: f64 = 0.02;
/// Real pages whose wording was worked over end at 0.071, and begin to be written anew at 0.081. Pages have lists of other news besides,
/// which turn by themselves: the line is drawn above both.
pub const CHANGED: f64 = 0.1;
/// Real pages written anew keep at least 0.63 of their runs; whatever stands in their place keeps at most 0.16.
const REPLACED: f64 = 0.6;

impl Drift {
    pub fn between(before: &str, after: &str) -> Drift {
        if before == after {
            return Drift { gone: 0.0, new: 0.0, same: true };
        }
        let (before, after) = (words(before), words(after));
        if before == after {
            return Drift { gone: 0.0, new: 0.0, same: true };
        }
        let (before, after) = (runs(&before), runs(&after));
        Drift { gone: missing(&before, &after), new: missing(&after, &before), same: false }
    }

    /// Part of the earlier words that still stand.
    pub fn standing(&self) -> f64 {
        1.0 - self.gone
    }

    pub fn band(&self) -> Band {
        match self.gone.max(self.new) {
            _ if self.same => Band::Same,
            _ if self.gone >= REPLACED => Band::Replaced,
            _ if self.gone >= CHANGED => Band::Rewritten,
            most if most >= EDITED => Band::Edited,
            _ => Band::Slight,
        }
    }
}

/// Lower case, each as a number of its own. In a script without spaces letters do.
fn words(text: &str) -> Vec<u64> {
    let hasher = BuildHasherDefault::<DefaultHasher>::new();
    let figure = hasher.hash_one("0");
    let mut out: Vec<u64> = Vec::new();
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.chars().any(is_unspaced) {
            out.extend(word.chars().map(|letter| hasher.hash_one(letter)));
        } else if !word.starts_with(char::is_numeric) {
            out.push(hasher.hash_one(word));
        } else if out.last() != Some(&figure) {
            // 1,240 is one figure, however it is parted.
            out.push(figure);
        }
    }
    out
}

/// Thai to Burmese, kana, Chinese characters.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}')
}

fn runs(words: &[u64]) -> Vec<[u64; 3]> {
    match words {
        [] => Vec::new(),
        [a] => vec![[*a, 0, 0]],
        [a, b] => vec![[*a, *b, 0]],
        _ => words.windows(3).map(|run| [run[0], run[1], run[2]]).collect(),
    }
}

fn missing(runs: &[[u64; 3]], from: &[[u64; 3]]) -> f64 {
    if runs.is_empty() {
        return 0.0;
    }
    let there: HashSet<&[u64; 3]> = from.iter().collect();
    runs.iter().filter(|run| !there.contains(run)).count() as f64 / runs.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LAMPS: &str =
        "The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse.";

    #[test]
    fn drift_has_bands() {
        let long = LAMPS.repeat(12);
        let check = |before: &str, after: &str, band| {
            assert_eq!(Drift::between(before, after).band(), band, "{after}")
        };
        check(LAMPS, LAMPS, Band::Same);
        check(LAMPS, &LAMPS.replace(',', " –").to_uppercase(), Band::Same);
        check("Seen 1,240 times on 3 May", "Seen 12.418 times on 14 May", Band::Same);
        check(&long, &format!("{long} Menu"), Band::Slight);
        check(&long, &format!("{long} {}", "A word more about the ferry. ".repeat(3)), Band::Edited);
        check(LAMPS, &LAMPS.replace("by hand", "by wire"), Band::Rewritten);
        check(LAMPS, "Something else entirely, on another page.", Band::Replaced);
        check("灯は手でともされる。", "灯は手でともされる。潮。", Band::Edited);
        check("", "Something", Band::Edited);
        check("Something", "", Band::Replaced);
    }

    #[test]
    fn what_stands_is_counted() {
        let standing = |before: &str, after: &str| Drift::between(before, after).standing();
        assert_eq!(standing(LAMPS, &format!("Menu. {LAMPS} Footer.")), 1.0);
        assert_eq!(standing(LAMPS, "Something else entirely."), 0.0);
        assert_eq!(standing("", "Something"), 1.0);
        let half = standing(LAMPS, "The lamps along the quay are lit by hand.");
        assert!((0.3..0.5).contains(&half), "{half}");
    }

    proptest! {
        #[test]
        fn any_two_texts_can_be_compared(before in ".{0,400}", after in ".{0,400}") {
            let (there, back) = (Drift::between(&before, &after), Drift::between(&after, &before));
            prop_assert!((0.0..=1.0).contains(&there.gone) && (0.0..=1.0).contains(&there.new));
            prop_assert_eq!(there.same, back.same);
            if !there.same {
                prop_assert_eq!((there.gone, there.new), (back.new, back.gone));
            }
            prop_assert_eq!(Drift::between(&before, &before).band(), Band::Same);
        }
    }
}
