//! Makes quotations with a known answer out of sentences of a text.

use super::Case;
use quotecheck::Source;
use std::path::Path;

/// `each` cases of every kind of edit.
pub(crate) fn cases(folder: &Path, each: usize) -> Vec<Case> {
    let texts = texts(folder);
    let seed = std::env::var("IBID_TRUTH_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut random = Random(seed.unwrap_or(0x0C7A_115E));
    let mut cases = Vec::new();
    for (label, edit) in EDITS {
        let mut made = 0;
        // Few sentences hold a date, so many are drawn.
        for _ in 0..each * 400 {
            if made == each || texts.len() < 2 {
                break;
            }
            let (source, sentences) = &texts[random.below(texts.len())];
            let (Some(one), Some(other)) = (random.pick(sentences), random.pick(sentences)) else { continue };
            let Some(quote) = edit(one, other, &mut random) else { continue };
            made += 1;
            let finding = source.find(&quote);
            cases.push(Case { id: format!("{made}"), label: (*label).into(), quote, finding });
        }
    }
    cases
}

type Edit = fn(&str, &str, &mut Random) -> Option<String>;

const EDITS: &[(&str, Edit)] = &[
    ("exact", |one, _, _| Some(one.to_owned())),
    ("typography", |one, _, _| {
        Some(format!(
            "“{}”",
            one.replace(", ", " ").replace('\'', "’").replace('-', " – ").replace(". ", ".\u{a0}")
        ))
    }),
    ("truncated", |one, _, random| {
        let words: Vec<&str> = one.split_whitespace().collect();
        let kept = words.len() / 2 + random.below(words.len() / 3);
        Some(format!("{}.", words[..kept].join(" ").trim_end_matches([',', ';', ':', '-', '.', '?', '!'])))
    }),
    ("ellipsis", |one, _, random| {
        let mut words: Vec<&str> = one.split_whitespace().collect();
        let start = 3 + random.below(words.len() - 7);
        let end = (start + 2 + random.below(8)).min(words.len() - 2);
        words.splice(start..end, ["…"]);
        Some(words.join(" "))
    }),
    ("bracket inserted", |one, _, random| {
        let mut words: Vec<&str> = one.split_whitespace().collect();
        words.insert(3 + random.below(words.len() - 5), "[the ministry]");
        Some(words.join(" "))
    }),
    ("bracket replaced", |one, _, random| {
        let mut words: Vec<&str> = one.split_whitespace().collect();
        let at = 3 + random.below(words.len() - 5);
        words[at] = "[the ministry]";
        Some(words.join(" "))
    }),
    ("first half", |one, _, _| {
        let words: Vec<&str> = one.split_whitespace().collect();
        let kept = words[..words.len() / 2].join(" ");
        Some(format!("{}.", kept.trim_end_matches([',', ';', ':', '-', '.', '?', '!'])))
    }),
    ("six words … six words", |one, _, _| {
        let words: Vec<&str> = one.split_whitespace().collect();
        (words.len() > 13)
            .then(|| format!("{} … {}", words[..6].join(" "), words[words.len() - 6..].join(" ")))
    }),
    ("a comma more or less", |one, _, random| {
        let places: Vec<usize> = one.match_indices(',').map(|(at, _)| at).collect();
        let spaces: Vec<usize> = one.match_indices(' ').map(|(at, _)| at).collect();
        let digit = |at: usize| one.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
        match random.pick(&places) {
            Some(at) if !digit(*at) => Some(format!("{}{}", &one[..*at], &one[at + 1..])),
            _ => {
                let at = *random.pick(&spaces)?;
                let letter = one.as_bytes()[at - 1].is_ascii_alphabetic();
                letter.then(|| format!("{},{}", &one[..at], &one[at..]))
            }
        }
    }),
    ("opposite", |one, _, random| {
        swap_word(
            one,
            random,
            |word| OPPOSITES.iter().any(|(from, _)| *from == bare(word)),
            |word, _| {
                let to = OPPOSITES.iter().find(|(from, _)| *from == bare(word)).map_or("", |(_, to)| to);
                word.replace(bare(word), to)
            },
        )
    }),
    ("a word dropped", |one, _, random| {
        drop_word(one, random, |word| word.len() > 4 && word.bytes().all(|b| b.is_ascii_lowercase()))
    }),
    ("a word added", |one, other, random| {
        let added = other.split_whitespace().map(bare).find(|word| word.len() > 5)?.to_lowercase();
        let mut words: Vec<&str> = one.split_whitespace().collect();
        words.insert(2 + random.below(words.len() - 3), &added);
        Some(words.join(" "))
    }),
    ("two words swapped", |one, _, random| {
        let mut words: Vec<&str> = one.split_whitespace().collect();
        let at = 1 + random.below(words.len() - 3);
        let plain = |word: &str| word.len() > 3 && word.bytes().all(|b| b.is_ascii_lowercase());
        if words[at] == words[at + 1] || !plain(words[at]) || !plain(words[at + 1]) {
            return None;
        }
        words.swap(at, at + 1);
        Some(words.join(" "))
    }),
    ("a question made a statement", |one, _, _| {
        one.ends_with('?').then(|| format!("{}.", &one[..one.len() - 1]))
    }),
    ("a figure's sign", |one, _, _| {
        let at = one.find(['$', '%'])?;
        Some(format!("{}{}", &one[..at], &one[at + 1..]))
    }),
    ("negation dropped", |one, _, random| {
        drop_word(one, random, |word| {
            matches!(
                bare(word),
                "not" | "no" | "never" | "nor" | "nothing" | "without" | "cannot" | "none" | "No" | "Not"
            )
        })
    }),
    ("negation added", |one, _, random| {
        swap_word(
            one,
            random,
            |word| matches!(word, "is" | "are" | "was" | "will" | "can" | "has"),
            |word, _| format!("{word} not"),
        )
    }),
    ("number", |one, _, random| {
        swap_word(
            one,
            random,
            |word| word.bytes().any(|b| b.is_ascii_digit()),
            |word, random| {
                let digits: Vec<usize> =
                    word.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
                let at = digits[random.below(digits.len())];
                let digit = (word.as_bytes()[at] - b'0' + 1 + random.below(9) as u8) % 10;
                format!("{}{digit}{}", &word[..at], &word[at + 1..])
            },
        )
    }),
    ("date", |one, _, random| {
        swap_word(
            one,
            random,
            |word| MONTHS.contains(&bare(word)),
            |word, random| {
                let months: Vec<&&str> = MONTHS.iter().filter(|month| **month != bare(word)).collect();
                word.replace(bare(word), months[random.below(months.len())])
            },
        )
    }),
    ("name", |one, other, random| {
        let name = |word: &str| word.len() > 3 && word.starts_with(|c: char| c.is_ascii_uppercase());
        let replacement = other.split_whitespace().skip(1).map(bare).find(|word| name(word))?.to_owned();
        let start = one.find(' ')? + 1;
        let rest = swap_word(
            &one[start..],
            random,
            |word| name(word) && !alike(bare(word), &replacement),
            |word, _| word.replace(bare(word), &replacement),
        )?;
        Some(format!("{}{rest}", &one[..start]))
    }),
    ("word", |one, other, random| {
        let content = |word: &str| word.len() > 4 && word.bytes().all(|b| b.is_ascii_lowercase());
        let replacement = random
            .pick(
                &other
                    .split_whitespace()
                    .map(bare)
                    .filter(|w| content(w))
                    .map(str::to_owned)
                    .collect::<Vec<_>>(),
            )?
            .clone();
        swap_word(one, random, |word| content(word) && !alike(word, &replacement), |_, _| replacement.clone())
    }),
    ("spliced", |one, other, random| {
        let (a, b): (Vec<&str>, Vec<&str>) =
            (one.split_whitespace().collect(), other.split_whitespace().collect());
        if one == other {
            return None;
        }
        let kept = a.len() / 3 + random.below(a.len() / 3) + 2;
        let from = b.len() / 3 + random.below(b.len() / 3) - 1;
        (b.len() - from >= 5 && kept >= 5).then(|| format!("{} {}", a[..kept].join(" "), b[from..].join(" ")))
    }),
];

const OPPOSITES: [(&str, &str); 32] = [
    ("will", "might"),
    ("more", "less"),
    ("all", "some"),
    ("great", "small"),
    ("should", "could"),
    ("peace", "war"),
    ("must", "may"),
    ("right", "duty"),
    ("free", "safe"),
    ("first", "second"),
    ("always", "sometimes"),
    ("every", "any"),
    ("Every", "Any"),
    ("First", "Second"),
    ("never", "often"),
    ("may", "will"),
    ("can", "should"),
    ("some", "most"),
    ("many", "few"),
    ("before", "after"),
    ("above", "below"),
    ("with", "without"),
    ("increase", "decrease"),
    ("public", "private"),
    ("foreign", "domestic"),
    ("now", "not"),
    ("only", "even"),
    ("if", "when"),
    ("and", "or"),
    ("from", "to"),
    ("for", "against"),
    ("he", "they"),
];

const MONTHS: [&str; 11] = [
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Perhaps forms of one word.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    a == b || a.get(..3) == b.get(..3)
}

fn drop_word(sentence: &str, random: &mut Random, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut words: Vec<&str> = sentence.split_whitespace().collect();
    let places: Vec<usize> = (0..words.len()).filter(|at| wanted(words[*at])).collect();
    words.remove(*random.pick(&places)?);
    Some(words.join(" "))
}

fn swap_word(
    sentence: &str,
    random: &mut Random,
    wanted: impl Fn(&str) -> bool,
    swap: impl Fn(&str, &mut Random) -> String,
) -> Option<String> {
    let mut words: Vec<String> = sentence.split_whitespace().map(str::to_owned).collect();
    let places: Vec<usize> = (0..words.len()).filter(|at| wanted(&words[*at])).collect();
    let at = *random.pick(&places)?;
    words[at] = swap(&words[at], random);
    Some(words.join(" "))
}

/// Each text with its sentences of 12 to 45 words.
fn texts(folder: &Path) -> Vec<(Source, Vec<String>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("sources/presidential"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .collect();
    files.sort();
    let read = |file| {
        let text = String::from_utf8_lossy(&std::fs::read(file).ok()?).into_owned();
        let sentences =
            text.split_inclusive(". ").map(|sentence| sentence.trim().to_owned()).filter(|sentence| {
                (12..=45).contains(&sentence.split_whitespace().count())
                    && !sentence.contains(['[', '(', '\n', '…'])
                    && !sentence.contains("..")
            });
        let sentences: Vec<String> = sentences.collect();
        Some((Source::new(&text), sentences))
    };
    files.into_iter().filter_map(read).filter(|(_, sentences)| sentences.len() > 10).collect()
}

/// Splitmix64.
pub(crate) struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}
