//! What a reader may stake their name on, counted over labelled quotations: `labelled/goals.rs` says how much of it.

mod labelled;

use labelled::Case;
use labelled::goals::GOALS;

#[test]
fn what_is_promised_of_labelled_quotations_holds() {
    let Some(folder) = labelled::folder() else {
        println!("skipped: no test data");
        return;
    };
    // Without optimisation fewer, so that the tests stay quick; `examples/truth.rs` makes a thousand of each.
    let sets = labelled::sets(&folder, if cfg!(debug_assertions) { 100 } else { 500 });
    let mut missed = Vec::new();
    for goal in GOALS {
        let cases = sets.iter().filter(|(set, _)| *set == goal.set).flat_map(|(_, cases)| cases);
        let cases: Vec<&Case> = cases.filter(|case| goal.labels.contains(&case.label.as_str())).collect();
        assert!(!cases.is_empty(), "no case of {} is labelled {:?}", goal.set, goal.labels);
        let wrong: Vec<&&Case> = cases.iter().filter(|case| !(goal.right)(case)).collect();
        let most = ((1.0 - goal.least) * cases.len() as f64 + 1e-6).floor() as usize;
        if wrong.len() > most {
            let shown = |case: &&&Case| {
                format!("  {} {:?} {:?} {}", case.id, case.finding.verdict, case.finding.changes, case.quote)
            };
            let shown: Vec<String> = wrong.iter().map(shown).collect();
            missed.push(format!(
                "{} {:?} {}: {} of {} are not\n{}",
                goal.set,
                goal.labels,
                goal.what,
                wrong.len(),
                cases.len(),
                shown.join("\n")
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
