//! Addresses: one spelling for one place, what only follows a reader about, and which places keep changing.

use serde::{Deserialize, Serialize};
use url::Url;

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A page that says something in particular.
    Source,
    /// A place that keeps changing: a home, a channel's root, a feed, a search.
    Pointer,
}

/// The one spelling under which an `http` or `https` address is known: scheme and host in lower case (international names
/// in their ASCII form), no default port, no user, no tracking parameters, no fragment unless it is a page of its own
/// (`#!…`). Everything else of the query stays, in its order. `None` for anything else.
pub fn canonical(address: &str) -> Option<String> {
    let mut url = parse(address)?;
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned) {
        url.set_host(Some(&host)).ok()?;
    }
    if !url.fragment().is_some_and(|fragment| fragment.starts_with('!')) {
        url.set_fragment(None);
    }
    let host = bare_host(&url)?;
    let kept = url.query().map(|query| without_tracking(query, &host)).filter(|query| !query.is_empty());
    url.set_query(kept.as_deref());
    Some(url.into())
}

/// The address as it was typed, less the parameters that say only who passed it on and how.
pub fn strip_tracking(address: &str) -> String {
    let (rest, fragment) = match address.find('#') {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    let Some((path, query)) = rest.split_once('?') else { return address.to_owned() };
    let host = parse(address).and_then(|url| bare_host(&url)).unwrap_or_default();
    match without_tracking(query, &host) {
        kept if kept.is_empty() && !query.is_empty() => format!("{path}{fragment}"),
        kept => format!("{path}?{kept}{fragment}"),
    }
}

/// Does this address lead to somebody else's site? Relative addresses and other schemes do not. An own host is written
/// `example.org`, or `localhost:8080` to mean that port alone.
pub fn is_outside(address: &str, own_hosts: &[String]) -> bool {
    parse(address).is_some_and(|url| !is_on(&url, own_hosts))
}

/// Is this address on one of these hosts? A host stands for itself and for its `www.`.
pub fn is_on_host(address: &str, hosts: &[String]) -> bool {
    parse(address).is_some_and(|url| is_on(&url, hosts))
}

/// Whether the address is of a page, or of a place that keeps changing. Anything that is no web address is a source.
pub fn kind(address: &str) -> Kind {
    let Some((url, host)) = parse(address).and_then(|url| bare_host(&url).map(|host| (url, host))) else {
        return Kind::Source;
    };
    let path: Vec<&str> = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let query = url.query().map(|query| without_tracking(query, &host)).unwrap_or_default();
    let place = Place { host: &host, path: &path, query: &query };
    if is_home(&place) || is_search(&place) || is_listing(&place) || is_changing_place(&place) {
        Kind::Pointer
    } else {
        Kind::Source
    }
}

/// Parameters that say how a reader came, on any site. A trailing `*` stands for any ending.
const TRACKING: &[&str] = &[
    "utm_*",
    "mtm_*",
    "pk_campaign",
    "pk_kwd",
    "pk_source",
    "pk_medium",
    "piwik_*",
    "matomo_*",
    "hsa_*",
    "oly_*",
    "vero_*",
    "__hs*",
    "_hs*",
    "hsctatracking",
    "fbclid",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "gad_source",
    "gad_campaignid",
    "msclkid",
    "yclid",
    "ysclid",
    "_openstat",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "li_fat_id",
    "epik",
    "srsltid",
    "rb_clickid",
    "wickedid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "s_cid",
    "cmpid",
    "at_medium",
    "at_campaign",
    "at_custom*",
    "_branch_match_id",
    "_branch_referrer",
    "_ga",
    "_gl",
    "ref_src",
    "ref_url",
    "__twitter_impression",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "sms_ss",
    "awt_l",
    "ml_subscriber",
    "ml_subscriber_hash",
    "xtor",
    "ns_mchannel",
    "ns_campaign",
    "ns_source",
    "ns_linkname",
    "ns_fee",
    "wt_mc",
    "wtrid",
];

/// The same, where the name means something else on other sites.
const TRACKING_ON: &[(&str, &[&str])] = &[
    ("youtube.com", &["si", "feature", "pp", "ab_channel", "kw"]),
    ("youtu.be", &["si", "feature"]),
    (
        "substack.com",
        &[
            "r",
            "s",
            "triedredirect",
            "showwelcomeonshare",
            "isfreemail",
            "token",
            "publication_id",
            "post_id",
        ],
    ),
    ("x.com", &["s", "t", "cxt"]),
    ("twitter.com", &["s", "t", "cxt"]),
    ("spotify.com", &["si"]),
    ("instagram.com", &["img_index"]),
    ("facebook.com", &["mibextid", "rdid", "share_url", "__cft__*", "__tn__"]),
    ("tiktok.com", &["_t", "_r", "is_from_webapp", "sender_device"]),
    ("reddit.com", &["share_id", "rdt"]),
    ("nytimes.com", &["smid", "smtyp", "unlocked_article_code", "referringsource"]),
    ("linkedin.com", &["rcm", "trk", "lipi"]),
];

/// Words that name a search in a path; those of the second list only together with what was searched for.
const SEARCH: &[&str] = &[
    "search",
    "suche",
    "recherche",
    "rechercher",
    "buscar",
    "busqueda",
    "busca",
    "ricerca",
    "szukaj",
    "poisk",
    "arama",
    "zoeken",
];
const SEARCH_RESULTS: &[&str] = &["results", "find", "resultats", "resultados", "ergebnisse"];

/// Parameters that carry what was searched for.
const SEARCHED: &[&str] =
    &["q", "query", "s", "search", "search_query", "text", "wd", "keyword", "keywords", "p"];

/// Files that are a home or a feed, whatever folder they stand in.
const HOMES: &[&str] = &[
    "index.html",
    "index.htm",
    "index.php",
    "default.aspx",
    "default.asp",
    "home",
    "home.html",
    "start",
    "startseite",
];
const FEEDS: &[&str] = &[
    "feed",
    "rss",
    "atom",
    "feed.xml",
    "rss.xml",
    "atom.xml",
    "index.xml",
    "feed.atom",
    "feed.rss",
    "feed.json",
    "feeds",
];

struct Place<'a> {
    host: &'a str,
    path: &'a [&'a str],
    query: &'a str,
}

