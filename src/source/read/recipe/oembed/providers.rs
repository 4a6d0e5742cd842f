//! Sites that answer for their things at an address of their own, without being asked for a key.

use super::super::is_on;
use url::Url;

pub(super) struct Provider {
    pub(super) site: &'static str,
    endpoint: &'static str,
    pub(super) thing: Thing,
    /// Host and path; `*` stands for any characters, at least one, and `#` for a number and what may follow it.
    places: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    /// A few words, which the page shows with script only and the answer holds.
    Post,
    /// Something to be seen or heard: what the page says around it is not what is said in it.
    Recording,
    /// A page like any other.
    Page,
}

/// The provider of the thing at an address, if one is known.
pub(super) fn of(url: &Url) -> Option<&'static Provider> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    PROVIDERS.iter().find(|provider| provider.places.iter().any(|place| stands_at(url, place)))
}

impl Provider {
    /// The address that tells about a thing.
    pub(super) fn ask(&self, url: &Url) -> String {
        let mut bare = url.clone();
        bare.set_fragment(None);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("url", bare.as_str())
            .append_pair("format", "json")
            .finish();
        format!("https://{}?{query}", self.endpoint)
    }
}

fn stands_at(url: &Url, place: &str) -> bool {
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let is = url.path().trim_matches('/');
    let numbered = || is.split('/').next().is_some_and(|part| part.parse::<u64>().is_ok());
    is_on(url, &[host]) && if path == "#" { numbered() } else { fits(path, is) }
}

/// Whether a text is a pattern's.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(after) = skip_one(rest).and_then(|more| more.split_once(part)) else { return false };
        rest = after.1;
    }
    skip_one(rest).is_some_and(|rest| rest.ends_with(last))
}

fn skip_one(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}

const fn provider(
    site: &'static str,
    endpoint: &'static str,
    thing: Thing,
    places: &'static [&'static str],
) -> Provider {
    Provider { site, endpoint, thing, places }
}

