//! Emoji at the beginning of a paragraph: they stay, and are nobody's name.

/// Whether these characters open with an emoji.
pub(crate) fn opens(chars: &[char]) -> bool {
    let rest: Vec<char> =
        chars.iter().copied().skip_while(|c| c.is_whitespace() || is_direction(*c)).take(3).collect();
    let Some(&first) = rest.first() else { return false };
    let as_emoji = rest[1..].iter().any(|c| matches!(c, '\u{fe0f}' | '\u{20e3}'));
    is_emoji(first) || (as_emoji && !first.is_alphabetic())
}

/// How many characters the emoji take that these open with, and the space after them.
pub(crate) fn leading(chars: &[char]) -> usize {
    let mut end = 0;
    while opens(&chars[end..]) {
        let start = end + chars[end..].iter().take_while(|c| c.is_whitespace() || is_direction(**c)).count();
        end = start + 1;
        end += chars[end..].iter().take_while(|c| goes_on(**c)).count();
    }
    match end {
        0 => 0,
        _ => end + chars[end..].iter().take_while(|c| c.is_whitespace()).count(),
    }
}

fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b55}' | '\u{231a}' | '\u{231b}'
        | '\u{23e9}'..='\u{23fa}' | '\u{203c}' | '\u{2049}')
}

/// Joiners, variants, skin tones, keycaps: part of the emoji before them.
fn goes_on(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Marks of writing direction.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_passed_whole() {
        let check = |text: &str, rest: &str| {
            let chars: Vec<char> = text.chars().collect();
            let length = leading(&chars);
            assert_eq!(chars[length..].iter().collect::<String>(), rest, "{text}");
            assert_eq!(length > 0, opens(&chars), "{text}");
        };
        check("❓ Question: when?", "Question: when?");
        check("☝️Ida: now", "Ida: now");
        check("👩🏽‍🔧 🔹 Ida: now", "Ida: now");
        check("1️⃣ one", "one");
        check("🇧🇷 Ida", "Ida");
        check("Ida 🚢", "Ida 🚢");
        check("1 one", "1 one");
        check("", "");
    }
}
