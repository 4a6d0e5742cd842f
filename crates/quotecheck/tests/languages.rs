//! Quotations in other scripts, and in another language than the text.

use quotecheck::{Finding, Options, Source, Verdict};
use std::path::PathBuf;

fn check(text: &str, quotation: &str, expect: Verdict) -> Finding {
    let finding = Source::new(text).find(quotation);
    assert_eq!(finding.verdict, expect, "{quotation}\n{finding:#?}");
    finding
}

const CHINESE: &str = "港口委员会星期二开会。“我们将在五月开放新的渡轮码头，”港务长说，“除非疏浚工程延误。”码头不会收费。图书馆秋天重新开放。";
const JAPANESE: &str = "港の委員会は火曜日に開かれた。新しいフェリーターミナルは五月に開くと港長は述べた。料金は上がらない。図書館は秋に再び開く。";
const ARABIC: &str = "اجتمع مجلس الميناء يوم الثلاثاء. قال مدير الميناء: سنفتح محطة العبّارات الجديدة في مايو. لن ترتفع الأسعار هذا العام.";
const RUSSIAN: &str = "Совет гавани собрался во вторник. Начальник порта сказал, что новый паромный терминал откроется в мае. Цены в этом году не вырастут.";
const GERMAN: &str = "Der Hafenrat tagte am Dienstag. Die neue Fähre fährt ab Mai täglich, sagte die Hafenmeisterin. Die Preise werden in diesem Jahr nicht steigen.";

#[test]
fn scripts_without_spaces_are_read_by_the_character() {
    check(CHINESE, "我们将在五月开放新的渡轮码头", Verdict::Verbatim);
    check(CHINESE, "「我们将在五月开放新的渡轮码头」", Verdict::Verbatim);
    assert!(check(CHINESE, "我们将在六月开放新的渡轮码头", Verdict::Altered).material);
    assert!(check(CHINESE, "除非疏浚工程延误，码头会收费", Verdict::Altered).material, "a negation dropped");
    check(CHINESE, "码头会收费", Verdict::TooShort);
    check(CHINESE, "我们将……开放新的渡轮码头", Verdict::Elided);
    check(JAPANESE, "新しいフェリーターミナルは五月に開く", Verdict::Verbatim);
    assert!(check(JAPANESE, "新しいフェリーターミナルは六月に開くと港長は述べた", Verdict::Altered).material);
    let finding = check(CHINESE, "图书馆秋天重新开放", Verdict::Verbatim);
    let passage: String = CHINESE
        .chars()
        .skip(finding.spans[0].start)
        .take(finding.spans[0].end - finding.spans[0].start)
        .collect();
    assert_eq!(passage, "图书馆秋天重新开放");
}

#[test]
fn what_opens_reported_words_may_be_cut_off() {
    let text = "قال الوزير إن الجسر سيفتح في شهر مايو المقبل. لن ترتفع الأسعار هذا العام.";
    check(text, "الجسر سيفتح في شهر مايو المقبل", Verdict::Verbatim);
}

#[test]
fn vowel_marks_and_letter_shapes_do_not_hide_words() {
    check(ARABIC, "سنفتح محطة العبّارات الجديدة في مايو", Verdict::Verbatim);
    check(ARABIC, "ســنفتح محطة العبّارات الجديدة في مايو", Verdict::Verbatim);
    assert!(!check(ARABIC, "سنفتح محطة العبارات الجديدة في مايو", Verdict::Altered).material);
    assert!(check(ARABIC, "ترتفع الأسعار هذا العام", Verdict::Altered).material, "cut beside a negation");
    check(
        "The cafe\u{301} by the quay opens at seven in summer.",
        "The café by the quay opens at seven",
        Verdict::Verbatim,
    );
}

#[test]
fn other_languages_have_their_own_small_words() {
    check(RUSSIAN, "новый паромный терминал откроется в мае", Verdict::Verbatim);
    assert!(check(RUSSIAN, "Цены в этом году вырастут", Verdict::Altered).material);
    assert!(check(GERMAN, "Die Preise werden in diesem Jahr steigen", Verdict::Altered).material);
    check(GERMAN, "DIE neue Faehre fährt ab Mai täglich", Verdict::Altered);
}

#[test]
fn a_translation_is_another_language_not_a_falsehood() {
    check(RUSSIAN, "The new ferry terminal will open in May", Verdict::OtherLanguage);
    check(CHINESE, "The new ferry terminal will open in May", Verdict::OtherLanguage);
    check(GERMAN, "The new ferry will run every day from May on", Verdict::OtherLanguage);
    check(ARABIC, "Новый паромный терминал откроется в мае", Verdict::OtherLanguage);
    let told =
        Options { quotation_language: Some("en"), source_language: Some("de-AT"), ..Options::default() };
    assert_eq!(
        Source::new(GERMAN).find_with("Prices stay as they are", &told).verdict,
        Verdict::OtherLanguage
    );
}

