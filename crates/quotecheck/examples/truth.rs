//! Prints what is said of labelled quotations: `cargo run --release -p quotecheck --example truth [LABEL [VERDICT]]`.
//! With a label, the quotations themselves; with a verdict as well (`altered`, `altered!` for material), only those.

#[path = "../tests/labelled/mod.rs"]
mod labelled;

use labelled::Case;

fn main() {
    let Some(folder) = labelled::folder() else {
        println!("skipped: no test data");
        return;
    };
    let mut wanted = std::env::args().skip(1);
    let (label, verdict) = (wanted.next(), wanted.next());
    let sets = [
        ("constructed", labelled::constructed(&folder)),
        ("real", labelled::mined(&folder, "pairs-real-presidential.jsonl")),
        ("look-alikes", labelled::mined(&folder, "lookalikes-real-presidential.jsonl")),
        ("sayings", labelled::sayings(&folder)),
        ("edited", labelled::edited(&folder, 1000)),
    ];
    for (name, cases) in &sets {
        match &label {
            None => print_table(name, cases),
            Some(label) => cases
                .iter()
                .filter(|case| format!("{name}/{}", case.label).contains(label.as_str()))
                .filter(|case| verdict.as_ref().is_none_or(|verdict| *verdict == shown(case)))
                .for_each(print_case),
        }
    }
}

fn print_table(name: &str, cases: &[Case]) {
    for (label, verdicts) in labelled::table(cases) {
        let total: usize = verdicts.values().sum();
        let verdicts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{verdict} {count}")).collect();
        println!("{:<40} {total:>5}  {}", format!("{name}/{label}"), verdicts.join(", "));
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
