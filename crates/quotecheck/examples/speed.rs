//! How fast a text is prepared and a quotation found in it:
//! `cargo run --release -p quotecheck --example speed [CASES.json]`.
//!
//! The task: one megabyte of English-like words, a passage of 300 characters, one character in twenty of it
//! substituted, inserted or deleted; the place found must overlap the true one by nine tenths. `CASES.json`
//! (`{"text": …, "cases": [{"quote": …, "start": …, "end": …}]}`, offsets in characters) gives another text and
//! other passages, so that several programs can be put to the same task. Prints one line of JSON; times in microseconds.

use quotecheck::Source;
use std::time::Instant;

struct Case {
    quote: String,
    start: usize,
    end: usize,
}

fn main() {
    let (text, cases) = match std::env::args().nth(1) {
        Some(file) => read(&file),
        None => generate(),
    };
    let mut prepare: Vec<f64> = (0..9).map(|_| seconds(|| Source::new(&text)).1).collect();
    let source = Source::new(&text);
    let (mut find, mut placed, mut exact) = (Vec::new(), 0, Vec::new());
    for case in &cases {
        let (finding, time) = seconds(|| source.find(&case.quote));
        find.push(time);
        let at = finding.spans.first().zip(finding.spans.last());
        placed += usize::from(at.is_some_and(|(first, last)| overlap(first.start, last.end, case) >= 0.9));
        let passage: String = text.chars().skip(case.start).take(case.end - case.start).collect();
        let words = passage
            .split_once(' ')
            .and_then(|(_, rest)| rest.rsplit_once(' '))
            .map_or("", |(words, _)| words);
        exact.push(seconds(|| source.find(words)).1);
    }
    println!(
        "{{\"megabytes\":{:.3},\"prepare_mb_per_s\":{:.1},\"cases\":{},\"placed\":{placed},\"find_us\":{:.1},\"find_us_max\":{:.1},\"find_exact_us\":{:.1}}}",
        text.len() as f64 / 1e6,
        text.len() as f64 / 1e6 / median(&mut prepare),
        cases.len(),
        median(&mut find) * 1e6,
        find.last().copied().unwrap_or_default() * 1e6,
        median(&mut exact) * 1e6,
    );
}

fn seconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed().as_secs_f64())
}

/// Sorts as it goes.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Intersection over union.
fn overlap(start: usize, end: usize, case: &Case) -> f64 {
    let both = end.min(case.end).saturating_sub(start.max(case.start));
    both as f64 / ((end - start) + (case.end - case.start) - both) as f64
}

fn read(file: &str) -> (String, Vec<Case>) {
    let read = std::fs::read_to_string(file).expect("the file of cases can be read");
    let json: serde_json::Value = serde_json::from_str(&read).expect("the file of cases is JSON");
    let number = |value: &serde_json::Value| value.as_u64().unwrap_or_default() as usize;
    let case = |value: &serde_json::Value| Case {
        quote: value["quote"].as_str().unwrap_or_default().to_owned(),
        start: number(&value["start"]),
        end: number(&value["end"]),
    };
    let cases = json["cases"].as_array().map(|cases| cases.iter().map(case).collect()).unwrap_or_default();
    (json["text"].as_str().unwrap_or_default().to_owned(), cases)
}

/// A text of random words, and passages of it with one character in twenty altered.
fn generate() -> (String, Vec<Case>) {
    let mut random = Random(7);
    let words: Vec<String> = (0..8000).map(|_| random.word()).collect();
    let mut text = String::new();
    while text.len() < 1_000_000 {
        let mut sentence = (0..8 + random.below(17))
            .map(|_| words[random.below(8000)].as_str())
            .collect::<Vec<_>>()
            .join(" ");
        sentence[..1].make_ascii_uppercase();
        text.push_str(&sentence);
        text.push_str(". ");
    }
    text.truncate(1_000_000);
    let cases = (0..200)
        .map(|_| {
            let start = 1000 + random.below(text.len() - 2400);
            Case { quote: random.alter(&text[start..start + 300]), start, end: start + 300 }
        })
        .collect();
    (text, cases)
}

/// Splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn word(&mut self) -> String {
        (0..2 + self.below(9)).map(|_| (b'a' + self.below(26) as u8) as char).collect()
    }

    fn alter(&mut self, passage: &str) -> String {
        let mut letters: Vec<char> = passage.chars().collect();
        for _ in 0..letters.len() / 20 {
            let at = self.below(letters.len());
            let letter = (b'a' + self.below(10) as u8) as char;
            match self.below(3) {
                0 => letters[at] = letter,
                1 => letters.insert(at, letter),
                _ => {
                    letters.remove(at);
                }
            }
        }
        letters.into_iter().collect()
    }
}
