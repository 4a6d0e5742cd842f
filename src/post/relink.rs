//! Putting another address in the place of one that a text cites. Pure; nothing else of the text changes.

/// The text with every link to a source led elsewhere, and how many there were. `from` is the source's canonical address.
pub fn relink(markdown: &str, from: &str, to: &str) -> (String, usize) {
    let (mut out, mut rest, mut links) = (String::with_capacity(markdown.len()), markdown, 0);
    while let Some(start) = next_address(rest) {
        let (before, address) = rest.split_at(start);
        out.push_str(before);
        let length = length(address);
        let typed = &address[..length];
        match markup::url::canonical(&typed.replace("&amp;", "&")).as_deref() == Some(from) {
            true => {
                out.push_str(to);
                links += 1;
            }
            false => out.push_str(typed),
        }
        rest = &address[length..];
    }
    out.push_str(rest);
    (out, links)
}

fn next_address(text: &str) -> Option<usize> {
    let schemes = ["http://", "https://", "HTTP://", "HTTPS://", "Http://", "Https://"];
    schemes.iter().filter_map(|scheme| text.find(scheme)).min()
}

/// Where an address ends that stands in Markdown: at white space or at what closes it. Brackets that it opened itself belong to it.
fn length(text: &str) -> usize {
    let mut open = 0_usize;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        let closed = match c {
            '(' => {
                open += 1;
                false
            }
            ')' if open > 0 => {
                open -= 1;
                false
            }
            ')' | '<' | '>' | '"' | ']' | '|' | '`' => true,
            c => c.is_whitespace() || c.is_control(),
        };
        if closed {
            end = at;
            break;
        }
    }
    // A stop behind a bare address ends the sentence.
    text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']).len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OLD: &str = "https://quay.example/old";
    const NEW: &str = "https://quay.example/new";

    #[track_caller]
    fn check(before: &str, after: &str, links: usize) {
        let from = markup::url::canonical(OLD).unwrap();
        assert_eq!(relink(before, &from, NEW), (after.to_owned(), links));
    }

    #[test]
    fn only_the_link_changes() {
        check(&format!("See [it]({OLD})."), &format!("See [it]({NEW})."), 1);
        check(&format!("See [it]({OLD} \"not kept\")."), &format!("See [it]({NEW} \"not kept\")."), 1);
        check(&format!("{OLD}\n\nand <{OLD}>, {OLD}."), &format!("{NEW}\n\nand <{NEW}>, {NEW}."), 3);
        check(&format!("[it]: {OLD}\n"), &format!("[it]: {NEW}\n"), 1);
        check(&format!("<!-- source: {OLD} -->"), &format!("<!-- source: {NEW} -->"), 1);
        check("See [it](HTTPS://QUAY.example/old?utm_source=x#top).", &format!("See [it]({NEW})."), 1);
        check(
            "[it](https://quay.example/older) [it](https://quay.example/old/er)",
            "[it](https://quay.example/older) [it](https://quay.example/old/er)",
            0,
        );
        check("[it](https://quay.example/old_(1))", "[it](https://quay.example/old_(1))", 0);
        check("No address: https:// and http://[", "No address: https:// and http://[", 0);
    }

    proptest! {
        #[test]
        fn a_text_without_the_address_stays(text in "\\PC{0,200}") {
            prop_assert_eq!(relink(&text, OLD, NEW), (text, 0));
        }

        #[test]
        fn every_link_is_found(words in "[a-z ]{0,40}", n in 1_usize..5) {
            let text = format!("{words} [x]({OLD}) ").repeat(n);
            prop_assert_eq!(relink(&text, OLD, NEW), (text.replace(OLD, NEW), n));
        }
    }
}
