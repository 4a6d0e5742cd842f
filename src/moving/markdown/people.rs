//! Whose names stand above what comes: people who are here already, and people to be made.

use super::entry::Byline;
use super::tree::Tree;
use crate::id::PersonId;
use crate::person::{Person, Role};
use crate::slug::slugify;
use std::collections::HashMap;

/// Everybody whose name stands above a post, here already or not yet.
pub struct People {
    pub all: Vec<Credit>,
    by_slug: HashMap<String, usize>,
    /// Where nobody is named.
    usual: Option<usize>,
    publication: String,
}

impl People {
    pub fn new(everybody: Vec<Person>, publication: &str) -> People {
        let signs_in = |person: &&Person| person.email.is_some() && person.deactivated_at.is_none();
        let owner = everybody.iter().find(|person| signs_in(person) && person.role == Role::Owner);
        let usual = owner.or(everybody.iter().find(signs_in)).map(|person| person.person_id);
        let mut people = People {
            all: Vec::new(),
            by_slug: HashMap::new(),
            usual: None,
            publication: publication.to_owned(),
        };
        for person in everybody {
            let at = people.all.len();
            if Some(person.person_id) == usual {
                people.usual = Some(at);
            }
            people.by_slug.insert(person.slug.clone(), at);
            people.by_slug.entry(slugify(&person.name)).or_insert(at);
            let Person { name, bio, email, person_id, .. } = person;
            people.all.push(Credit { name, bio, email, id: Some(person_id) });
        }
        people
    }

    /// Who stands above a post, each once; of a post that names nobody, one.
    pub fn of(&mut self, tree: &Tree, bylines: &[Byline]) -> Vec<usize> {
        let mut authors = Vec::new();
        for byline in bylines {
            let at = self.one(tree, Some(byline));
            if !authors.contains(&at) {
                authors.push(at);
            }
        }
        if authors.is_empty() {
            authors.push(self.one(tree, None));
        }
        authors
    }

    fn one(&mut self, tree: &Tree, byline: Option<&Byline>) -> usize {
        let (name, bio, keys) = match byline {
            Some(byline) => {
                let email = byline.email.as_ref().map(|email| email.to_lowercase());
                let by_email = email.and_then(|email| {
                    self.all.iter().position(|person| person.email.as_deref() == Some(email.as_str()))
                });
                if let Some(at) = by_email {
                    return at;
                }
                let name = self.name(tree, byline);
                let bio = tree.about(&byline.key).map(|about| about.bio.clone()).unwrap_or_default();
                let keys = vec![slugify(&byline.key), slugify(&name)];
                (name, bio, keys)
            }
            None => match self.usual {
                Some(at) => return at,
                None => (self.publication.clone(), String::new(), vec![slugify(&self.publication)]),
            },
        };
        if let Some(at) = keys.iter().find_map(|key| self.by_slug.get(key)) {
            return *at;
        }
        let at = self.all.len();
        self.all.push(Credit { name, bio, email: None, id: None });
        for key in keys {
            self.by_slug.insert(key, at);
        }
        at
    }

    /// In full, as far as anybody says it.
    pub fn name(&self, tree: &Tree, byline: &Byline) -> String {
        if let Some(name) = &byline.name {
            return name.clone();
        }
        if let Some(about) = tree.about(&byline.key) {
            return about.name.clone();
        }
        if let Some(at) = self.by_slug.get(&slugify(&byline.key)) {
            return self.all[*at].name.clone();
        }
        // `ida-brandt` is a key, and very likely a name.
        let key = &byline.key;
        match key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
        {
            true => key
                .split(['-', '_', '.'])
                .filter(|part| !part.is_empty())
                .map(|part| part[..1].to_uppercase() + &part[1..])
                .collect::<Vec<_>>()
                .join(" "),
            false => key.clone(),
        }
    }
}

/// Somebody whose name stands above posts.
pub struct Credit {
    pub name: String,
    pub bio: String,
    pub email: Option<String>,
    /// None until they are here.
    pub id: Option<PersonId>,
}
