//! Where everything of an import is read from now on: files, their addresses of old, pictures.

use super::guarded;
use super::links::Place;
use super::tree::{Picture, Tree};
use crate::media::{Made, Sent};
use crate::post::redirect;
use crate::time::Time;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

pub(super) struct Places {
    tree: Arc<Tree>,
    /// Where each file, and each address of old, is read now.
    by_place: HashMap<String, String>,
    by_former: HashMap<String, String>,
    /// By name without folder; none where two files have it.
    by_name: HashMap<String, Option<String>>,
    paths: HashSet<String>,
    /// Pictures of the tree: where each is shown from now on, or why it is not.
    fitted: Mutex<HashMap<PathBuf, Result<String, String>>>,
    now: Time,
}

/// What becomes of an address in a file.
pub(super) enum Address {
    Same,
    Path(String),
    /// Of a picture that is taken along.
    Picture(String),
    /// It leads nowhere, in words.
    Lost(String),
}

impl Places {
    pub fn new(tree: Arc<Tree>, now: Time) -> Places {
        Places {
            tree,
            by_place: HashMap::new(),
            by_former: HashMap::new(),
            by_name: HashMap::new(),
            paths: HashSet::from(["/".to_owned()]),
            fitted: Mutex::default(),
            now,
        }
    }

    pub fn is_read_at(&mut self, place: &str, former: &[String], path: &str) {
        self.by_place.insert(place.to_owned(), path.to_owned());
        self.paths.insert(path.to_owned());
        let name = place.rsplit('/').next().unwrap_or_default().to_owned();
        self.by_name.entry(name).and_modify(|both| *both = None).or_insert_with(|| Some(path.to_owned()));
        for former in former {
            self.by_former.entry(former.clone()).or_insert_with(|| path.to_owned());
        }
    }

    /// Where a file that a tool's own link names is read now: by its path, its name, or what is left of that without its day.
    pub fn resolve(&self, from: &str, named: &str) -> Option<String> {
        let named = named.trim().trim_matches('"').trim_end_matches('/');
        let bare = named.trim_start_matches('/');
        if bare.is_empty() {
            return None;
        }
        if let Some(place) = self.tree.place_of(from, named) {
            return self.by_place.get(&place).cloned();
        }
        let endings = ["", ".md", ".markdown", "/index.md"];
        for top in ["", "content/", "_posts/"] {
            for ending in endings {
                if let Some(path) = self.by_place.get(&format!("{top}{bare}{ending}")) {
                    return Some(path.clone());
                }
            }
        }
        if let Some(path) = self.by_former.get(&format!("/{bare}")) {
            return Some(path.clone());
        }
        self.by_name.get(bare).or_else(|| self.by_name.get(&format!("{bare}.md"))).cloned().flatten()
    }

    /// What an address in a file is from now on. A picture that it names and nobody named before is added to `pictures`.
    pub fn address(&self, from: &str, place: Place, address: &str, pictures: &mut Vec<Made>) -> Address {
        let elsewhere = url::Url::parse(address).is_ok() || address.starts_with("//");
        if elsewhere {
            return match place {
                Place::Picture if address.starts_with("http") || address.starts_with("//") => {
                    Address::Lost(format!("The picture {address} is elsewhere: it is linked, not shown."))
                }
                _ => Address::Same,
            };
        }
        if address.is_empty() || address.starts_with(['#', '{', '?']) {
            return Address::Same;
        }
        if let Some(picture) = self.tree.picture(from, address) {
            return match self.fit(&picture, pictures) {
                Ok(path) => Address::Picture(path),
                Err(why) => Address::Lost(format!("The picture {address} is not taken along. {why}")),
            };
        }
        if place == Place::Picture {
            return Address::Lost(format!("The picture {address} is not in the folder, or is none."));
        }
        let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
        let beside = self.tree.place_of(from, path).and_then(|place| self.by_place.get(&place));
        if let Some(now) = beside {
            return Address::Path(format!("{now}{rest}"));
        }
        if let Some(now) = self.by_former.get(&redirect::plain(path)) {
            return Address::Path(format!("{now}{rest}"));
        }
        match self.tree.file(from, address) {
            _ if self.paths.contains(&redirect::plain(path)) => Address::Same,
            Some(_) => Address::Lost(format!("The file {address} was not taken along.")),
            None => Address::Lost(format!("The link {address} leads to nothing that is imported.")),
        }
    }

    /// Makes a picture fit to be kept, the first time that it is named; where it is shown from now on.
    fn fit(&self, picture: &Picture, pictures: &mut Vec<Made>) -> Result<String, String> {
        // Held while one is made: pixels take room, so it is one at a time.
        let mut fitted = self.fitted.lock().expect("no panic while held");
        if let Some(known) = fitted.get(&picture.path) {
            return known.clone();
        }
        let name = picture.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let made = match std::fs::read(&picture.path) {
            Err(_) => Err("It is gone since the import began.".to_owned()),
            Ok(bytes) => guarded(|| {
                let sent = Sent { name, bytes: bytes.into(), alt: String::new() };
                Made::imported(sent, self.now).map_err(|error| error.to_string())
            }),
        };
        let path = made.map(|made| {
            let path = made.media.path();
            pictures.push(made);
            path
        });
        fitted.insert(picture.path.clone(), path.clone());
        path
    }
}
