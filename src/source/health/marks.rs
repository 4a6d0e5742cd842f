//! What walls and error pages say and how they are built: the lists in `words/`, one file a kind of page.
//!
//! Everything there is lower case with straight apostrophes. Two lists make a saying: a word of each in one sentence, or in one title,
//! so that a few words stand for many sentences. Wording counts only on a page with little else to say, so that an article about
//! error pages is not taken for one.

use std::sync::LazyLock;

type Words = LazyLock<Vec<&'static str>>;

macro_rules! lists {
    ($($name:ident = $file:literal [$section:literal];)*) => {
        $(pub(super) static $name: Words =
            LazyLock::new(|| list(include_str!(concat!("words/", $file, ".txt")), $section));)*

        #[cfg(test)]
        fn all() -> Vec<(&'static str, &'static Words)> {
            vec![$((concat!($file, " [", $section, "]"), &$name)),*]
        }
    };
}

lists! {
    ERROR_SEGMENTS = "error" ["segments"];
    ERROR_PHRASES = "error" ["phrases"];
    PARKED_PHRASES = "error" ["parked"];
    ERROR_PATHS = "error" ["paths"];
    THINGS = "error" ["things"];
    MISSING = "error" ["missing"];
    BOT_TITLES = "bot_wall" ["titles"];
    PATIENCE = "bot_wall" ["patience"];
    BOT_PHRASES = "bot_wall" ["phrases"];
    BOTS = "bot_wall" ["bots"];
    BOT_CHECKS = "bot_wall" ["checks"];
    CAPTCHAS = "bot_wall" ["captchas"];
    CHECKING = "bot_wall" ["checking"];
    CHECKED = "bot_wall" ["checked"];
    REFUSALS = "bot_wall" ["refusals"];
    GUARDS = "bot_wall" ["guards"];
    PROXIES = "bot_wall" ["proxies"];
    CONSENT_TITLES = "consent_wall" ["titles"];
    CONSENT_SUBJECTS = "consent_wall" ["subjects"];
    CONSENT_DEMANDS = "consent_wall" ["demands"];
    COOKIES = "consent_wall" ["cookies"];
    LOGIN_PATHS = "login" ["paths"];
    LOGIN_WORDS = "login" ["words"];
    LOGIN_PHRASES = "login" ["phrases"];
    LOGIN_WITH = "login" ["with"];
    PAYWALL_PHRASES = "paywall" ["phrases"];
    SUBSCRIBERS = "paywall" ["subscribers"];
    RESERVED = "paywall" ["reserved"];
    SUBSCRIBE = "paywall" ["subscribe"];
    READ_ON = "paywall" ["read on"];
    PAYWALL_OFFERS = "paywall" ["offers"];
    MOUNTS = "empty" ["mounts"];
    SHELL_PHRASES = "empty" ["phrases"];
    WAITING = "empty" ["waiting"];
}

/// What is built into a challenge and into nothing else, and what it shows the page to be.
pub(super) static BOT_MARKUP: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let lines = section(include_str!("words/bot_wall.txt"), "markup");
    let told = lines.filter_map(|line| line.split_once(": "));
    told.flat_map(|(what, marks)| parts(marks).map(move |mark| (mark, what))).collect()
});

pub(super) const CAPTCHA: &str = "a captcha";

fn list(file: &'static str, name: &str) -> Vec<&'static str> {
    section(file, name).flat_map(parts).collect()
}

/// The lines below `[name]`, without comments.
fn section(file: &'static str, name: &str) -> impl Iterator<Item = &'static str> {
    let of_name =
        move |line: &&str| line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) == Some(name);
    let start = file.lines().position(|line| of_name(&line)).map_or(usize::MAX, |at| at + 1);
    let within = file.lines().skip(start).take_while(|line| !line.starts_with('['));
    within.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn parts(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split(" | ").map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::super::page::folded;
    use super::*;

    #[test]
    fn every_list_holds_words_as_pages_are_read() {
        for (name, words) in all() {
            assert!(!words.is_empty(), "{name} is empty");
            let mut known = std::collections::BTreeSet::new();
            for word in words.iter() {
                assert_eq!(*word, folded(word), "in {name}");
                assert!(!word.is_empty() && known.insert(word), "twice in {name}: {word}");
            }
        }
    }

    #[test]
    fn marks_of_challenges_say_whose_they_are() {
        assert!(BOT_MARKUP.contains(&("px-captcha", "a challenge of HUMAN (PerimeterX)")));
        assert!(BOT_MARKUP.contains(&("g-recaptcha", CAPTCHA)));
        assert!(BOT_MARKUP.iter().all(|(mark, _)| *mark == folded(mark) && mark.len() > 4));
    }
}