#[rustfmt::skip]
const PROVIDERS: &[Provider] = &[
    provider("X", "publish.x.com/oembed", Thing::Post, &["x.com/*/status/*"]),
    provider("X", "publish.twitter.com/oembed", Thing::Post, &["twitter.com/*/status/*"]),
    provider("Bluesky", "embed.bsky.app/oembed", Thing::Post, &["bsky.app/profile/*/post/*"]),
    provider("Vimeo", "vimeo.com/api/oembed.json", Thing::Recording, &[
        "vimeo.com/*/videos/*", "vimeo.com/channels/*/*", "vimeo.com/album/*/video/*", "vimeo.com/showcase/*/video/*",
        "vimeo.com/ondemand/*/*", "vimeo.com/event/*", "player.vimeo.com/video/*", "vimeo.com/#",
    ]),
    provider("TikTok", "www.tiktok.com/oembed", Thing::Recording, &["tiktok.com/*/video/*"]),
    provider("Dailymotion", "www.dailymotion.com/services/oembed", Thing::Recording, &["dailymotion.com/video/*"]),
    provider("Rumble", "rumble.com/api/Media/oembed.json", Thing::Recording, &["rumble.com/*.html", "rumble.com/embed/*"]),
    provider("Odysee", "odysee.com/$/oembed", Thing::Recording, &["odysee.com/@*/*"]),
    provider("BitChute", "api.bitchute.com/oembed/", Thing::Recording, &["bitchute.com/video/*"]),
    provider("Streamable", "api.streamable.com/oembed.json", Thing::Recording, &["streamable.com/*"]),
    provider("TED", "www.ted.com/services/v1/oembed.json", Thing::Recording, &["ted.com/talks/*"]),
    provider("Nebula", "nebula.tv/api/oembed", Thing::Recording, &["nebula.tv/videos/*"]),
    provider("Loom", "www.loom.com/v1/oembed", Thing::Recording, &["loom.com/share/*"]),
    provider("Wistia", "fast.wistia.com/oembed.json", Thing::Recording, &["wistia.com/medias/*"]),
    provider("Coub", "coub.com/api/oembed.json", Thing::Recording, &["coub.com/view/*"]),
    provider("Spotify", "open.spotify.com/oembed", Thing::Recording, &[
        "open.spotify.com/episode/*", "open.spotify.com/show/*", "open.spotify.com/track/*", "open.spotify.com/album/*",
        "open.spotify.com/playlist/*",
    ]),
    provider("SoundCloud", "soundcloud.com/oembed", Thing::Recording, &["soundcloud.com/*/*"]),
    provider("Apple Podcasts", "podcasts.apple.com/api/oembed", Thing::Recording, &["podcasts.apple.com/*/podcast/*"]),
    provider("Mixcloud", "www.mixcloud.com/oembed/", Thing::Recording, &["mixcloud.com/*/*"]),
    provider("Audioboom", "audioboom.com/publishing/oembed.json", Thing::Recording, &["audioboom.com/posts/*"]),
    provider("Podbean", "api.podbean.com/v1/oembed", Thing::Recording, &["podbean.com/e/*"]),
    provider("Spreaker", "api.spreaker.com/oembed", Thing::Recording, &["spreaker.com/episode/*"]),
    provider("iHeart", "www.iheart.com/oembed", Thing::Recording, &["iheart.com/podcast/*/*"]),
    provider("Reddit", "www.reddit.com/oembed", Thing::Page, &["reddit.com/r/*/comments/*"]),
    provider("Tumblr", "www.tumblr.com/oembed/1.0", Thing::Page, &["tumblr.com/post/*", "tumblr.com/*/*"]),
    provider("The New York Times", "www.nytimes.com/svc/oembed/json/", Thing::Page, &["nytimes.com/*/*/*"]),
    provider("DocumentCloud", "api.www.documentcloud.org/api/oembed", Thing::Page, &["documentcloud.org/documents/*"]),
    provider("Scribd", "www.scribd.com/services/oembed/", Thing::Page, &["scribd.com/doc/*", "scribd.com/document/*"]),
    provider("Issuu", "issuu.com/oembed", Thing::Page, &["issuu.com/*/docs/*"]),
    provider("Flickr", "www.flickr.com/services/oembed/", Thing::Page, &["flickr.com/photos/*", "flic.kr/*/*"]),
    provider("Datawrapper", "api.datawrapper.de/v3/oembed/", Thing::Page, &["datawrapper.dwcdn.net/*"]),
    provider("Flourish", "app.flourish.studio/api/v1/oembed", Thing::Page, &[
        "public.flourish.studio/visualisation/*", "public.flourish.studio/story/*",
    ]),
    provider("Infogram", "infogram.com/oembed", Thing::Page, &["infogram.com/*"]),
    provider("Observable", "api.observablehq.com/oembed", Thing::Page, &["observablehq.com/@*/*"]),
    provider("CodePen", "codepen.io/api/oembed", Thing::Page, &["codepen.io/*/pen/*"]),
    provider("Kickstarter", "www.kickstarter.com/services/oembed", Thing::Page, &["kickstarter.com/projects/*"]),
    provider("GIPHY", "giphy.com/services/oembed", Thing::Page, &["giphy.com/gifs/*", "giphy.com/clips/*"]),
    provider("Pinterest", "www.pinterest.com/oembed.json", Thing::Page, &["pinterest.com/pin/*"]),
    provider("Sketchfab", "sketchfab.com/oembed", Thing::Page, &["sketchfab.com/3d-models/*", "sketchfab.com/models/*"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_known_by_their_address() {
        let site = |url: &str| of(&Url::parse(url).unwrap()).map_or("", |provider| provider.site);
        for (url, expected) in [
            ("https://x.com/harbour/status/20", "X"),
            ("https://mobile.twitter.com/harbour/status/20?s=21", "X"),
            ("https://x.com/harbour", ""),
            ("https://box.com/a/status/20", ""),
            ("https://vimeo.com/76979871", "Vimeo"),
            ("https://vimeo.com/76979871/0f2a", "Vimeo"),
            ("https://vimeo.com/blog", ""),
            ("https://www.ted.com/talks/tides/", "TED"),
            ("https://www.ted.com/talks", ""),
            ("https://rumble.com/v1abc-the-tide.html", "Rumble"),
            ("https://rumble.com/c/harbour", ""),
            ("https://bsky.app/profile/harbour.example/post/3k7", "Bluesky"),
            ("ftp://vimeo.com/1", ""),
        ] {
            assert_eq!(site(url), expected, "{url}");
        }
    }

    #[test]
    fn an_endpoint_is_asked_for_the_address_as_it_was_cited() {
        let url = Url::parse("https://x.com/harbour/status/20?s=a&t=b#top").unwrap();
        assert_eq!(
            of(&url).unwrap().ask(&url),
            "https://publish.x.com/oembed?url=https%3A%2F%2Fx.com%2Fharbour%2Fstatus%2F20%3Fs%3Da%26t%3Db&format=json"
        );
    }

    proptest::proptest! {
        #[test]
        fn a_star_is_any_characters(a in "[a-c/]{1,4}", b in "[a-c/é]{1,6}", c in "[a-c]{0,3}") {
            assert!(fits(&format!("{a}*{c}"), &format!("{a}{b}{c}")));
            assert!(!fits(&format!("{a}*"), &a));
        }
    }
}
