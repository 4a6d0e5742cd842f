//! One field of front matter, as what it ought to be; a wrong kind is an error in words. Pure.

use super::front::{Front, Value};
use crate::slug::slugify;

/// The first of several names that says anything.
pub(super) fn first<'a>(front: &'a Front, names: &[&'static str]) -> Option<(&'static str, &'a Value)> {
    names.iter().find_map(|name| {
        let value = front.get(name)?;
        let empty = *value == Value::Nothing || matches!(value, Value::Text(text) if text.trim().is_empty());
        (!empty).then_some((*name, value))
    })
}

pub(super) fn wrong(name: &str, value: &Value, wanted: &str) -> String {
    format!("“{name}” in its front matter is {}; write {wanted}.", value.kind())
}

pub(super) fn one_text(name: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Nothing => Ok(None),
        Value::Text(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        other => Err(wrong(name, other, "text")),
    }
}

pub(super) fn flag(front: &Front, name: &str) -> Result<Option<bool>, String> {
    match front.get(name) {
        None | Some(Value::Nothing) => Ok(None),
        Some(Value::Text(word)) => match word.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "0" => Ok(Some(false)),
            "" => Ok(None),
            // `published: 2014-03-12` names a day.
            _ if name == "published" && word.starts_with(|c: char| c.is_ascii_digit()) => Ok(None),
            _ => Err(format!("“{name}” in its front matter is “{word}”; write true or false.")),
        },
        Some(other) => Err(wrong(name, other, "true or false")),
    }
}

/// A list of words, or one word.
pub(super) fn texts(front: &Front, name: &str) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::Nothing => Ok(None),
        Value::Text(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        other => Err(format!("“{name}” in its front matter holds {}; write a list of words.", other.kind())),
    };
    match front.get(name) {
        None => Ok(Vec::new()),
        Some(Value::List(list)) => list.iter().filter_map(|value| one(value).transpose()).collect(),
        Some(value) => Ok(one(value)?.into_iter().collect()),
    }
}

/// Words for people to find it by. One string may hold several: at commas, and in Jekyll at spaces.
pub(super) fn listed(front: &Front, names: &[&'static str], at_spaces: bool) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let words = texts(front, name)?;
        let is_string = matches!(front.get(name), Some(Value::Text(_)));
        let words: Vec<String> = match words.as_slice() {
            [one] if is_string && one.contains(',') => {
                one.split(',').map(|word| word.trim().to_owned()).collect()
            }
            [one] if is_string && at_spaces => one.split_whitespace().map(str::to_owned).collect(),
            _ => words,
        };
        for word in words {
            let word = word.replace(',', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            if !word.is_empty() && !all.iter().any(|known| slugify(known) == slugify(&word)) {
                all.push(word);
            }
        }
    }
    Ok(all)
}
