//! Items that follow each other → lists in lists.

use std::collections::VecDeque;

use super::block::{Block, Item, List, Marker};

/// Lists deeper than this are laid flat.
const DEEPEST: usize = 8;

pub(super) fn gather(blocks: Vec<Block>) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    let mut run: Vec<Item> = Vec::new();
    for block in blocks {
        match block {
            Block::Item(item) => run.push(item),
            other => {
                assemble(std::mem::take(&mut run), &mut out);
                out.push(other);
            }
        }
    }
    assemble(run, &mut out);
    out
}

fn assemble(run: Vec<Item>, out: &mut Vec<Block>) {
    let numbers: Vec<Option<(usize, u32, char)>> = run.iter().map(number).collect();
    let mut list: Vec<Item> = Vec::new();
    for (i, item) in run.into_iter().enumerate() {
        let follows = |(indent, n, delimiter): (usize, u32, char)| {
            let (before, after) = (n.checked_sub(1), n.checked_add(1));
            let neighbours =
                numbers[..i].iter().rev().flatten().take(1).chain(numbers[i + 1..].iter().flatten().take(1));
            neighbours
                .filter(|(d, _, c)| *d == indent && *c == delimiter)
                .any(|(_, m, _)| Some(*m) == before || Some(*m) == after)
        };
        match item.marker {
            Marker::Number { sure: false, .. } if !numbers[i].is_some_and(follows) => {
                nest_all(std::mem::take(&mut list), out);
                out.extend(as_words(item));
            }
            _ => list.push(item),
        }
    }
    nest_all(list, out);
}

fn number(item: &Item) -> Option<(usize, u32, char)> {
    match item.marker {
        Marker::Number { n, delimiter, .. } => Some((item.indent, n, delimiter)),
        Marker::Bullet { .. } => None,
    }
}

/// The item with its marker as words: `1945. The harbour …` is no list.
fn as_words(mut item: Item) -> Vec<Block> {
    if let Some(Block::Paragraph(words)) = item.blocks.first_mut() {
        words.glyphs.splice(0..0, item.lead);
    }
    item.blocks
}

fn nest_all(items: Vec<Item>, out: &mut Vec<Block>) {
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut queue = VecDeque::with_capacity(items.len());
    for item in items {
        let inner = matches!(item.marker, Marker::Bullet { inner: true });
        while open.last().is_some_and(|(indent, _)| *indent > item.indent) {
            open.pop();
        }
        match open.last() {
            Some((indent, was_inner)) if *indent == item.indent && inner == *was_inner => {}
            Some((indent, _)) if *indent == item.indent && !inner => {
                open.pop();
                if open.last().is_none_or(|(indent, _)| *indent < item.indent) {
                    open.push((item.indent, inner));
                }
            }
            _ => open.push((item.indent, inner)),
        }
        queue.push_back(((open.len() - 1).min(DEEPEST), item));
    }
    out.extend(nest(&mut queue, 0));
}

fn nest(queue: &mut VecDeque<(usize, Item)>, depth: usize) -> Vec<Block> {
    let mut lists: Vec<List> = Vec::new();
    while let Some((at, _)) = queue.front()
        && *at >= depth
    {
        if *at > depth
            && let Some(item) = lists.last_mut().and_then(|l| l.items.last_mut())
        {
            item.extend(nest(queue, depth + 1));
            continue;
        }
        let Some((_, item)) = queue.pop_front() else { break };
        let number = number(&item).map(|(_, n, delimiter)| (n, delimiter));
        match lists.last_mut() {
            Some(list) if goes_on(list, number) => list.items.push(item.blocks),
            _ => lists.push(List { number, items: vec![item.blocks] }),
        }
    }
    lists.into_iter().map(Block::List).collect()
}

fn goes_on(list: &List, number: Option<(u32, char)>) -> bool {
    match (list.number, number) {
        (None, None) => true,
        (Some((first, a)), Some((n, b))) => {
            a == b && u64::from(n) == u64::from(first) + list.items.len() as u64
        }
        _ => false,
    }
}
