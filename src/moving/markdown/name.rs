//! What the name of a file tells: a day, a word for its address, a language. Pure.

use jiff::civil::Date;

/// What a file's name tells: `2014-03-12-the-tide.md`, `the-tide.fr.md`, `the-tide/index.md`.
pub(super) struct Name {
    pub date: Option<Date>,
    pub stem: String,
    pub language: Option<String>,
}

impl Name {
    pub fn of(place: &str) -> Name {
        let parts: Vec<&str> = place.split('/').collect();
        let file = parts.last().copied().unwrap_or_default();
        let mut stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let mut language = None;
        if let Some((before, code)) = stem.rsplit_once('.').filter(|(_, code)| is_language(code)) {
            (stem, language) = (before, Some(code.to_owned()));
        }
        let language = language.or_else(|| folder_language(&parts[..parts.len() - 1]));
        // A bundle is named by its folder.
        if stem == "index" && parts.len() > 1 {
            stem = parts[parts.len() - 2];
        }
        let date = stem.get(..10).and_then(|date| date.parse::<Date>().ok());
        let rest = if date.is_some() { stem[10..].trim_start_matches(['-', '_', ' ']) } else { stem };
        Name { date, stem: rest.to_owned(), language }
    }

    /// The title of a file that has none.
    pub fn in_words(&self) -> String {
        let words = self.stem.replace(['-', '_'], " ");
        let words = words.trim();
        let mut chars = words.chars();
        match chars.next() {
            Some(first) => first.to_uppercase().chain(chars).collect(),
            None => "Untitled".into(),
        }
    }
}

/// `pt-BR/tide.md`, and `pt/tide.md` where the folder is at the top.
fn folder_language(folders: &[&str]) -> Option<String> {
    const ALONE: &str = " ar bg ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv nl no pl pt ro ru sk sl sr sv th tr uk ur vi zh ";
    let folders = folders.strip_prefix(&["content"]).unwrap_or(folders);
    let with_country = |folder: &&&str| is_language(folder) && folder.contains('-');
    let alone = folders.first().filter(|folder| folder.len() == 2 && ALONE.contains(&format!(" {folder} ")));
    folders.iter().rev().find(with_country).or(alone).map(|folder| (*folder).to_owned())
}

fn is_language(code: &str) -> bool {
    let mut parts = code.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    matches!(first.len(), 2 | 3)
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| matches!(part.len(), 2 | 4) && part.bytes().all(|b| b.is_ascii_alphabetic()))
}
