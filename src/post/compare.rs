//! How two texts differ, word by word, for somebody who looks at what was changed.
//!
//! First the lines are found that both have, then, between these, the words: a shortest edit script each time, after Myers, “An
//! O(ND) Difference Algorithm and Its Variations” (1986). Texts that share too little are shown as replaced: nobody reads a
//! thousand small differences.

use crate::outside::db::words;

words! {
    pub enum Change {
        Same "same",
        Removed "removed",
        Added "added",
    }
}

/// A stretch of text that stayed, went or came.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Run {
    pub change: Change,
    pub text: String,
}

/// What stayed and went makes the old text, what stayed and came the new one.
pub fn compare(old: &str, new: &str) -> Vec<Run> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut runs = Runs::default();
    for piece in pieces(&old, &new) {
        match piece {
            Piece::Same(lines) => runs.add(Change::Same, &lines.concat()),
            Piece::Other(gone, come) => by_words(&mut runs, &gone.concat(), &come.concat()),
        }
    }
    tidied(runs.0)
}

/// Most differences that are looked for among lines, and among words.
const MOST: usize = 600;

fn by_words(runs: &mut Runs, old: &str, new: &str) {
    let (old, new) = (tokens(old), tokens(new));
    for piece in pieces(&old, &new) {
        match piece {
            Piece::Same(words) => runs.add(Change::Same, &words.concat()),
            Piece::Other(gone, come) => {
                runs.add(Change::Removed, &gone.concat());
                runs.add(Change::Added, &come.concat());
            }
        }
    }
}

/// Words, white space, and every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || matches!(c, '\'' | '’') => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let (mut tokens, mut from, mut last) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        let kind = kind(c);
        if last.is_some_and(|last| last != kind || kind == 2) {
            tokens.push(&text[from..at]);
            from = at;
        }
        last = Some(kind);
    }
    if from < text.len() {
        tokens.push(&text[from..]);
    }
    tokens
}

enum Piece<'a, 'b> {
    Same(&'a [&'b str]),
    Other(&'a [&'b str], &'a [&'b str]),
}

fn pieces<'a, 'b>(old: &'a [&'b str], new: &'a [&'b str]) -> Vec<Piece<'a, 'b>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_mid, new_mid) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);

    let mut pieces = vec![Piece::Same(&old[..head])];
    let (mut a, mut b) = (0, 0);
    for (x, y, length) in shared(old_mid, new_mid) {
        pieces.push(Piece::Other(&old_mid[a..x], &new_mid[b..y]));
        pieces.push(Piece::Same(&old_mid[x..x + length]));
        (a, b) = (x + length, y + length);
    }
    pieces.push(Piece::Other(&old_mid[a..], &new_mid[b..]));
    pieces.push(Piece::Same(&old_rest[old_rest.len() - tail..]));
    pieces
}

/// Stretches of a shortest edit script that both have: place in the one, place in the other, length. None at all where the
/// script would be too long.
fn shared(old: &[&str], new: &[&str]) -> Vec<(usize, usize, usize)> {
    let (n, m) = (old.len() as isize, new.len() as isize);
    let most = MOST.min(old.len() + new.len()) as isize;
    // reach[k]: how far into the old text the furthest path on diagonal k (old − new) has come.
    let place = |k: isize| (k + most + 1) as usize;
    let mut reach = vec![0_isize; 2 * most as usize + 3];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    for d in 0..=most {
        trace.push(reach[place(-d - 1)..=place(d + 1)].to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || k != d && reach[place(k - 1)] < reach[place(k + 1)];
            let mut x = if down { reach[place(k + 1)] } else { reach[place(k - 1)] + 1 };
            let mut y = x - k;
            while x < n && y < m && x >= 0 && y >= 0 && old[x as usize] == new[y as usize] {
                (x, y) = (x + 1, y + 1);
            }
            reach[place(k)] = x;
            if x >= n && y >= m {
                return walked_back(&trace, d, (n, m));
            }
        }
    }
    Vec::new()
}

