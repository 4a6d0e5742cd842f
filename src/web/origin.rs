//! Where a copy came from, in words for readers: who brought it, or whose copy it was.

use crate::Result;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::source::{Capture, Provenance};

pub(super) fn of(tx: &mut Tx, capture: &Capture) -> Result<String> {
    Ok(match capture.provenance {
        Provenance::Fetched => "fetched".into(),
        Provenance::Rendered => "rendered in a browser".into(),
        Provenance::OutsideArchive => format!("taken from {}, which kept it then", capture.archive()),
        Provenance::Supplied => match capture.supplied_by.map(|by| Person::find(tx, by)).transpose()? {
            Some(person) => format!("supplied by {}", person.name),
            None => "supplied by a person".into(),
        },
    })
}
