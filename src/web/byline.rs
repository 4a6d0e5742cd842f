//! The names above a post, as pages show them.

use crate::Result;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::Post;
use crate::time::Time;
use serde::Serialize;

/// Somebody above a post, and their page.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Author {
    pub(super) name: String,
    pub(super) path: String,
    /// `/media/…`; empty is none.
    pub(super) picture: String,
    pub(super) bio: String,
    #[serde(skip)]
    pub(super) introduced_at: Time,
}

impl Author {
    pub(super) fn of(person: Person) -> Author {
        Author {
            path: format!("/author/{}", person.slug),
            name: person.name,
            picture: person.picture,
            bio: person.bio.trim().to_owned(),
            introduced_at: person.introduced_at,
        }
    }
}

pub(super) fn authors(tx: &mut Tx, post: &Post) -> Result<Vec<Author>> {
    Ok(post.byline(tx)?.into_iter().map(Author::of).collect())
}

/// `Ida Brandt, Jonas Weber and Mira Olsen`
pub(super) fn names<'a>(authors: impl IntoIterator<Item = &'a Author>) -> String {
    joined(&authors.into_iter().map(|author| author.name.as_str()).collect::<Vec<_>>())
}

pub(super) fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn names_are_told_as_in_a_sentence() {
        assert_eq!(joined(&["Ida"]), "Ida");
        assert_eq!(joined(&["Ida", "Jonas"]), "Ida and Jonas");
        assert_eq!(joined(&["Ida", "Jonas", "Mira"]), "Ida, Jonas and Mira");
    }
}
