//! What a page draws, as words: where a string stands beside the one before tells a letter from a word, and a line from a paragraph.

use super::font::Font;
use super::object::{Dict, File, Object, Reader};
use std::collections::HashMap;
use std::rc::Rc;

const MOST_STEPS: usize = 2_000_000;
/// Forms within forms.
const DEEPEST: usize = 5;

/// A matrix: a b c d e f.
type Matrix = [f64; 6];
const SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// The words so far.
#[derive(Default)]
pub(super) struct Written {
    text: String,
    /// Where the last string ended, and how large it was.
    last: Option<(f64, f64, f64)>,
    steps: usize,
    /// By their numbers: the next page writes in the same ones.
    fonts: HashMap<u32, Rc<Font>>,
}

impl Written {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Words that a line broke are one again, and say so.
    pub(super) fn finish(self) -> String {
        let mut out = String::with_capacity(self.text.len());
        for line in self.text.lines() {
            out.push_str(line.trim());
            out.push('\n');
        }
        out.trim().to_owned()
    }

    fn put(&mut self, words: &str, x: f64, y: f64, size: f64) {
        let Some((end, line, before)) = self.last else { return self.text.push_str(words) };
        let high = size.max(before).max(0.1);
        if (y - line).abs() > high * 0.5 {
            let far = (line - y) > high * 1.7 || y > line;
            match far {
                true => self.breaks("\n\n"),
                false => self.goes_on(words),
            }
        } else if (x - end > high * 0.17 || x < end - high * 2.0) && !self.text.ends_with(char::is_whitespace)
        {
            self.text.push(' ');
        }
        self.text.push_str(words);
    }

    fn goes_on(&mut self, next: &str) {
        let broken = self.text.ends_with('-') && next.starts_with(char::is_lowercase);
        let letter = self.text.chars().rev().nth(1).is_some_and(char::is_alphabetic);
        if broken && letter {
            self.text.pop();
            self.text.push('\u{ad}');
        } else if !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    fn breaks(&mut self, with: &str) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.truncate(self.text.trim_end().len());
            self.text.push_str(with);
        }
    }
}

pub(super) fn page(file: &File, page: &Dict, written: &mut Written) {
    written.breaks("\n\n");
    written.last = None;
    let mut data = Vec::new();
    match file.get(page.get("Contents")) {
        Object::Array(parts) => {
            for part in parts.iter().take(1000) {
                data.extend(file.data(&file.get(Some(part))));
                data.push(b'\n');
            }
        }
        one => data = file.data(&one),
    }
    let resources = file.get(page.get("Resources")).dict();
    draw(file, &data, &resources, SAME, 0, written);
}

#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    leading: f64,
    letter: f64,
    word: f64,
    scale: f64,
}

