//! Transcripts with known answers: taken from texts in many languages, then cut, merged, relabelled and given other marks, as they
//! come out of a clipboard. Who says what, and where it ends, must come out again.

use super::judge::{self, Asked, Held, Prepared, Ruling};
use quotecheck::Verdict;
use std::path::PathBuf;
use std::sync::Arc;

struct Made {
    name: String,
    source: String,
    pasted: String,
    /// Speaker and first words of each paragraph.
    paragraphs: Vec<(String, String)>,
}

#[test]
fn transcripts_end_where_they_end() {
    let Some(folder) = std::env::var_os("IBID_TEST_DATA").map(PathBuf::from) else {
        println!("skipped: no test data");
        return;
    };
    let made: Vec<Made> = LANGUAGES
        .iter()
        .flat_map(|(file, names)| {
            let read = std::fs::read_to_string(folder.join(format!("languages/udhr/{file}.txt")));
            let text = read.unwrap_or_else(|error| panic!("{file}: {error}"));
            (0..4).map(move |variant| make(file, names, &text, variant)).collect::<Vec<_>>()
        })
        .collect();
    let (mut ends, mut right, mut wrong) = (0, 0, Vec::new());
    for made in &made {
        let told = tell(made);
        for (at, (speaker, words)) in made.paragraphs.iter().enumerate() {
            let last = made.paragraphs.get(at + 1).is_none_or(|(next, _)| next != speaker);
            let found = told.get(at).is_some_and(|(who, said)| who == speaker && said.starts_with(words));
            // A turn ends right where its last paragraph is its speaker's, and after the last turn comes nothing more.
            if last {
                let ended = at + 1 < made.paragraphs.len() || told.len() == made.paragraphs.len();
                ends += 1;
                match found && ended {
                    true => right += 1,
                    false => {
                        wrong.push(format!("{} {at}: {speaker}: {words} / {:?}", made.name, told.get(at)))
                    }
                }
            }
        }
    }
    println!("{} transcripts, {right} of {ends} turns end right\n{}", made.len(), wrong.join("\n"));
    assert!(made.len() >= 20 && ends >= 100);
    assert!(right * 100 >= ends * 95, "{right} of {ends}\n{}", wrong.join("\n"));
}

/// What is shown as part of the transcript once its source is held: speaker and words of each paragraph.
fn tell(made: &Made) -> Vec<(String, String)> {
    let tidied = markup::tidy::text(&made.pasted);
    let document = markup::read(&tidied.markdown, &markup::Options::default());
    let text = Prepared::new(None, made.source.clone(), false, "", String::new());
    let held = Held::Texts(vec![Arc::new(text)]);
    let asked: Vec<Asked> = document.quotations.iter().map(Asked::of).collect();
    let judgements = judge::judge(&asked, |_| &held);
    let turns = document.quotations.iter().zip(judgements).filter(|(quotation, judgement)| {
        quotation.transcript.is_some() && judgement.as_ref().is_some_and(|j| j.ruling != Ruling::Beyond)
    });
    turns
        .map(|(quotation, judgement)| {
            let verdict = judgement.and_then(|judgement| judgement.ruling.verdict());
            assert_ne!(verdict, Some(Verdict::NoSource), "{}", made.pasted);
            (quotation.speaker.clone().unwrap_or_default(), quotation.text.clone())
        })
        .collect()
}

/// A text of the Universal Declaration, and three who might read it aloud.
const LANGUAGES: &[(&str, [&str; 3])] = &[
    ("eng", ["Ida Brandt", "Omar Reed", "Question"]),
    ("fra", ["Anne Moreau", "Jean d’Ormes", "Question"]),
    ("spa", ["Marta Ruiz", "Pablo Serrano", "Pregunta"]),
    ("rus", ["Анна Петрова", "Игорь Соколов", "Вопрос"]),
    ("arb", ["محمد بن سالم", "ليلى حداد", "سؤال"]),
    ("pol", ["Anna Nowak", "Jan Kowalski", "Maria Zając"]),
    ("por_PT", ["Rui Costa", "Ana Lopes", "Pedro Dias"]),
    ("tur", ["Ayşe Demir", "Mehmet Kaya", "Can Yıldız"]),
];

/// `variant`: as it stands; cut at both ends; paragraphs merged; relabelled and given other marks.
fn make(file: &str, names: &[&str; 3], text: &str, variant: usize) -> Made {
    let mut lines =
        text.lines().map(str::trim).filter(|line| line.chars().count() > 70 && !line.contains(':'));
    let taken: Vec<&str> = lines.by_ref().take(14).collect();
    let said: Vec<&str> = taken[1..13].to_vec();
    // One to three paragraphs a turn.
    let turns: Vec<(usize, &[&str])> =
        [(0, 0..1), (1, 1..3), (0, 3..4), (2, 4..5), (1, 5..8), (0, 8..9), (1, 9..10), (0, 10..12)]
            .into_iter()
            .map(|(who, at)| (who, &said[at]))
            .collect();
    let mut source = format!("{}\n", taken[0]);
    for (who, paragraphs) in &turns {
        source += &format!("{}: {}\n", names[*who], paragraphs.join("\n"));
    }
    source += &format!("{}\n", taken[13]);
    let kept = if variant == 1 { &turns[1..6] } else { &turns[..] };
    let (mut pasted, mut paragraphs) =
        ("The hearing (https://hearing.example/1):\n\n".to_owned(), Vec::new());
    for (who, said) in kept {
        let label = match variant {
            3 => names[*who].to_uppercase(),
            _ => names[*who].to_owned(),
        };
        let said: Vec<String> = match variant {
            2 => vec![said.join(" ")],
            3 => said.iter().map(|words| remarked(words)).collect(),
            _ => said.iter().map(|words| (*words).to_owned()).collect(),
        };
        let colon = if variant == 3 && file == "fra" { " :" } else { ":" };
        pasted += &format!("{label}{colon} {}\n\n", said.join("\n\n"));
        let start = |words: &String| words.chars().take(20).collect::<String>();
        paragraphs.extend(said.iter().map(|words| (label.clone(), start(words))));
    }
    pasted += "That was all we heard that evening, and nobody had anything to add to it when the lamps went out.\n\n\
               We walked home along the quay and talked about the weather.\n";
    Made { name: format!("{file} {variant}"), source, pasted, paragraphs }
}

/// With other quotation marks, dashes and spaces, without some commas and stops.
fn remarked(words: &str) -> String {
    let words = words.replace(", ", " ").replace(" - ", " — ").replace('"', "“").replace('\'', "’");
    words.trim_end_matches(['.', ';']).to_owned()
}
