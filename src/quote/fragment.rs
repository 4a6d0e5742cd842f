//! The living page at the very words: a text fragment (`#:~:text=…`) of what was found in a copy. A browser that does not
//! know it, or does not find the words, opens the page at its top.

use super::Passage;

/// The address of the page, leading to the words. Words within one block stand whole; longer ones, and those of several
/// blocks, are told by how they begin and end.
pub fn to_the_words(url: &str, passage: &Passage) -> String {
    let Some(words) = directive(passage) else { return url.to_owned() };
    let joint = if url.contains('#') { "" } else { "#" };
    format!("{url}{joint}:~:text={words}")
}

/// Longer than this they are told by their ends.
const WHOLE: usize = 300;
/// Words of either end.
const END: usize = 6;
/// Fewer words than this may stand in many places: those before them are told too.
const FEW: usize = 4;

fn directive(passage: &Passage) -> Option<String> {
    let blocks: Vec<Vec<&str>> = blocks(&passage.quoted).filter(|words| !words.is_empty()).collect();
    let (first, last) = (blocks.first()?, blocks.last()?);
    let whole = first.join(" ");
    if blocks.len() > 1 || whole.chars().count() > WHOLE && first.len() > 2 * END {
        let (start, end) = (&first[..first.len().min(END)], &last[last.len().saturating_sub(END)..]);
        return Some(format!("{},{}", encoded(&start.join(" ")), encoded(&end.join(" "))));
    }
    let before = blocks_of_end(&passage.before, &passage.quoted);
    let before = &before[before.len().saturating_sub(FEW)..];
    Some(match first.len() < FEW && !before.is_empty() {
        true => format!("{}-,{}", encoded(&before.join(" ")), encoded(&whole)),
        false => encoded(&whole),
    })
}

/// Blocks of a text end with its lines, cells with a tab.
fn blocks(text: &str) -> impl DoubleEndedIterator<Item = Vec<&str>> {
    text.split(['\n', '\t']).map(|block| block.split_whitespace().collect())
}

/// The words of the block that goes on with `next`.
fn blocks_of_end<'a>(before: &'a str, next: &str) -> Vec<&'a str> {
    // A word that was cut in two is none that a page could be searched for.
    let parted = before.ends_with(char::is_whitespace) || next.starts_with(char::is_whitespace);
    blocks(before).next_back().filter(|_| parted).unwrap_or_default()
}

/// What means something in a directive is encoded like everything that is no plain letter.
fn encoded(words: &str) -> String {
    let mut out = String::new();
    for byte in words.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~') => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, quoted: &str, expected: &str) {
        let passage = Passage {
            before: before.into(),
            quoted: quoted.into(),
            after: String::new(),
            more_before: false,
            more_after: false,
        };
        assert_eq!(
            to_the_words("https://quay.example/log", &passage),
            format!("https://quay.example/log{expected}")
        );
    }

    #[test]
    fn words_are_led_to_where_they_stand() {
        check("Each night ", "the lamps are lit", "#:~:text=the%20lamps%20are%20lit");
        check("", "half-lit, wind & rain", "#:~:text=half%2Dlit%2C%20wind%20%26%20rain");
        check("", "früh 早い", "#:~:text=fr%C3%BCh%20%E6%97%A9%E3%81%84");
        check("Each night the lamps ", "are lit", "#:~:text=Each%20night%20the%20lamps-,are%20lit");
        check("A heading\n", "are lit", "#:~:text=are%20lit");
        check("un", "lit lamps", "#:~:text=lit%20lamps");
        check("", "", "");
        check("", " \n\t ", "");
    }

    #[test]
    fn words_of_several_blocks_are_told_by_their_ends() {
        check("", "one two three\nfour five", "#:~:text=one%20two%20three,four%20five");
        let long = "word ".repeat(100);
        let six = ["word"; 6].join("%20");
        check("", &long, &format!("#:~:text={six},{six}"));
    }

    #[test]
    fn a_fragment_that_is_there_stays() {
        let passage = Passage {
            before: String::new(),
            quoted: "the lamps are lit".into(),
            after: String::new(),
            more_before: false,
            more_after: false,
        };
        assert_eq!(
            to_the_words("https://quay.example/#!log", &passage),
            "https://quay.example/#!log:~:text=the%20lamps%20are%20lit"
        );
    }
}
