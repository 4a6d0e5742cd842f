//! The folder that is imported: which of its files are posts, what its site says of all of them, and the pictures beside them.

use super::entry::Customs;
use super::front::{self, Value};
use crate::media::picture_type;
use crate::slug::slugify;
use crate::{Error, Result, error::Context};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub struct Tree {
    root: PathBuf,
    /// As imports are remembered: `markdown:/srv/old-site`.
    pub name: String,
    /// Paths of files under the root, with slashes, in order.
    pub places: Vec<String>,
    /// Files that nobody can name, in words.
    pub unread: Vec<(String, String)>,
    customs: Customs,
    /// Addresses by section, in a Hugo site.
    permalinks: HashMap<String, String>,
    people: HashMap<String, About>,
    pictures: Mutex<HashMap<PathBuf, Option<Picture>>>,
}

/// What a site says elsewhere of somebody whom posts name by a key.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub name: String,
    pub bio: String,
}

#[derive(Debug, Clone)]
pub struct Picture {
    pub path: PathBuf,
    pub digest: [u8; 32],
}

/// Never posts, wherever they are.
const PASSED_BY: &[&str] = &[
    "node_modules",
    "bower_components",
    "vendor",
    "_site",
    "_layouts",
    "_includes",
    "_sass",
    "_plugins",
    "_data",
    "_authors",
];
/// Never posts, at the top of a site.
const OF_A_SITE: &[&str] =
    &["public", "themes", "layouts", "archetypes", "resources", "static", "assets", "data", "i18n"];

/// A picture of more bytes is left where it is.
const LARGEST_PICTURE: u64 = 20 << 20;

impl Tree {
    pub fn read(folder: &Path) -> Result<Tree> {
        let root =
            folder.canonicalize().invalid(format!("The folder {} cannot be read", folder.display()))?;
        if !root.is_dir() {
            return Err(Error::Invalid(format!("{} is not a folder.", folder.display())));
        }
        let mut tree = Tree {
            name: format!("markdown:{}", root.display()),
            root,
            places: Vec::new(),
            unread: Vec::new(),
            customs: Customs::default(),
            permalinks: HashMap::new(),
            people: HashMap::new(),
            pictures: Mutex::default(),
        };
        tree.learn();
        let start = if tree.customs.hugo { "content/" } else { "" };
        tree.walk(start)?;
        tree.customs.jekyll |= tree.places.iter().any(|place| place.split('/').any(|part| part == "_posts"));
        tree.places.sort();
        Ok(tree)
    }

    /// What holds for one file.
    pub fn customs(&self, place: &str) -> Customs {
        let section = place.trim_start_matches("content/").split('/').next().unwrap_or_default();
        let permalink = self.permalinks.get(section).or(self.customs.permalink.as_ref());
        Customs { permalink: permalink.cloned(), ..self.customs.clone() }
    }

    /// Whether files without front matter are nobody's posts here.
    pub fn wants_front_matter(&self) -> bool {
        self.customs.jekyll
    }

    pub fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    pub fn about(&self, key: &str) -> Option<&About> {
        self.people.get(&slugify(key))
    }

    /// The picture that an address in a file means; `None`: it is no address of a picture here.
    pub fn picture(&self, place: &str, address: &str) -> Option<Picture> {
        let path = self.file(place, address)?;
        let mut known = self.pictures.lock().expect("no panic while held");
        known.entry(path.clone()).or_insert_with(|| picture(&path)).clone()
    }

    /// The file of the tree that an address means.
    pub fn file(&self, place: &str, address: &str) -> Option<PathBuf> {
        let address = address.split(['?', '#']).next().unwrap_or_default();
        if address.is_empty() || address.starts_with("//") || address.contains("://") {
            return None;
        }
        let address = crate::post::redirect::plain(address);
        let beside = self.root.join(place).parent().map(Path::to_path_buf).unwrap_or_default();
        let below = address.trim_start_matches('/');
        let tops = ["", "static", "assets", "content"].map(|top| self.root.join(top).join(below));
        let candidates = (!address.starts_with('/')).then(|| beside.join(below)).into_iter().chain(tops);
        candidates
            .filter_map(|path| path.canonicalize().ok())
            .find(|path| path.starts_with(&self.root) && path.is_file())
    }

    /// The place of a text that a link names, as from the file it stands in.
    pub fn place_of(&self, from: &str, address: &str) -> Option<String> {
        let path = self.file(from, address)?;
        let place = path.strip_prefix(&self.root).ok()?.to_str()?.replace('\\', "/");
        self.places.binary_search(&place).is_ok().then_some(place)
    }

