//! The sort-friendly spelling of an address: `https://www.example.org/Tides?b&a` is `org,example)/tides?a&b`.

/// What two spellings of one page have in common, as the Internet Archive's `surt` package writes it: without
/// scheme, user, `www.`, default port, fragment and closing slash; lower case; host turned round; query sorted.
/// It differs in two places: session identifiers stay, and so do the brackets round an IPv6 address. A host
/// outside ASCII must come in its `xn--` spelling. Never holds white space.
pub fn surt(url: &str) -> String {
    let url = url.trim().split('#').next().unwrap_or("");
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return escape(url.as_bytes());
    };
    let scheme = scheme.to_ascii_lowercase();
    let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let host_and_port = authority.rsplit('@').next().unwrap_or("");
    let mut key = host(host_and_port, &scheme);
    key.push(')');
    key.push_str(&normal_path(path));
    let query = normal_query(query);
    if !query.is_empty() {
        key.push('?');
        key.push_str(&query);
    }
    key
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn host(host_and_port: &str, scheme: &str) -> String {
    let at = if host_and_port.starts_with('[') { host_and_port.find(']').map(|at| at + 1) } else { None };
    let at = at.or_else(|| host_and_port.find(':')).unwrap_or(host_and_port.len());
    let (host, port) = host_and_port.split_at(at);
    let port = port.trim_start_matches(':');
    let host = escape(&unescape(host)).to_lowercase();
    let turned = if host.starts_with('[') {
        host
    } else {
        let labels: Vec<&str> = without_www(host.trim_matches('.')).rsplit('.').collect();
        labels.join(",")
    };
    match (scheme, port) {
        (_, "") | ("http", "80") | ("https", "443") => turned,
        _ => format!("{turned}:{}", escape(port.as_bytes())),
    }
}

/// `www.` and `www2.` alike.
fn without_www(host: &str) -> &str {
    let rest =
        host.strip_prefix("www").map(|rest| rest.trim_start_matches(|char: char| char.is_ascii_digit()));
    rest.and_then(|rest| rest.strip_prefix('.')).unwrap_or(host)
}

fn normal_path(path: &str) -> String {
    let path = unescape(path);
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            _ => kept.push(part),
        }
    }
    let joined: Vec<String> = kept.into_iter().map(|part| escape(part).to_lowercase()).collect();
    format!("/{}", joined.join("/"))
}

fn normal_query(query: &str) -> String {
    let query = escape(&unescape(query)).to_lowercase();
    let mut pairs: Vec<(&str, Option<&str>)> = query
        .split('&')
        .map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}")))
        .collect();
    pairs.join("&")
}

/// Percent escapes resolved, those that come to light included; eight times at most, because each costs a pass.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..8 {
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = &bytes[..];
        while let Some((byte, after)) = rest.split_first() {
            let escaped = (*byte == b'%').then(|| hex_pair(after)).flatten();
            out.push(escaped.unwrap_or(*byte));
            rest = if escaped.is_some() { &after[2..] } else { after };
        }
        if out.len() == bytes.len() {
            break;
        }
        bytes = out;
    }
    bytes
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Controls, white space, `#`, `%` and everything outside ASCII as percent escapes.
fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'#' | b'%' => out.push_str(&format!("%{byte:02x}")),
            0x21..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the `surt` package of PyPI, version 0.3.1, answers.
    #[test]
    fn known_addresses_have_their_known_keys() {
        for (url, key) in [
            ("http://www.example.com/", "com,example)/"),
            ("https://EXAMPLE.com", "com,example)/"),
            ("http://www2.example.org:80/Path/", "org,example)/path"),
            ("https://user:pw@example.com:8443/a?b=2&a=1", "com,example:8443)/a?a=1&b=2"),
            ("http://example.com/?", "com,example)/"),
            ("http://example.com/a//b/../c/./d", "com,example)/a/c/d"),
            ("http://example.com/a/..", "com,example)/"),
            ("http://example.com/a%20b", "com,example)/a%20b"),
            ("http://example.com/a b", "com,example)/a%20b"),
            ("http://192.0.2.7/x/", "7,2,0,192)/x"),
            ("ftp://www.example.com/x", "com,example)/x"),
            ("urn:x:1", "urn:x:1"),
            ("dns:example.com", "dns:example.com"),
            ("http://example.com/a?X=1&y", "com,example)/a?x=1&y"),
            ("http://example.com/#frag", "com,example)/"),
            ("http://example.com/%7Ea", "com,example)/~a"),
            ("http://example.com/café", "com,example)/caf%c3%a9"),
            ("http://example.com./x", "com,example)/x"),
            ("http://archive.org/goo/?a=2&b&a=1", "org,archive)/goo?a=1&a=2&b"),
            ("https://example.com:443/", "com,example)/"),
            ("http://example.com:443/", "com,example:443)/"),
            ("http://example.com/a/?q=1/", "com,example)/a?q=1/"),
            ("http://example.com/a?b=%26c&a=1", "com,example)/a?a=1&b=&c"),
            ("http://a.b.c.example.co.uk/x", "uk,co,example,c,b,a)/x"),
            ("http://example.com/%E2%82%AC?q=%C3%A9", "com,example)/%e2%82%ac?q=%c3%a9"),
            ("HTTP://EXAMPLE.COM/A", "com,example)/a"),
            ("http://www.com/", "com)/"),
            ("http://example.com/?a&&b", "com,example)/?&a&b"),
        ] {
            assert_eq!(surt(url), key, "{url}");
        }
    }

    #[test]
    fn brackets_and_sessions_stay() {
        assert_eq!(surt("http://[2001:DB8::1]:8080/x"), "[2001:db8::1]:8080)/x");
        assert_eq!(surt("http://example.com/x?sid=1"), "com,example)/x?sid=1");
    }

    #[test]
    fn a_deeply_escaped_address_costs_little() {
        let url = format!("http://example.com/{}", "%25".repeat(100_000));
        assert!(surt(&url).len() < 400_000);
    }

    proptest! {
        #[test]
        fn a_key_is_one_word(url in "(https?://)?\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            prop_assert!(!surt(&url).contains(char::is_whitespace));
            prop_assert!(surt(&url).is_ascii());
        }
    }
}
