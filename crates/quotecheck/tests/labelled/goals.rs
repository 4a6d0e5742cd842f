//! What is promised of the labelled quotations: of so many that carry a label, so many must be judged so.

use super::Case;
use quotecheck::{Cut, Verdict};

pub(crate) struct Goal {
    pub(crate) set: &'static str,
    pub(crate) labels: &'static [&'static str],
    pub(crate) what: &'static str,
    pub(crate) right: fn(&Case) -> bool,
    /// Share of them.
    pub(crate) least: f64,
}

pub(crate) const GOALS: &[Goal] = &[
    goal("constructed", &["exact", "exact-typography"], "verbatim", is_verbatim, 285.0 / 286.0),
    goal("constructed", &["altered-one-word", "altered-negation-dropped"], "not verbatim", not_verbatim, 1.0),
    goal("constructed", &["altered-negation-dropped"], "material", is_material, 142.0 / 143.0),
    goal("constructed", &["altered-one-word"], "material", is_material, 142.0 / 143.0),
    goal("constructed", &["truncated-silently"], "verbatim", is_verbatim, 1.0),
    // One (s1070) is cut where its sentence ends, before a stage direction: there is no cut to tell.
    goal("constructed", &["truncated-silently"], "with a cut", is_cut, 142.0 / 143.0),
    goal("constructed", &["bracketed-insertion"], "elided, the replaced shown", shows_replaced, 0.99),
    goal("constructed", &["ellipsis-honest"], "elided", is_elided, 0.99),
    goal("constructed", &["spliced-two-sentences"], "spliced", |case| is(case, Verdict::Spliced), 0.97),
    goal(
        "constructed",
        &["misattributed"],
        "neither verbatim nor elided",
        |case| not_verbatim(case) && !is_elided(case),
        1.0,
    ),
    // Two of those with the same words are cut directly beside `not` and after `neither will ever`.
    goal("real", &["exact"], "verbatim", is_verbatim, 49.0 / 51.0),
    goal("real", &["near"], "not verbatim", not_verbatim, 1.0),
    goal("real", &["near"], "altered", |case| is(case, Verdict::Altered), 23.0 / 25.0),
    // One (224ed1c3af) was labelled by its score, unread: Theodore Roosevelt does quote Monroe there, and leaves out a clause
    // (“by the free and independent condition which they have assumed and maintain”) without a mark.
    goal(
        "look-alikes",
        &["near", "partial"],
        "not found",
        |case| is(case, Verdict::NotFound) || case.id == "224ed1c3af" && is_material(case),
        1.0,
    ),
    goal("sayings", &["unmatched"], "not found", |case| is(case, Verdict::NotFound), 1.0),
    goal("edited", ALTERED, "not verbatim", |case| not_verbatim(case) && !is_elided(case), 1.0),
    goal("edited", &["number"], "material", is_material, 0.995),
    goal("edited", &["date"], "material", is_material, 0.995),
    goal("edited", &["name"], "material", is_material, 0.995),
    goal("edited", &["negation dropped", "negation added"], "material", is_material, 0.995),
    goal(
        "edited",
        &["opposite", "a figure's sign", "a question made a statement"],
        "material",
        is_material,
        0.99,
    ),
    goal(
        "edited",
        &["word", "a word dropped", "a word added"],
        "material",
        |case| is_material(case) || is(case, Verdict::NotFound),
        0.99,
    ),
    goal("edited", &["exact", "typography", "a comma more or less"], "verbatim", is_verbatim, 285.0 / 286.0),
    goal("edited", &["ellipsis", "six words … six words"], "elided", is_elided, 0.99),
    goal("edited", &["bracket inserted", "bracket replaced"], "elided", is_elided, 0.99),
    goal("edited", &["spliced"], "spliced", |case| is(case, Verdict::Spliced), 0.97),
    // A cut is told, and where it stands beside a negation or a condition it is material.
    goal(
        "edited",
        &["truncated", "first half"],
        "verbatim with a cut, or material by it",
        is_cut_or_material,
        0.995,
    ),
];

/// Whatever is said of these, it must not be that they stand in the text.
const ALTERED: &[&str] = &[
    "number",
    "date",
    "name",
    "negation dropped",
    "negation added",
    "opposite",
    "a figure's sign",
    "a question made a statement",
    "word",
    "a word dropped",
    "a word added",
    "two words swapped",
    "spliced",
];

const fn goal(
    set: &'static str,
    labels: &'static [&'static str],
    what: &'static str,
    right: fn(&Case) -> bool,
    least: f64,
) -> Goal {
    Goal { set, labels, what, right, least }
}

fn is(case: &Case, verdict: Verdict) -> bool {
    case.finding.verdict == verdict
}

fn is_verbatim(case: &Case) -> bool {
    is(case, Verdict::Verbatim)
}

fn not_verbatim(case: &Case) -> bool {
    !is_verbatim(case)
}

fn is_elided(case: &Case) -> bool {
    is(case, Verdict::Elided)
}

fn is_cut(case: &Case) -> bool {
    case.finding.cut != Cut::None
}

fn shows_replaced(case: &Case) -> bool {
    is_elided(case) && !case.finding.changes.is_empty()
}

fn is_material(case: &Case) -> bool {
    case.finding.material && (is(case, Verdict::Altered) || is(case, Verdict::Spliced))
}

fn is_cut_or_material(case: &Case) -> bool {
    let beside = is_material(case) && case.finding.changes.iter().all(|change| change.quote.is_empty());
    is_cut(case) && (is_verbatim(case) || beside)
}