fn is_home(place: &Place) -> bool {
    place.query.is_empty()
        && match place.path {
            [] => true,
            [only] => is_language(only) || HOMES.contains(&only.to_lowercase().as_str()),
            [language, only] => is_language(language) && HOMES.contains(&only.to_lowercase().as_str()),
            _ => false,
        }
}

fn is_search(place: &Place) -> bool {
    let searched = place.query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        // A bare `?p=7` is how some publications number their posts.
        !value.is_empty() && SEARCHED.contains(&name) && (name != "p" || !place.path.is_empty())
    });
    let named = |part: &str, table: &[&str]| {
        table.contains(&part.trim_end_matches(".html").trim_end_matches(".php").to_lowercase().as_str())
    };
    match place.path {
        [] => searched,
        [word] | [word, _] if named(word, SEARCH) => true,
        [.., last] => searched && (named(last, SEARCH) || named(last, SEARCH_RESULTS)),
    }
}

fn is_listing(place: &Place) -> bool {
    match place.path {
        ["tag" | "tags" | "category" | "hashtag", _] => true,
        [.., last] => FEEDS.contains(&last.to_lowercase().as_str()),
        [] => false,
    }
}

/// A site, and which of its paths are a channel's root, a person's page or a list that grows.
struct Site {
    host: &'static str,
    changes: fn(&[&str]) -> bool,
}

const SITES: &[Site] = &[
    Site { host: "t.me", changes: telegram },
    Site { host: "telegram.me", changes: telegram },
    Site { host: "telegram.dog", changes: telegram },
    Site { host: "youtube.com", changes: youtube },
    Site { host: "substack.com", changes: substack },
    Site { host: "x.com", changes: x },
    Site { host: "twitter.com", changes: x },
    Site { host: "facebook.com", changes: |path| matches!(path, [_] | ["groups", _] | ["pages", ..]) },
    Site { host: "instagram.com", changes: |path| matches!(path, [_] | ["explore", ..]) },
    Site { host: "threads.net", changes: |path| matches!(path, [_]) },
    Site {
        host: "bsky.app",
        changes: |path| matches!(path, ["profile", _] | ["profile", _, "feed" | "lists", ..]),
    },
    Site {
        host: "reddit.com",
        changes: |path| matches!(path, ["r" | "u" | "user", _] | ["r", _, "new" | "hot" | "top"]),
    },
    Site {
        host: "linkedin.com",
        changes: |path| matches!(path, ["in" | "company" | "school", _] | ["company", _, "posts"]),
    },
    Site {
        host: "vk.com",
        changes: |path| matches!(path, [name] if !name.contains(|c: char| c.is_ascii_digit() || c == '-')),
    },
    Site { host: "rumble.com", changes: |path| matches!(path, ["c" | "user", _]) },
    Site { host: "odysee.com", changes: |path| matches!(path, [name] if name.starts_with('@')) },
    Site { host: "bitchute.com", changes: |path| matches!(path, ["channel", _]) },
    Site { host: "twitch.tv", changes: |path| matches!(path, [_]) },
    Site {
        host: "vimeo.com",
        changes: |path| matches!(path, [name] if !name.bytes().all(|b| b.is_ascii_digit())),
    },
    Site {
        host: "c-span.org",
        changes: |path| matches!(path, ["series" | "person" | "organization", ..] | ["networks"]),
    },
];

