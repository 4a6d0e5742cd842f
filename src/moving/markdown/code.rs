//! Where code stands in Markdown: nothing in it is replaced. Pure.

pub(super) fn opens(line: &str) -> Option<String> {
    let start = line.trim_start_matches([' ', '>']);
    let mark = start.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = start.chars().take_while(|c| *c == mark).count();
    let info = &start[length..];
    (length >= 3 && !(mark == '`' && info.contains('`'))).then(|| start[..length].to_owned())
}

pub(super) fn closes(line: &str, open: &str) -> bool {
    let start = line.trim_start_matches([' ', '>']).trim_end();
    start.len() >= open.len() && start.chars().all(|c| open.starts_with(c))
}

pub(super) fn span_length(text: &str, ticks: usize) -> Option<usize> {
    let paragraph = text.find("\n\n").unwrap_or(text.len());
    let mut from = ticks;
    while let Some(at) = text[from..paragraph].find('`').map(|at| at + from) {
        let run = text[at..].bytes().take_while(|b| *b == b'`').count();
        if run == ticks {
            return Some(at + run);
        }
        from = at + run;
    }
    None
}
