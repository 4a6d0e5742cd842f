//! What an address looks like in running text.

use crate::emoji::is_direction;

/// The mate of a bracket that addresses are put in.
pub(crate) fn mate(open: char) -> Option<char> {
    Some(match open {
        '(' => ')',
        '[' => ']',
        '<' => '>',
        '（' => '）',
        '［' => '］',
        '【' => '】',
        '〈' => '〉',
        '＜' => '＞',
        '‹' => '›',
        _ => return None,
    })
}

/// An address with its scheme (or `www.`) at the start of `chars`: how many characters it takes.
/// Stops that end a sentence and brackets that were opened outside are not part of it.
pub(crate) fn starts(chars: &[char]) -> Option<usize> {
    let host = scheme(chars)?;
    let mut end = host;
    while end < chars.len() && is_part(chars[end]) {
        end += 1;
    }
    while end > host {
        let last = chars[end - 1];
        let unbalanced =
            |open, close| last == close && count(&chars[..end], close) > count(&chars[..end], open);
        let stop = matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*')
            || is_direction(last)
            || unbalanced('(', ')')
            || unbalanced('[', ']');
        if !stop {
            break;
        }
        end -= 1;
    }
    let found: String = chars[..end].iter().filter(|c| !is_direction(**c)).collect();
    is_valid(&with_scheme(&found)).then_some(end)
}

/// The addresses that are all there is between two brackets.
pub(crate) fn only_addresses(inside: &[char]) -> Option<Vec<String>> {
    let text: String = inside.iter().filter(|c| !is_direction(**c)).collect();
    let mut found = Vec::new();
    for part in text.split_whitespace() {
        let part = unwrap_brackets(part.trim_end_matches([',', ';', '.']));
        if matches!(part, "" | "|" | "/" | "and" | "&" | "·" | "и" | "und" | "et" | "y") {
            continue;
        }
        for one in split_glued(part) {
            let chars: Vec<char> = one.chars().collect();
            if !(is_whole(&chars) || is_domain(one)) {
                return None;
            }
            found.push(one.to_owned());
        }
    }
    (!found.is_empty()).then_some(found)
}

/// `https://` before an address that came without a scheme.
pub(crate) fn with_scheme(typed: &str) -> String {
    let typed: String = typed.chars().filter(|c| !is_direction(*c) && *c != '\u{200b}').collect();
    // Copied out of HTML.
    let typed = typed.replace("&amp;", "&");
    let lower = typed.get(..8).unwrap_or(&typed).to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https:/") || lower.starts_with("mailto:") {
        typed
    } else {
        format!("https://{typed}")
    }
}

/// Whether the words are the address: `t.me/harbour (https://t.me/harbour)`; also cut short with an ellipsis.
pub(crate) fn same(words: &str, url: &str) -> bool {
    let cut = words.trim_end_matches("...").trim_end_matches('…');
    let (a, b) = (bare_form(cut), bare_form(url));
    !a.is_empty() && (a == b || (cut.len() < words.len() && a.len() >= 8 && b.starts_with(&a)))
}

/// What a redirecting address of a mail or search service leads to.
pub(crate) fn opened(wrapped: &str) -> Option<String> {
    let url = ::url::Url::parse(wrapped).ok()?;
    let host = url.host_str()?;
    let key = match (host.strip_prefix("www.").unwrap_or(host), url.path()) {
        ("google.com", "/url") => "q",
        ("youtube.com", "/redirect") => "q",
        ("facebook.com" | "l.facebook.com" | "lm.facebook.com" | "l.instagram.com", "/l.php" | "/") => "u",
        ("t.me", "/iv") => "url",
        ("vk.com", "/away.php") => "to",
        (host, _) if host.ends_with(".safelinks.protection.outlook.com") => "url",
        _ => return None,
    };
    let alternative = if key == "q" { "url" } else { key };
    let (_, inner) = url.query_pairs().find(|(k, _)| k == key || k == alternative)?;
    is_valid(&inner).then(|| inner.into_owned())
}

/// Host and the beginning of the path, to name an address to a person.
pub(crate) fn short(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    let bare = bare.split(['?', '#']).next().unwrap_or(bare).trim_end_matches('/');
    match bare.char_indices().nth(60) {
        Some((i, _)) => format!("{}…", &bare[..i]),
        None => bare.to_owned(),
    }
}