fn is_changing_place(place: &Place) -> bool {
    // The first path segment of a person's page, on many kinds of server.
    matches!(place.path, [name] if name.starts_with('@'))
        || SITES.iter().any(|site| is_under(place.host, site.host) && (site.changes)(place.path))
}

fn telegram(path: &[&str]) -> bool {
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match path {
        [_] | ["s" | "joinchat" | "addlist", _] => true,
        // `/c/` numbers a closed channel; the post comes after it.
        ["c", id] => number(id),
        _ => false,
    }
}

fn youtube(path: &[&str]) -> bool {
    match path {
        ["watch" | "live" | "shorts" | "embed" | "clip" | "post" | "attribution_link" | "redirect", ..] => {
            false
        }
        ["playlist" | "feed" | "results" | "channel" | "c" | "user" | "hashtag", ..] => true,
        [name, ..] if name.starts_with('@') => true,
        [_] => true,
        _ => false,
    }
}

fn substack(path: &[&str]) -> bool {
    match path {
        ["archive" | "about" | "podcast" | "podcasts" | "notes" | "subscribe" | "recommendations" | "s"] => {
            true
        }
        ["s" | "profile", _] => true,
        [name] => name.starts_with('@'),
        _ => false,
    }
}

fn x(path: &[&str]) -> bool {
    matches!(
        path,
        [_] | [_, "media" | "with_replies" | "likes"] | ["i", "lists" | "communities", _] | ["hashtag", ..]
    )
}

fn parse(address: &str) -> Option<Url> {
    let address = address.trim();
    let url = match address.strip_prefix("//") {
        Some(rest) => Url::parse(&format!("https://{rest}")).ok()?,
        None => Url::parse(address).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn is_on(url: &Url, hosts: &[String]) -> bool {
    let Some(host) = url.host_str() else { return false };
    hosts.iter().any(|own| {
        let own = own.trim().trim_end_matches('/').to_lowercase();
        if own.is_empty() {
            return false;
        }
        match own.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
                host == name && url.port_or_known_default() == port.parse().ok()
            }
            _ => host == own || host.strip_prefix("www.") == Some(&own),
        }
    })
}

/// The host without what only says how it is looked at.
fn bare_host(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    let bare = ["www.", "m.", "mobile.", "music."].iter().find_map(|prefix| host.strip_prefix(prefix));
    // `m.example` alone would leave a bare top-level domain.
    Some(bare.filter(|rest| rest.contains('.')).unwrap_or(host).to_owned())
}

fn is_under(host: &str, site: &str) -> bool {
    host == site || host.strip_suffix(site).is_some_and(|rest| rest.ends_with('.'))
}

/// `en`, `de-ch`, `pt_BR`.
fn is_language(part: &str) -> bool {
    let letters = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
    match part.split_once(['-', '_']) {
        Some((language, country)) => letters(language) && letters(country),
        None => letters(part),
    }
}

fn without_tracking(query: &str, host: &str) -> String {
    // An address copied out of HTML may carry `&amp;`.
    let pairs = query.split('&').map(|pair| pair.strip_prefix("amp;").unwrap_or(pair));
    let kept: Vec<&str> = pairs.filter(|pair| !pair.is_empty() && !is_tracking(pair, host)).collect();
    kept.join("&")
}

