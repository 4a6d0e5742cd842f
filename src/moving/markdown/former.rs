//! Where a file's site showed it before: links that others made go on leading here. Pure.
//!
//! Patterns: <https://jekyllrb.com/docs/permalinks/>, <https://gohugo.io/content-management/urls/>.

use super::entry::Customs;
use super::name::Name;
use crate::post::Kind;
use crate::slug::slugify;
use jiff::civil::Date;

/// Where its site showed it, as far as that can be told without building the site.
pub(super) fn usual(
    place: &str,
    name: &Name,
    slug: &str,
    categories: &[String],
    day: Option<Date>,
    kind: Kind,
    customs: &Customs,
) -> Vec<String> {
    let stem = if name.stem.is_empty() { slug } else { &name.stem };
    if let (Some(pattern), Some(day), Kind::Post) = (&customs.permalink, day, kind) {
        return from_pattern(pattern, slug, stem, categories, day).into_iter().collect();
    }
    if customs.hugo {
        let folder = folder(place);
        let folder = folder.strip_prefix("content/").unwrap_or(&folder);
        let bundle = place.rsplit('/').next().is_some_and(|file| file.starts_with("index."));
        let folder = if bundle {
            folder.trim_end_matches('/').rsplit_once('/').map_or("", |(f, _)| f)
        } else {
            folder.trim_end_matches('/')
        };
        let path = format!("/{folder}/{}", slugify(slug)).replace("//", "/");
        return vec![path];
    }
    match (day, name.date) {
        (Some(day), Some(_)) => {
            let date = day.strftime("/%Y/%m/%d/");
            let mut paths = vec![format!("{date}{stem}")];
            if slugify(slug) != *stem {
                paths.push(format!("{date}{}", slugify(slug)));
            }
            if customs.jekyll {
                let within: String =
                    categories.iter().map(|category| format!("/{}", slugify(category))).collect();
                paths.push(format!("{within}{date}{stem}.html"));
            }
            paths
        }
        _ if customs.jekyll && kind == Kind::Page => vec![format!("/{}{stem}.html", folder(place))],
        _ => Vec::new(),
    }
}

/// `/:year/:month/:day/:title/`, with the words of Jekyll and of Hugo.
fn from_pattern(pattern: &str, slug: &str, stem: &str, categories: &[String], day: Date) -> Option<String> {
    let pattern = match pattern {
        "date" => "/:categories/:year/:month/:day/:title.html",
        "pretty" => "/:categories/:year/:month/:day/:title/",
        "ordinal" => "/:categories/:year/:y_day/:title.html",
        "weekdate" => "/:categories/:year/W:week/:short_day/:title.html",
        "none" => "/:categories/:title.html",
        pattern => pattern,
    };
    let within: Vec<String> = categories.iter().map(|category| slugify(category)).collect();
    let mut path = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        path.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        rest = &rest[word.len()..];
        match word.as_str() {
            "year" => path.push_str(&format!("{:04}", day.year())),
            "short_year" => path.push_str(&format!("{:02}", day.year() % 100)),
            "month" => path.push_str(&format!("{:02}", day.month())),
            "i_month" => path.push_str(&day.month().to_string()),
            "day" => path.push_str(&format!("{:02}", day.day())),
            "i_day" => path.push_str(&day.day().to_string()),
            "y_day" | "yearday" => path.push_str(&format!("{:03}", day.day_of_year())),
            "title"
            | "slug"
            | "filename"
            | "slugorfilename"
            | "contentbasename"
            | "slugorcontentbasename" => {
                path.push_str(if matches!(word.as_str(), "title" | "filename" | "contentbasename") {
                    stem
                } else {
                    slug
                })
            }
            "categories" => path.push_str(&within.join("/")),
            _ => return None,
        }
    }
    path.push_str(rest);
    let path = format!("/{}", path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"));
    Some(path)
}

/// `posts/2014/`; empty at the top.
pub(super) fn folder(place: &str) -> String {
    place.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))
}

/// The path of an address, whatever host it names.
pub(super) fn path_of(address: &str) -> String {
    let path = match url::Url::parse(address) {
        Ok(url) => url.path().to_owned(),
        Err(_) => address.split(['?', '#']).next().unwrap_or_default().to_owned(),
    };
    let path = path.trim_end_matches("index.html");
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

pub(super) fn last_segment(path: &str) -> Option<String> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let last = last.strip_suffix(".html").or(last.strip_suffix(".htm")).unwrap_or(last);
    (!last.is_empty()).then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sites_own_addresses_are_known() {
        let day = jiff::civil::date(2014, 3, 2);
        let check = |pattern: &str, expected: Option<&str>| {
            let made = from_pattern(pattern, "tide", "the-tide", &["Low Water".into()], day);
            assert_eq!(made.as_deref(), expected, "{pattern}");
        };
        check("/:year/:month/:day/:title/", Some("/2014/03/02/the-tide"));
        check("date", Some("/low-water/2014/03/02/the-tide.html"));
        check("/blog/:year/:i_month/:slug", Some("/blog/2014/3/tide"));
        check("/:sections/:slug", None);
    }
}