/// The way that led to the end, from the furthest reaches noted before each step.
fn walked_back(trace: &[Vec<isize>], steps: isize, end: (isize, isize)) -> Vec<(usize, usize, usize)> {
    let (mut x, mut y) = end;
    let mut found = Vec::new();
    for d in (0..=steps).rev() {
        let reach = |k: isize| trace[d as usize][(k + d + 1) as usize];
        let k = x - y;
        let down = k == -d || k != d && reach(k - 1) < reach(k + 1);
        let from = if d == 0 {
            (0, 0)
        } else if down {
            (reach(k + 1), reach(k + 1) - (k + 1))
        } else {
            (reach(k - 1), reach(k - 1) - (k - 1))
        };
        let start = match (d, down) {
            (0, _) => from,
            (_, true) => (from.0, from.1 + 1),
            (_, false) => (from.0 + 1, from.1),
        };
        if x > start.0 {
            found.push((start.0 as usize, start.1 as usize, (x - start.0) as usize));
        }
        (x, y) = from;
    }
    found.reverse();
    found
}

#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn add(&mut self, change: Change, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.change == change => last.text.push_str(text),
            _ => self.0.push(Run { change, text: text.to_owned() }),
        }
    }
}

/// Words that changed one after another are one change, though the spaces between them stayed.
fn tidied(runs: Vec<Run>) -> Vec<Run> {
    let mut tidy = Runs::default();
    let (mut removed, mut added) = (String::new(), String::new());
    let mut rest = runs.into_iter().peekable();
    while let Some(run) = rest.next() {
        let space = run.text.trim().is_empty() && !run.text.contains('\n');
        let between = !(removed.is_empty() && added.is_empty()) && rest.peek().is_some();
        match run.change {
            Change::Removed => removed.push_str(&run.text),
            Change::Added => added.push_str(&run.text),
            Change::Same if space && between => {
                removed.push_str(&run.text);
                added.push_str(&run.text);
            }
            Change::Same => {
                tidy.add(Change::Removed, &std::mem::take(&mut removed));
                tidy.add(Change::Added, &std::mem::take(&mut added));
                tidy.add(Change::Same, &run.text);
            }
        }
    }
    tidy.add(Change::Removed, &removed);
    tidy.add(Change::Added, &added);
    tidy.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(old: &str, new: &str) -> String {
        let run = |run: &Run| match run.change {
            Change::Same => run.text.clone(),
            Change::Removed => format!("[-{}-]", run.text),
            Change::Added => format!("[+{}+]", run.text),
        };
        compare(old, new).iter().map(run).collect()
    }

    #[test]
    fn differences_are_told_by_the_word() {
        let check = |old, new, expected| assert_eq!(shown(old, new), expected);
        check("", "", "");
        check("The tide.", "The tide.", "The tide.");
        check("", "The tide.", "[+The tide.+]");
        check("The tide turns.", "The tide returns.", "The tide [-turns-][+returns+].");
        check(
            "It runs every ten minutes.",
            "It runs at nine minutes.",
            "It runs [-every ten-][+at nine+] minutes.",
        );
        check("One.\n\nTwo.\n\nThree.\n", "One.\n\nThree.\n", "One.\n\n[-Two.\n\n-]Three.\n");
        check(
            "One.\n\nThree.\n",
            "One.\n\nTwo, at last.\n\nThree.\n",
            "One.\n\n[+Two, at last.\n\n+]Three.\n",
        );
        check("a b c d e", "a c d x e", "a [-b -]c d[+ x+] e");
        check("Der Überfluß", "Der Überfluss", "Der [-Überfluß-][+Überfluss+]");
    }

    #[test]
    fn texts_that_share_little_are_replaced() {
        let (old, new) = ("a b ".repeat(3000), "c\nd ".repeat(3000));
        let runs = compare(&old, &new);
        assert!(runs.len() < 10, "{}", runs.len());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_made_up(old in "([ab]| |\n|é|, ){0,40}", new in "([ab]| |\n|é|, ){0,40}") {
            let runs = compare(&old, &new);
            let side = |gone| runs.iter().filter(|r| r.change != gone).map(|r| r.text.as_str()).collect::<String>();
            prop_assert_eq!(side(Change::Added), old);
            prop_assert_eq!(side(Change::Removed), new);
        }
    }
}