fn is_tracking(pair: &str, host: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair).to_ascii_lowercase();
    let named = |table: &[&str]| {
        table.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *known,
        })
    };
    named(TRACKING) || TRACKING_ON.iter().any(|(site, table)| is_under(host, site) && named(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_spelling() {
        let check =
            |typed: &str, expected: &str| assert_eq!(canonical(typed).as_deref(), Some(expected), "{typed}");
        check("HTTP://Harbour.Example:80/Log", "http://harbour.example/Log");
        check("https://harbour.example", "https://harbour.example/");
        check("https://harbour.example:443/?", "https://harbour.example/");
        check("https://harbour.example:8443/a", "https://harbour.example:8443/a");
        check("https://harbour.example/a?utm_source=x&b=2&fbclid=y&a=1", "https://harbour.example/a?b=2&a=1");
        check("https://harbour.example/a?utm_source=x#top", "https://harbour.example/a");
        check("https://harbour.example/#!/log/7", "https://harbour.example/#!/log/7");
        check("https://harbour.example./a", "https://harbour.example/a");
        check("//harbour.example/a", "https://harbour.example/a");
        check("https://ida:secret@harbour.example/a", "https://harbour.example/a");
        check("https://Müller.example/ä", "https://xn--mller-kva.example/%C3%A4");
        check("https://www.youtube.com/watch?v=abc&si=def&t=62", "https://www.youtube.com/watch?v=abc&t=62");
        check("https://tides.substack.com/p/ebb?r=1&utm_campaign=post", "https://tides.substack.com/p/ebb");
        check("https://harbour.example/a?r=1", "https://harbour.example/a?r=1");
    }

    #[test]
    fn what_is_no_web_address_has_no_canonical_form() {
        for typed in [
            "mailto:ida@harbour.example",
            "javascript:alert(1)",
            "/2026/03/barrier",
            "#top",
            "",
            "https://",
            "http://[",
            "tel:1",
        ] {
            assert_eq!(canonical(typed), None, "{typed}");
        }
    }

    #[test]
    fn only_tracking_leaves_what_was_typed() {
        let check = |typed: &str, expected: &str| assert_eq!(strip_tracking(typed), expected);
        check("HTTPS://Harbour.Example/Log?b=2&utm_medium=mail#s2", "HTTPS://Harbour.Example/Log?b=2#s2");
        check("https://harbour.example/?utm_source=a&amp;utm_medium=b", "https://harbour.example/");
        check("https://harbour.example/a?b", "https://harbour.example/a?b");
        check("https://harbour.example/a?", "https://harbour.example/a?");
        check("/log?page=2", "/log?page=2");
        check("https://x.com/harbour/status/7?s=20&t=abc", "https://x.com/harbour/status/7");
    }

    #[test]
    fn ones_own_pages_are_not_outside() {
        let own = vec!["gazette.example".to_owned(), "localhost:8080".to_owned()];
        let check =
            |address: &str, expected: bool| assert_eq!(is_outside(address, &own), expected, "{address}");
        check("https://harbour.example/a", true);
        check("//harbour.example/a", true);
        check("https://Gazette.Example/a", false);
        check("https://www.gazette.example/a", false);
        check("https://gazette.example.org/a", true);
        check("http://localhost:8080/a", false);
        check("http://localhost:9090/a", true);
        check("/a", false);
        check("mailto:ida@gazette.example", false);
    }

    #[test]
    fn places_that_keep_changing_are_pointers() {
        for address in [
            "https://harbour.example",
            "https://harbour.example/?utm_source=letter",
            "https://harbour.example/en/",
            "https://harbour.example/index.html",
            "https://harbour.example/feed.xml",
            "https://harbour.example/search?q=gate",
            "https://harbour.example/?s=gate",
            "https://harbour.example/tag/gate",
            "https://www.google.com/search?q=gate",
            "https://duckduckgo.com/?q=gate",
            "https://t.me/harbour_office",
            "https://t.me/s/harbour_office",
            "https://t.me/s/harbour_office?q=gate",
            "https://t.me/+abcDEF",
            "https://harbour_office.t.me/",
            "https://www.youtube.com/@TownTelevision",
            "https://www.youtube.com/@TownTelevision/streams",
            "https://youtube.com/channel/UC123/videos",
            "https://m.youtube.com/results?search_query=gate",
            "https://tides.substack.com/",
            "https://tides.substack.com/archive?sort=new",
            "https://substack.com/@tides",
            "https://social.example/@tides",
            "https://x.com/harbour",
            "https://bsky.app/profile/harbour.example",
        ] {
            assert_eq!(kind(address), Kind::Pointer, "{address}");
        }
    }

    #[test]
    fn pages_are_sources() {
        for address in [
            "https://harbour.example/log/7",
            "https://harbour.example/?p=7",
            "https://harbour.example/research",
            "https://harbour.example/results/2026",
            "https://harbour.example/it-was-late",
            "https://t.me/harbour_office/120",
            "https://t.me/s/harbour_office/120",
            "https://t.me/c/1234/5",
            "https://youtu.be/abc",
            "https://www.youtube.com/watch?v=abc",
            "https://www.youtube.com/live/abc",
            "https://tides.substack.com/p/ebb",
            "https://substack.com/@tides/note/c-1",
            "https://social.example/@tides/1120",
            "https://x.com/harbour/status/7",
            "https://vimeo.com/1234",
            "https://www.c-span.org/video/?512480-1/harbour",
            "not an address",
        ] {
            assert_eq!(kind(address), Kind::Source, "{address}");
        }
    }
}
