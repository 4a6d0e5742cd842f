//! What a reader may stake their name on, counted over labelled quotations.

mod labelled;

use labelled::Case;
use quotecheck::{Cut, Verdict};
use std::path::PathBuf;

fn with_data(test: impl FnOnce(PathBuf)) {
    match labelled::folder() {
        Some(folder) => test(folder),
        None => println!("skipped: no test data"),
    }
}

/// Of the cases with one of `labels` (there must be some), those that fail `holds` are at most `most`.
fn check(cases: &[Case], labels: &[&str], most: usize, holds: impl Fn(&Case) -> bool) {
    let labelled: Vec<&Case> = cases.iter().filter(|case| labels.contains(&case.label.as_str())).collect();
    assert!(!labelled.is_empty(), "no case is labelled {labels:?}");
    let wrong: Vec<String> = labelled
        .into_iter()
        .filter(|case| !holds(case))
        .map(|case| format!("{} {} {:?} {}", case.id, case.finding.verdict, case.finding.changes, case.quote))
        .collect();
    assert!(wrong.len() <= most, "{labels:?}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn is(case: &Case, verdict: Verdict) -> bool {
    case.finding.verdict == verdict
}

fn is_material(case: &Case) -> bool {
    case.finding.material && matches!(case.finding.verdict, Verdict::Altered | Verdict::Spliced)
}

#[test]
fn constructed_quotations() {
    with_data(|folder| {
        let cases = labelled::constructed(&folder);
        println!("{:#?}", labelled::table(&cases));
        check(&cases, &["exact", "exact-typography"], 1, |case| is(case, Verdict::Verbatim));
        check(&cases, &["altered-one-word", "altered-negation-dropped"], 0, |case| {
            !is(case, Verdict::Verbatim)
        });
        check(&cases, &["altered-negation-dropped"], 1, is_material);
        check(&cases, &["altered-one-word"], 1, is_material);
        check(&cases, &["truncated-silently"], 0, |case| is(case, Verdict::Verbatim));
        // One is cut where a sentence ends, before a stage direction: there is no cut to tell.
        check(&cases, &["truncated-silently"], 1, |case| case.finding.cut != Cut::None);
        check(&cases, &["bracketed-insertion"], 1, |case| {
            is(case, Verdict::Elided) && !case.finding.changes.is_empty()
        });
        check(&cases, &["ellipsis-honest"], 1, |case| is(case, Verdict::Elided));
        check(&cases, &["spliced-two-sentences"], 4, |case| is(case, Verdict::Spliced));
        check(&cases, &["misattributed"], 0, |case| {
            !is(case, Verdict::Verbatim) && !is(case, Verdict::Elided)
        });
    });
}

#[test]
fn real_quotations_lookalikes_and_sayings() {
    with_data(|folder| {
        let real = labelled::mined(&folder, "pairs-real-presidential.jsonl");
        println!("{:#?}", labelled::table(&real));
        // Of the 51 with the same words two are cut directly beside `not` and `ever`.
        check(&real, &["exact"], 2, |case| is(case, Verdict::Verbatim));
        check(&real, &["near"], 0, |case| !is(case, Verdict::Verbatim));
        check(&real, &["near"], 2, |case| is(case, Verdict::Altered));
        let lookalikes = labelled::mined(&folder, "lookalikes-real-presidential.jsonl");
        // One was labelled by its score alone, unread: Theodore Roosevelt does quote Monroe there, and leaves out a clause
        // (“by the free and independent condition which they have assumed and maintain”) without a mark.
        let (monroe, others): (Vec<Case>, Vec<Case>) =
            lookalikes.into_iter().partition(|case| case.id == "224ed1c3af");
        check(&others, &["near", "partial"], 0, |case| is(case, Verdict::NotFound));
        check(&monroe, &["near", "partial"], 0, |case| is(case, Verdict::Altered) && is_material(case));
        let sayings = labelled::sayings(&folder);
        check(&sayings, &["unmatched"], 0, |case| is(case, Verdict::NotFound));
    });
}

#[test]
fn edited_quotations() {
    with_data(|folder| {
        // Without optimisation fewer, so that the tests stay quick; `examples/truth.rs` makes a thousand of each.
        let cases = labelled::edited(&folder, if cfg!(debug_assertions) { 100 } else { 500 });
        println!("{:#?}", labelled::table(&cases));
        check(&cases, &["number"], 2, is_material);
        check(&cases, &["date"], 2, is_material);
        check(&cases, &["name"], 2, is_material);
        check(&cases, &["negation dropped", "negation added"], 2, is_material);
        check(&cases, &["word"], 2, |case| is_material(case) || is(case, Verdict::NotFound));
        check(&cases, &["exact", "typography"], 2, |case| is(case, Verdict::Verbatim));
        check(&cases, &["ellipsis", "bracket inserted", "bracket replaced"], 15, |case| {
            is(case, Verdict::Elided)
        });
        check(&cases, &["spliced"], 10, |case| is(case, Verdict::Spliced));
        // A cut is told, and where it stands beside a negation or a condition it is material.
        check(&cases, &["truncated"], 2, |case| {
            let beside =
                is_material(case) && case.finding.changes.iter().all(|change| change.quote.is_empty());
            case.finding.cut != Cut::None && (is(case, Verdict::Verbatim) || beside)
        });
    });
}
