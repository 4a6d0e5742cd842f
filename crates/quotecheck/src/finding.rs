use crate::part::Standing;
use crate::{Cut, Verdict};
use serde::{Deserialize, Serialize};

/// What was found of one quotation in one text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub verdict: Verdict,
    pub cut: Cut,
    /// Whether some change alters what the passage says. Never said of `verbatim`.
    pub material: bool,
    /// The passages of the text that the quotation was matched with, in the quotation's order.
    pub spans: Vec<Span>,
    /// Every difference that is not a listed normalisation, in the quotation's order.
    pub changes: Vec<Change>,
    /// What had to be looked past for the words to be the same.
    pub normalisations: Vec<Normalisation>,
    /// Quotation and text side by side, whole, for showing.
    pub words: Vec<Word>,
    /// How many words of the quotation stand in the text as quoted.
    pub matched: usize,
    /// How many words the quotation has.
    pub length: usize,
    /// Whose words the passage is, where the caller marked them as somebody's.
    #[serde(default)]
    pub stands: Option<Standing>,
}

/// A stretch of the text: half-open, in Unicode characters and in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub start_byte: usize,
    pub end_byte: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Other words stand in the text.
    Changed,
    /// The text has words that the quotation leaves out.
    Dropped,
    /// The quotation has words that the text does not.
    Added,
    /// The same words stand elsewhere in the passage.
    Moved,
}

impl ChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Changed => "changed",
            ChangeKind::Dropped => "dropped",
            ChangeKind::Added => "added",
            ChangeKind::Moved => "moved",
        }
    }
}

/// One difference. `quote` and `source` are the words as written, empty when there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    pub quote: String,
    pub source: String,
    pub material: bool,
    pub reason: Reason,
    /// Marked in the quotation itself, by square brackets or an ellipsis.
    pub marked: bool,
    /// Where in the quotation, in characters; empty for what it leaves out.
    pub quote_start: usize,
    pub quote_end: usize,
    /// Where in the text, in characters; empty for what was added.
    pub source_start: usize,
    pub source_end: usize,
}

/// Why a change weighs what it weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Negation,
    Number,
    Name,
    Quantifier,
    Condition,
    Modal,
    Content,
    /// A question made a statement, or the reverse.
    Question,
    Spelling,
    Inflection,
    Filler,
    /// Articles and the like, which carry no content of their own.
    FunctionWord,
    Punctuation,
    Case,
}

impl Reason {
    /// Whether a change for this reason alters what is said.
    pub fn is_material(self) -> bool {
        !matches!(
            self,
            Reason::Spelling
                | Reason::Inflection
                | Reason::Filler
                | Reason::FunctionWord
                | Reason::Punctuation
                | Reason::Case
        )
    }
}

/// What may differ between a quotation and the text without the words being other words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    QuotationMarks,
    Dashes,
    Spaces,
    Commas,
    ClosingStop,
    FirstLetterCase,
    /// Ligatures, full-width letters and other compatibility or composed forms (Unicode NFKC).
    CompatibilityForms,
    /// Soft hyphens, zero-width characters and a word divided at the end of a line.
    SoftHyphens,
    Emoji,
    FootnoteMarks,
    BracketedAddresses,
    /// Brackets around letters or words that stand in the text as quoted.
    Brackets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordKind {
    Same,
    Changed,
    Dropped,
    Added,
    Moved,
    /// Left out, and marked as left out.
    Elided,
    /// Set in brackets by whoever quotes; `source` is what it replaced, if anything.
    Inserted,
}

/// A run of words of one kind, with its punctuation and, at its end, the space that follows it, so that writing
/// the runs one after the other gives the quotation (or the passage) again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub kind: WordKind,
    pub quote: String,
    pub source: String,
}

impl Finding {
    pub(crate) fn bare(verdict: Verdict, length: usize) -> Finding {
        Finding {
            verdict,
            cut: Cut::None,
            material: false,
            spans: Vec::new(),
            changes: Vec::new(),
            normalisations: Vec::new(),
            words: Vec::new(),
            matched: 0,
            length,
            stands: None,
        }
    }

    /// What tells against the passage: for choosing among equal ones.
    pub(crate) fn blame(&self) -> usize {
        let elsewhere = self.stands.as_ref().is_some_and(|stands| stands.elsewhere);
        self.changes.iter().map(|change| if change.material { 10 } else { 2 }).sum::<usize>()
            + usize::from(self.cut != Cut::None)
            + if elsewhere { 5 } else { 0 }
    }

    /// Where the first passage starts, in characters, for telling whether paragraphs stand in order.
    pub fn start(&self) -> Option<usize> {
        self.spans.iter().map(|span| span.start).min()
    }
}