fn draw(file: &File, data: &[u8], resources: &Dict, at: Matrix, depth: usize, written: &mut Written) {
    let mut reader = Reader { bytes: data, at: 0 };
    let known = file.get(resources.get("Font")).dict();
    let forms = file.get(resources.get("XObject")).dict();
    let mut fonts: HashMap<String, Rc<Font>> = HashMap::new();
    let (mut text, mut line) = (SAME, SAME);
    let mut state =
        State { page: at, font: None, size: 0.0, leading: 0.0, letter: 0.0, word: 0.0, scale: 1.0 };
    let (mut saved, mut given): (Vec<State>, Vec<Object>) = (Vec::new(), Vec::new());
    while let Some(object) = reader.object(0) {
        written.steps += 1;
        if written.steps > MOST_STEPS {
            return;
        }
        let Object::Word(word) = &object else {
            if given.len() < 1000 {
                given.push(object);
            }
            continue;
        };
        let n = |at: usize| given.get(at).and_then(Object::number).unwrap_or(0.0);
        match word.as_str() {
            "q" if saved.len() < 100 => saved.push(state.clone()),
            "Q" => state = saved.pop().unwrap_or(state),
            "cm" => state.page = times([n(0), n(1), n(2), n(3), n(4), n(5)], state.page),
            "BT" => (text, line) = (SAME, SAME),
            "Tf" => {
                let name = given.first().map(|name| name.name().to_owned()).unwrap_or_default();
                state.size = n(1);
                state.font = Some(match fonts.get(&name) {
                    Some(font) => font.clone(),
                    None => {
                        let font = font(file, known.get(&name), written);
                        fonts.insert(name, font.clone());
                        font
                    }
                });
            }
            "TL" => state.leading = n(0),
            "Tc" => state.letter = n(0),
            "Tw" => state.word = n(0),
            "Tz" => state.scale = n(0) / 100.0,
            "Td" | "TD" => {
                if word == "TD" {
                    state.leading = -n(1);
                }
                line = times([1.0, 0.0, 0.0, 1.0, n(0), n(1)], line);
                text = line;
            }
            "Tm" => {
                line = [n(0), n(1), n(2), n(3), n(4), n(5)];
                text = line;
            }
            "T*" | "'" | "\"" => {
                line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                text = line;
                if word == "\"" {
                    (state.word, state.letter) = (n(0), n(1));
                }
                if let Some(Object::Text(words)) = given.last() {
                    text = show(words, &state, text, written);
                }
            }
            "Tj" => {
                if let Some(Object::Text(words)) = given.last() {
                    text = show(words, &state, text, written);
                }
            }
            "TJ" => {
                let Some(Object::Array(parts)) = given.last() else { continue };
                for part in parts {
                    match part {
                        Object::Text(words) => text = show(words, &state, text, written),
                        Object::Number(back) => {
                            let along = -back / 1000.0 * state.size * state.scale;
                            text = times([1.0, 0.0, 0.0, 1.0, along, 0.0], text);
                        }
                        _ => {}
                    }
                }
            }
            "Do" if depth < DEEPEST => {
                let form = file.get(forms.get(given.first().map(Object::name).unwrap_or_default()));
                let Object::Stream(about, ..) = &form else { continue };
                if about.get("Subtype").map(Object::name) == Some("Form") {
                    let own = file.get(about.get("Resources")).dict();
                    let own = if own.is_empty() { resources.clone() } else { own };
                    draw(file, &file.data(&form), &own, state.page, depth + 1, written);
                }
            }
            // A picture within the page: its bytes are no words.
            "ID" => {
                let rest = &data[reader.at.min(data.len())..];
                let end = rest.windows(3).position(|w| w[0].is_ascii_whitespace() && &w[1..] == b"EI");
                reader.at += end.map_or(rest.len(), |end| end + 3);
            }
            _ => {}
        }
        given.clear();
    }
}

fn font(file: &File, object: Option<&Object>, written: &mut Written) -> Rc<Font> {
    let Some(Object::Ref(number)) = object else { return Rc::new(Font::of(file, &file.get(object).dict())) };
    if let Some(font) = written.fonts.get(number) {
        return font.clone();
    }
    let font = Rc::new(Font::of(file, &file.get(object).dict()));
    written.fonts.insert(*number, font.clone());
    font
}

/// Writes a string down, and gives back where the next one stands.
fn show(words: &[u8], state: &State, text: Matrix, written: &mut Written) -> Matrix {
    let Some(font) = &state.font else { return text };
    let (mut said, mut along) = (String::new(), 0.0);
    for (characters, width, space) in font.read(words) {
        said.push_str(&characters);
        along +=
            (width / 1000.0 * state.size + state.letter + if space { state.word } else { 0.0 }) * state.scale;
    }
    let start = times(text, state.page);
    let next = times([1.0, 0.0, 0.0, 1.0, along, 0.0], text);
    let end = times(next, state.page);
    let size = state.size.abs() * (start[2].hypot(start[3]));
    // Along the line of writing and across it, whichever way the page is turned.
    let turn = start[1].atan2(start[0]);
    let turned = |m: Matrix| (m[4] * turn.cos() + m[5] * turn.sin(), m[5] * turn.cos() - m[4] * turn.sin());
    let ((x, y), (to, _)) = (turned(start), turned(end));
    let said: String = said.chars().filter(|c| !c.is_control()).collect();
    if !said.is_empty() && [x, y, to, size].iter().all(|n| n.is_finite()) {
        written.put(&said, x, y, size);
        written.last = Some((to, y, size));
    }
    next
}

fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}