    fn walk(&mut self, folder: &str) -> Result<()> {
        let path = self.root.join(folder);
        let entries = fs::read_dir(&path).outside(format!("The folder {} cannot be read", path.display()))?;
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                let shown = format!("{folder}{}", entry.file_name().to_string_lossy());
                self.unread.push((shown, "Its name is not UTF-8.".into()));
                continue;
            };
            let place = format!("{folder}{name}");
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                let site = self.customs.jekyll || self.customs.hugo;
                let aside = PASSED_BY.contains(&name.as_str())
                    || folder.is_empty() && site && OF_A_SITE.contains(&name.as_str())
                    || self.customs.hugo && folder == "content/" && name == "authors";
                if !name.starts_with('.') && !aside {
                    self.walk(&format!("{place}/"))?;
                }
            } else if !name.starts_with('.') && self.is_text(&place) && self.is_inside(&entry.path()) {
                self.places.push(place);
            }
        }
        Ok(())
    }

    fn is_text(&self, place: &str) -> bool {
        let ending = place.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
        let of_the_house = !place.contains('/')
            && ["readme", "license", "contributing", "changelog", "code_of_conduct", "security"]
                .contains(&place.split('.').next().unwrap_or_default().to_lowercase().as_str());
        match ending.as_str() {
            "md" | "markdown" | "mdown" | "mkd" | "mkdn" => {
                !(of_the_house && (self.customs.jekyll || self.customs.hugo))
            }
            // In a site the others are templates.
            "html" | "htm" => {
                self.customs.hugo || place.split('/').any(|part| part == "_posts") || !self.customs.jekyll
            }
            _ => false,
        }
    }

    /// Links within the folder are followed, others not.
    fn is_inside(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|path| path.starts_with(&self.root) && path.is_file())
    }

    /// What the site's own settings and data say.
    fn learn(&mut self) {
        let hugo = [
            "hugo.toml",
            "hugo.yaml",
            "hugo.yml",
            "hugo.json",
            "config.toml",
            "config.yaml",
            "config.yml",
            "config.json",
            "config/_default/hugo.toml",
            "config/_default/config.toml",
            "config/_default/hugo.yaml",
            "config/_default/config.yaml",
        ];
        let hugo_says = hugo.iter().find_map(|name| self.data(name));
        self.customs.hugo = self.root.join("content").is_dir() && hugo_says.is_some();
        let jekyll_says =
            ["_config.yml", "_config.yaml", "_config.toml"].iter().find_map(|name| self.data(name));
        self.customs.jekyll = jekyll_says.is_some() || self.root.join("_posts").is_dir();
        let says = if self.customs.hugo { hugo_says } else { jekyll_says };
        if let Some(says) = says {
            let text = |name: &str| says.get(name).and_then(Value::text).map(str::to_owned);
            self.customs.permalink = text("permalink");
            self.customs.zone = text("timezone").and_then(|zone| TimeZone::get(&zone).ok());
            if let Some(Value::Map(sections)) = says.get("permalinks") {
                let sections = match says.get("permalinks").and_then(|all| all.get("page")) {
                    Some(Value::Map(pages)) => pages,
                    _ => sections,
                };
                let known = sections
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), value.text()?.to_owned())));
                self.permalinks = known.collect();
            }
        }
        for name in ["_data/authors", "data/authors"] {
            for ending in ["yml", "yaml", "toml", "json"] {
                if let Some(Value::Map(all)) = self.data(&format!("{name}.{ending}")) {
                    all.iter().for_each(|(key, value)| self.introduce(key, value));
                }
            }
        }
        for folder in ["_data/authors", "data/authors", "_authors", "content/authors", "content/author"] {
            self.introduce_all(folder);
        }
    }

    fn data(&self, place: &str) -> Option<Value> {
        let text = fs::read_to_string(self.root.join(place)).ok()?;
        front::data(&text, place.rsplit_once('.')?.1)
    }

    fn introduce(&mut self, key: &str, value: &Value) {
        let text = |names: &[&str]| {
            names.iter().find_map(|name| value.get(name).and_then(Value::text)).unwrap_or_default().to_owned()
        };
        let about = About {
            name: text(&["display_name", "name", "full_name", "title"]),
            bio: text(&["bio", "description", "about"]),
        };
        if !about.name.is_empty() {
            self.people.insert(slugify(key), about);
        }
    }

    /// One file a person: `ida.yml`, `ida.md` or `ida/_index.md`.
    fn introduce_all(&mut self, folder: &str) {
        let Ok(entries) = fs::read_dir(self.root.join(folder)) else { return };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let within = format!("{folder}/{name}");
            let (key, place) = match name.rsplit_once('.') {
                Some((key, _)) => (key.to_owned(), within),
                None => (name.clone(), format!("{within}/_index.md")),
            };
            let value = match place.ends_with(".md") {
                true => fs::read_to_string(self.root.join(&place))
                    .ok()
                    .and_then(|text| front::read(&text).ok())
                    .map(|front| Value::Map(front.fields)),
                false => self.data(&place),
            };
            if let Some(value) = value {
                self.introduce(&key, &value);
            }
        }
    }
}

/// A file that is a picture by its name, and not too large.
fn picture(path: &Path) -> Option<Picture> {
    picture_type(path.file_name()?.to_str()?)?;
    if fs::metadata(path).ok()?.len() > LARGEST_PICTURE {
        return None;
    }
    let digest = Sha256::digest(fs::read(path).ok()?).into();
    Some(Picture { path: path.to_owned(), digest })
}
