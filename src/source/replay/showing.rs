//! How much of a copy readers are shown.

use crate::source::{Capture, Shown, Source, State};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    Whole,
    /// The quoted words with their surroundings.
    Passages,
    /// Nothing, outside the desk.
    Desk,
}

/// `setting` is the publication's, for sources that say nothing themselves.
pub fn may_show(source: &Source, capture: &Capture, setting: Shown) -> Showing {
    if capture.private { Showing::Desk } else { showing(source, setting) }
}

/// The same for every copy that is not private.
pub fn showing(source: &Source, setting: Shown) -> Showing {
    let shown = if source.shown == Shown::Setting { setting } else { source.shown };
    let failed = matches!(source.state, State::Gone | State::Failing | State::Changed | State::Blocked);
    match shown {
        Shown::Always => Showing::Whole,
        Shown::Failed | Shown::Setting if failed => Showing::Whole,
        Shown::Failed | Shown::Setting | Shown::Passages => Showing::Passages,
        Shown::Desk => Showing::Desk,
    }
}
