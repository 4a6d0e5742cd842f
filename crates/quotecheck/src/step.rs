use std::ops::Range;

/// One step of laying a quotation beside the text. Positions count words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Same {
        quote: usize,
        source: usize,
    },
    /// Other words, more words, or fewer; one side may be empty.
    Changed {
        quote: Range<usize>,
        source: Range<usize>,
    },
    /// Left out under an ellipsis.
    Elided {
        mark: usize,
        source: Range<usize>,
    },
    /// Put in brackets, for these words of the text or for none.
    Inserted {
        quote: Range<usize>,
        source: Range<usize>,
    },
    /// The quotation goes on at another place of the text.
    Jump,
}

impl Step {
    pub(crate) fn source(&self) -> Option<Range<usize>> {
        match self {
            Step::Same { source, .. } => Some(*source..source + 1),
            Step::Changed { source, .. } | Step::Elided { source, .. } | Step::Inserted { source, .. } => {
                Some(source.clone())
            }
            Step::Jump => None,
        }
    }
}

/// The steps for words that stand in the text as quoted.
pub(crate) fn same(quote: Range<usize>, source: usize) -> impl Iterator<Item = Step> {
    let first = quote.start;
    quote.map(move |word| Step::Same { quote: word, source: source + word - first })
}

/// Where the words that were matched start and end in the text.
pub(crate) fn extent(steps: &[Step]) -> Option<Range<usize>> {
    let mut matched = steps.iter().filter_map(|step| match step {
        Step::Same { source, .. } => Some(*source..source + 1),
        Step::Changed { source, .. } if !source.is_empty() => Some(source.clone()),
        _ => None,
    });
    let first = matched.next()?;
    Some(matched.fold(first, |all, next| all.start.min(next.start)..all.end.max(next.end)))
}

/// So many words right before and right after the passage.
pub(crate) fn beside(steps: &[Step], words: usize) -> Vec<Range<usize>> {
    // Of parts from several places nothing is beside.
    if steps.contains(&Step::Jump) {
        return Vec::new();
    }
    let Some(passage) = extent(steps) else { return Vec::new() };
    let before = passage.start.checked_sub(words).map(|start| start..passage.start);
    before.into_iter().chain(std::iter::once(passage.end..passage.end + words)).collect()
}
