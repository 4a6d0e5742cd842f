//! The part of an address that a title becomes.

/// Lower-case ASCII letters, digits and single hyphens; never empty. Other scripts are transliterated.
pub fn slugify(title: &str) -> String {
    let mut slug = String::new();
    for c in deunicode::deunicode(title).chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            '\'' | '’' => {}
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
        if slug.len() >= 80 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "untitled".into() } else { slug.into() }
}

/// `tide`, or `tide-2` where the first was taken.
pub fn is_numbered(slug: &str, wanted: &str) -> bool {
    let number = slug.strip_prefix(wanted).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
    slug == wanted || number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::slugify;

    #[test]
    fn titles_become_addresses() {
        let check = |title, slug| assert_eq!(slugify(title), slug);
        check("The barrier that closed late", "the-barrier-that-closed-late");
        check("Überfähre — 40 Jahre!", "uberfahre-40-jahre");
        check("It’s  9 o'clock", "its-9-oclock");
        check("潮汐", "chao-xi");
        check("…", "untitled");
    }
}
