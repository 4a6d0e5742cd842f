//! Prints what is said of labelled quotations: `cargo run --release -p quotecheck --example truth [LABEL [VERDICT]]`.
//! With a label, the quotations themselves; with a verdict as well (`altered`, `altered!` for material), only those. With
//! `--json` a line for each goal. `IBID_TRUTH_SEED` makes other edits.

#[path = "../tests/labelled/mod.rs"]
mod labelled;

use labelled::Case;
use labelled::goals::GOALS;
use std::collections::BTreeMap;

fn main() {
    let Some(folder) = labelled::folder() else {
        println!("skipped: no test data");
        return;
    };
    let mut wanted = std::env::args().skip(1);
    let (label, verdict) = (wanted.next(), wanted.next());
    let sets = labelled::sets(&folder, 1000);
    match label.as_deref() {
        Some("--json") => print_goals(&sets),
        Some(label) => print_cases(&sets, label, verdict.as_deref()),
        None => sets.iter().for_each(|(name, cases)| print_table(name, cases)),
    }
}

fn print_goals(sets: &[(&str, Vec<Case>)]) {
    for goal in GOALS {
        let cases = sets.iter().filter(|(set, _)| *set == goal.set).flat_map(|(_, cases)| cases);
        let cases: Vec<&Case> = cases.filter(|case| goal.labels.contains(&case.label.as_str())).collect();
        let right = cases.iter().filter(|case| (goal.right)(case)).count();
        let mut said = BTreeMap::new();
        cases.iter().for_each(|case| *said.entry(shown(case)).or_insert(0) += 1);
        let row = serde_json::json!({
            "label": format!("{}: {}: {}", goal.set, goal.labels.join(", "), goal.what),
            "of": cases.len(), "right": right, "least": goal.least, "said": said,
        });
        println!("{row}");
    }
}

fn print_table(name: &str, cases: &[Case]) {
    for (label, verdicts) in table(cases) {
        let total: usize = verdicts.values().sum();
        let verdicts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{verdict} {count}")).collect();
        println!("{:<40} {total:>5}  {}", format!("{name}/{label}"), verdicts.join(", "));
    }
}

/// For each label: how many there are, and how many of each verdict; a material one counts as `verdict!`.
fn table(cases: &[Case]) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut table: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for case in cases {
        *table.entry(case.label.clone()).or_default().entry(shown(case)).or_default() += 1;
    }
    table
}

fn print_cases(sets: &[(&str, Vec<Case>)], label: &str, verdict: Option<&str>) {
    for (name, cases) in sets {
        cases
            .iter()
            .filter(|case| format!("{name}/{}", case.label).contains(label))
            .filter(|case| verdict.is_none_or(|verdict| *verdict == shown(case)))
            .for_each(print_case);
    }
}

fn print_case(case: &Case) {
    let finding = &case.finding;
    println!("{} {} cut={} {}", case.id, shown(case), finding.cut.as_str(), case.quote);
    for change in &finding.changes {
        println!("    {:?} [{}] <- [{}] {:?}", change.kind, change.quote, change.source, change.reason);
    }
}

fn shown(case: &Case) -> String {
    format!("{}{}", case.finding.verdict, if case.finding.material { "!" } else { "" })
}