/// The names of the parameters that `after` no longer has.
pub(crate) fn dropped(before: &str, after: &str) -> String {
    let names = |url: &str| -> Vec<String> {
        let query = url.split('#').next().and_then(|u| u.split_once('?')).map_or("", |(_, q)| q);
        query
            .split('&')
            .filter_map(|p| p.split('=').next())
            .filter(|n| !n.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let kept = names(after);
    let gone: Vec<String> = names(before).into_iter().filter(|n| !kept.contains(n)).collect();
    if gone.is_empty() { "in the fragment".to_owned() } else { gone.join(", ") }
}

pub(crate) fn is_valid(url: &str) -> bool {
    ::url::Url::parse(url)
        .is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some_and(|h| !h.is_empty()))
}

/// How many characters the scheme takes, when an address follows it.
fn scheme(chars: &[char]) -> Option<usize> {
    for opening in ["https://", "http://", "www."] {
        let n = opening.len();
        let matches = chars.len() > n && opening.chars().zip(chars).all(|(o, c)| o == c.to_ascii_lowercase());
        if matches && (chars[n].is_alphanumeric() || (chars[n] == '[' && n > 4)) {
            return Some(if n == 4 { 0 } else { n });
        }
    }
    None
}

/// What may stand in an address: no quotation marks, no dash or stop of a printer, none of the wide stops and brackets of
/// scripts that put no space behind an address.
fn is_part(c: char) -> bool {
    let stands_for_itself = matches!(
        c,
        '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`' | '«' | '»' | '…' | '—' | '―' | '⸺' | '\u{fffc}'
    );
    let quotes = matches!(c, '‘'..='‟' | '‹' | '›');
    let wide = matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
        | '！' | '＂' | '（' | '）' | '，' | '．' | '：' | '；' | '＜' | '＞' | '？' | '［' | '］' | '｛' | '｝' | '｟'..='･');
    let arabic = matches!(c, '،' | '؛' | '؟' | '۔');
    !(c.is_whitespace() || c.is_control() || stands_for_itself || quotes || wide || arabic)
}

fn is_whole(chars: &[char]) -> bool {
    scheme(chars).is_some()
        && chars.iter().all(|c| is_part(*c))
        && is_valid(&with_scheme(&chars.iter().collect::<String>()))
}

/// `t.me/channel/123`, `example.org`: only ever asked of what stands in brackets. Without a path only endings that
/// are hardly ever anything else count, so that `(README.md)` and `(e.g.)` stay words.
fn is_domain(text: &str) -> bool {
    const PLAIN: &[&str] = &[
        "com", "org", "net", "edu", "gov", "mil", "int", "info", "news", "press", "media", "blog", "tv",
        "eu", "uk", "us", "ca", "au", "nz", "ie", "de", "fr", "es", "nl", "dk", "se", "fi", "pl", "cz", "ch",
        "ru", "ua", "by", "kz", "cn", "jp", "kr", "br", "mx", "ar", "tr", "ir", "il", "ae", "za", "io", "me",
        "app", "dev", "рф", "su",
    ];
    let (host, path) = match text.find(['/', '?']) {
        Some(i) => (&text[..i], &text[i..]),
        None => (text, ""),
    };
    let labels: Vec<&str> = host.split('.').collect();
    let ending = labels.last().copied().unwrap_or_default();
    let label_ok = |l: &&str| {
        !l.is_empty()
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    labels.len() >= 2
        && labels.iter().all(label_ok)
        && ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
        && (PLAIN.contains(&ending.to_lowercase().as_str()) || path.len() > 1)
        && path.chars().all(is_part)
        && is_valid(&format!("https://{text}"))
}

/// `https://a,https://b` and `https://a;https://b`: two addresses that somebody put together without a space.
fn split_glued(part: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = part;
    while let Some(i) = [",http", ";http", "|http"].iter().filter_map(|s| rest.find(s)).min() {
        out.push(&rest[..i]);
        rest = &rest[i + 1..];
    }
    out.push(rest);
    out.retain(|p| !p.is_empty());
    out
}

fn unwrap_brackets(mut part: &str) -> &str {
    while let Some(open) = part.chars().next()
        && let Some(close) = mate(open)
        && part.ends_with(close)
        && part.len() > open.len_utf8() + close.len_utf8()
    {
        part = &part[open.len_utf8()..part.len() - close.len_utf8()];
    }
    part
}

fn bare_form(address: &str) -> String {
    let whole = crate::url::strip_tracking(&with_scheme(address)).to_lowercase();
    let bare = whole.split_once("://").map_or(whole.as_str(), |(_, rest)| rest);
    bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/').to_owned()
}

fn count(chars: &[char], wanted: char) -> usize {
    chars.iter().filter(|c| **c == wanted).count()
}