/// Passages of the Universal Declaration in many languages, looked up in each of its languages.
#[test]
fn a_passage_is_found_in_its_own_language_and_in_no_other() {
    let Some(folder) =
        std::env::var_os("IBID_TEST_DATA").map(|data| PathBuf::from(data).join("languages/udhr"))
    else {
        println!("skipped: no test data");
        return;
    };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.sort();
    let texts: Vec<(PathBuf, Source)> = files
        .into_iter()
        .map(|file| (file.clone(), Source::new(&std::fs::read_to_string(file).unwrap())))
        .collect();
    let (mut foreign, mut told) = (0, 0);
    for (file, source) in &texts {
        for passage in passages(source.text()) {
            let finding = source.find(&passage);
            let kept = finding.matched == finding.length
                && finding.changes.iter().all(|change| change.quote.is_empty());
            assert!(kept, "{file:?} {passage}\n{finding:#?}");
            for (other, text) in texts.iter().filter(|(other, _)| other != file) {
                let verdict = text.find(&passage).verdict;
                if shares_passages(file, other) {
                    continue;
                }
                foreign += 1;
                told += usize::from(verdict == Verdict::OtherLanguage);
                let wrong = matches!(
                    verdict,
                    Verdict::Verbatim | Verdict::Elided | Verdict::Altered | Verdict::Spliced
                );
                assert!(!wrong, "{passage} ({file:?}) is {verdict} in {other:?}");
            }
        }
    }
    println!("{told} of {foreign} foreign passages told as another language");
    assert!(told * 10 >= foreign * 9, "{told} of {foreign}");
}

/// Written alike in whole sentences.
fn shares_passages(a: &std::path::Path, b: &std::path::Path) -> bool {
    let chinese = |file: &std::path::Path| file.to_string_lossy().contains("cmn");
    chinese(a) && chinese(b)
}

/// A few long lines, without their first and last words.
fn passages(text: &str) -> Vec<String> {
    let long = text.lines().filter(|line| line.chars().count() > 120).step_by(9).take(2);
    long.map(|line| line.chars().take(110).collect::<String>())
        .map(|line| line.rsplit_once(' ').map_or(line.clone(), |(kept, _)| kept.to_owned()))
        .collect()
}

/// The same passages with a word left out, doubled, or put in another's place: never word for word, in any language; and with a
/// negation left out always material, where the language's negations are known.
#[test]
fn no_change_is_word_for_word_in_any_language() {
    let Some(folder) =
        std::env::var_os("IBID_TEST_DATA").map(|data| PathBuf::from(data).join("languages/udhr"))
    else {
        println!("skipped: no test data");
        return;
    };
    let (mut changed, mut turned) = (0, 0);
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let source = Source::new(&text);
        for passage in passages(&text) {
            let words: Vec<&str> = if passage.contains(' ') {
                passage.split_whitespace().collect()
            } else {
                passage.split("").filter(|c| c.chars().any(char::is_alphanumeric)).collect()
            };
            let space = if passage.contains(' ') { " " } else { "" };
            if words.len() < 8 {
                continue;
            }
            for at in [words.len() / 3, words.len() / 2] {
                let (mut left_out, mut doubled, mut swapped) = (words.clone(), words.clone(), words.clone());
                left_out.remove(at);
                doubled.insert(at, words[at]);
                swapped[at] = if words[at] == words[at + 2] { words[at + 3] } else { words[at + 2] };
                for other in [left_out, doubled, swapped].map(|words| words.join(space)) {
                    let letters = |text: &str| {
                        text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>()
                    };
                    if letters(&other) == letters(&passage) || text.contains(&other) {
                        continue;
                    }
                    let verdict = source.find(&other).verdict;
                    changed += 1;
                    assert!(
                        !matches!(verdict, Verdict::Verbatim | Verdict::Elided),
                        "{verdict} {other}\n{passage}"
                    );
                }
            }
        }
        let code = file.path().file_stem().unwrap().to_string_lossy().into_owned();
        let Some((_, language, negations)) = NEGATIONS.iter().find(|(name, ..)| *name == code) else {
            continue;
        };
        for line in text.lines().filter(|line| line.chars().count() > 60) {
            let words: Vec<&str> = line.split(' ').collect();
            let Some(at) = (2..words.len().saturating_sub(2)).find(|at| negations.contains(&words[*at]))
            else {
                continue;
            };
            let from = at.saturating_sub(8);
            let quoted: Vec<&str> =
                (from..(at + 8).min(words.len())).filter(|n| *n != at).map(|n| words[n]).collect();
            let options = Options { source_language: Some(language), ..Options::default() };
            let finding = source.find_with(&quoted.join(" "), &options);
            turned += 1;
            assert!(finding.material, "{line}\n{finding:#?}");
        }
    }
    println!("{changed} changed, {turned} without their negation");
    assert!(changed > 150 && turned > 20, "{changed}, {turned}");
}

const NEGATIONS: &[(&str, &str, &[&str])] = &[
    ("eng", "en", &["not", "no", "without", "nor"]),
    ("fra", "fr", &["pas", "sans", "aucune", "ni"]),
    ("spa", "es", &["no", "sin", "ni", "nadie"]),
    ("por_PT", "pt", &["não", "sem", "nem"]),
    ("rus", "ru", &["не", "без", "ни"]),
    ("arb", "ar", &["لا", "دون", "غير"]),
];
