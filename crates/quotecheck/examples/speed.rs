//! How fast a text is prepared and a quotation found in it:
//! `cargo run --release -p quotecheck --example speed [CASES.json]`.
//!
//! The task: one megabyte of English-like words, a passage of 300 characters, one character in twenty of it
//! substituted, inserted or deleted; the place found must overlap the true one by nine tenths. `CASES.json`
//! (`{"text": …, "cases": [{"quote": …, "start": …, "end": …}]}`, offsets in characters) gives another text and
//! other passages, so that several programs can be put to the same task. Prints one line of JSON; times in microseconds.
//! With `--stream MEGABYTES` a text that is made as it is read, and the memory that takes.

use quotecheck::Source;
use std::time::Instant;

struct Case {
    quote: String,
    start: usize,
    end: usize,
}

fn main() {
    let mut typed = std::env::args().skip(1);
    let (text, cases) = match typed.next().as_deref() {
        Some("--stream") => {
            return stream(typed.next().and_then(|size| size.parse().ok()).unwrap_or(100));
        }
        Some(file) => read(file),
        None => generate(LATIN),
    };
    let mut prepare: Vec<f64> = (0..9).map(|_| seconds(|| Source::new(&text)).1).collect();
    let source = Source::new(&text);
    let (mut find, mut placed, mut exact, mut memmem) = (Vec::new(), 0, Vec::new(), Vec::new());
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
        memmem.push(seconds(|| memchr::memmem::find(text.as_bytes(), words.as_bytes())).1);
    }
    let other: Vec<f64> = [CYRILLIC, ARABIC, HAN].iter().map(|letters| preparing(*letters)).collect();
    println!(
        "{{\"megabytes\":{:.3},\"prepare_mb_per_s\":{:.1},\"cases\":{},\"placed\":{placed},\"find_us\":{:.1},\"find_us_max\":{:.1},\"find_exact_us\":{:.1},\"memmem_us\":{:.1},\"prepare_cyrillic\":{:.1},\"prepare_arabic\":{:.1},\"prepare_han\":{:.1},\"pages_ms\":{:.1}}}",
        text.len() as f64 / 1e6,
        text.len() as f64 / 1e6 / median(&mut prepare),
        cases.len(),
        median(&mut find) * 1e6,
        find.last().copied().unwrap_or_default() * 1e6,
        median(&mut exact) * 1e6,
        median(&mut memmem) * 1e6,
        other[0],
        other[1],
        other[2],
        pages() * 1e3,
    );
}

/// Megabytes a second, in another script.
fn preparing(letters: Letters) -> f64 {
    let (text, _) = generate(letters);
    let mut times: Vec<f64> = (0..5).map(|_| seconds(|| Source::new(&text)).1).collect();
    text.len() as f64 / 1e6 / median(&mut times)
}

/// Twenty quotations, one in each of twenty pages of 100 KB, every page prepared and asked for every quotation.
fn pages() -> f64 {
    let (text, _) = generate(LATIN);
    let mut random = Random(11);
    let pages: Vec<String> = (0..20).map(|n| text[n * 45_000..n * 45_000 + 100_000].to_owned()).collect();
    let quotations: Vec<String> =
        (0..20).map(|n| random.alter(&text[n * 45_000 + 20_000..n * 45_000 + 20_300])).collect();
    let work = || -> usize {
        let found = |page: &String| {
            let source = Source::new(page);
            quotations.iter().filter(|quotation| !source.find(quotation).spans.is_empty()).count()
        };
        pages.iter().map(found).sum()
    };
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let (found, time) = seconds(work);
            assert!(found >= 20, "every quotation is in its own page");
            time
        })
        .collect();
    median(&mut times)
}

/// A transcript of so many megabytes, made as it is read; quotations from its start, middle and end.
fn stream(megabytes: usize) {
    let quotations: Vec<String> = [10, megabytes * 4000, megabytes * 8000]
        .iter()
        .flat_map(|turn| [Turns::turn(*turn), Turns::turn(*turn).replacen("boat", "ship", 1)])
        .map(|turn| turn.split_once(": ").map_or(String::new(), |(_, said)| said.trim().to_owned()))
        .collect();
    let asked: Vec<&str> = quotations.iter().map(String::as_str).collect();
    let text = Turns { turn: 0, left: Vec::new(), size: megabytes * 1_000_000, read: 0 };
    let (findings, time) =
        seconds(|| quotecheck::read(text, &asked, &Default::default()).expect("it is text"));
    let verdicts: Vec<&str> = findings.iter().map(|finding| finding.verdict.as_str()).collect();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|kb| kb.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(f64::NAN);
    println!(
        "{{\"megabytes\":{megabytes},\"seconds\":{time:.2},\"mb_per_s\":{:.1},\"peak_mb\":{:.1},\"verdicts\":{verdicts:?}}}",
        megabytes as f64 / time,
        peak * 1024.0 / 1e6
    );
}

/// A hearing without end.
struct Turns {
    turn: usize,
    left: Vec<u8>,
    size: usize,
    read: usize,
}

impl Turns {
    fn turn(n: usize) -> String {
        let mut random = Random(n as u64);
        let words: Vec<String> = (0..9).map(|_| random.word()).collect();
        format!(
            "WITNESS {}: On day {n} the {} boat left the {} pier with {} crates of {} and {} {} aboard.\n",
            n % 7,
            words[0],
            words[1],
            n % 89,
            words[2],
            words[3],
            words[4]
        )
    }
}

impl std::io::Read for Turns {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.left.is_empty() && self.read < self.size {
            self.left = Turns::turn(self.turn).into_bytes();
            self.turn += 1;
        }
        let length = self.left.len().min(into.len());
        into[..length].copy_from_slice(&self.left[..length]);
        self.left.drain(..length);
        self.read += length;
        Ok(length)
    }
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

/// An alphabet, and whether its words stand apart; without letters, the common ideographs.
type Letters = (&'static str, bool);

const LATIN: Letters = ("abcdefghijklmnopqrstuvwxyz", true);
const CYRILLIC: Letters = ("абвгдежзийклмнопрстуфхцчшщъыьэюя", true);
const ARABIC: Letters = ("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأ", true);
const HAN: Letters = ("", false);

/// A text of random words, and passages of it with one character in twenty altered.
fn generate(letters: Letters) -> (String, Vec<Case>) {
    let mut random = Random(7);
    let words: Vec<String> = (0..8000).map(|_| random.word_of(letters)).collect();
    let space = if letters.1 { " " } else { "" };
    let mut text = String::new();
    while text.len() < 1_000_000 {
        let mut sentence = (0..8 + random.below(17))
            .map(|_| words[random.below(8000)].as_str())
            .collect::<Vec<_>>()
            .join(space);
        if letters == LATIN {
            sentence[..1].make_ascii_uppercase();
        }
        text.push_str(&sentence);
        text.push_str(". ");
    }
    if letters != LATIN {
        return (text, Vec::new());
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
        self.word_of(LATIN)
    }

    fn word_of(&mut self, (letters, _): Letters) -> String {
        let letters: Vec<char> = match letters {
            "" => ('一'..).take(3000).collect(),
            letters => letters.chars().collect(),
        };
        (0..2 + self.below(9)).map(|_| letters[self.below(letters.len())]).collect()
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
