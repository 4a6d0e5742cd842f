//! What a PDF is made of: objects under numbers, found by looking through the file rather than by its index, which is where most
//! damaged files are damaged.

use flate2::read::ZlibDecoder;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Object {
    #[default]
    Null,
    Number(f64),
    Name(String),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// A stream's dictionary, and where its data stand.
    Stream(Dict, usize, usize),
    Ref(u32),
    /// A word of a content stream.
    Word(String),
}

pub(super) type Dict = BTreeMap<String, Object>;

impl Object {
    pub(super) fn dict(self) -> Dict {
        match self {
            Object::Dict(dict) | Object::Stream(dict, ..) => dict,
            _ => Dict::default(),
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        if let Object::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn name(&self) -> &str {
        if let Object::Name(name) = self { name } else { "" }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        if let Object::Text(bytes) = self { bytes } else { &[] }
    }
}

/// What is read of all streams together, and what they unpack to.
const MOST_UNPACKED: usize = 128 << 20;
const MOST_OBJECTS: usize = 200_000;
const DEEPEST: usize = 40;

pub(super) struct File<'a> {
    bytes: &'a [u8],
    /// Where each object starts; the last of a number is the one in force.
    starts: HashMap<u32, usize>,
    /// Objects that were packed into streams.
    packed: HashMap<u32, Object>,
    ends: Vec<usize>,
    left: Cell<usize>,
    known: RefCell<HashMap<u32, Object>>,
    pub(super) trailer: Dict,
}

impl<'a> File<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> File<'a> {
        let mut file = File {
            bytes,
            starts: starts(bytes),
            packed: HashMap::new(),
            ends: places(bytes, b"endstream"),
            left: Cell::new(MOST_UNPACKED),
            known: RefCell::default(),
            trailer: Dict::default(),
        };
        for at in places(bytes, b"trailer") {
            let dict = Reader { bytes, at: at + 7 }.object(0).unwrap_or_default().dict();
            file.trailer.extend(dict);
        }
        let mut numbers: Vec<(usize, u32)> = file.starts.iter().map(|(number, at)| (*at, *number)).collect();
        numbers.sort_unstable();
        for (_, number) in numbers {
            let object = file.number(number);
            let Object::Stream(dict, ..) = &object else {
                let dict = object.dict();
                if dict.get("Type").is_some_and(|kind| kind.name() == "Catalog") {
                    file.trailer.entry("Root".into()).or_insert(Object::Ref(number));
                }
                continue;
            };
            match dict.get("Type").map(Object::name) {
                Some("XRef") => {
                    for name in ["Root", "Info", "Encrypt"] {
                        if let Some(value) = dict.get(name) {
                            file.trailer.insert(name.into(), value.clone());
                        }
                    }
                }
                Some("ObjStm") => file.unpack(&object),
                _ => {}
            }
        }
        if let (None, Some((number, _))) = (
            file.trailer.get("Root"),
            file.packed.iter().find(|(_, object)| {
                matches!(object, Object::Dict(dict) if dict.get("Type").is_some_and(|t| t.name() == "Catalog"))
            }),
        ) {
            let root = Object::Ref(*number);
            file.trailer.insert("Root".into(), root);
        }
        file
    }

    /// What an object is, references followed.
    pub(super) fn get(&self, object: Option<&Object>) -> Object {
        let mut object = object.cloned().unwrap_or_default();
        for _ in 0..8 {
            let Object::Ref(number) = object else { return object };
            object = self.number(number);
        }
        Object::Null
    }

    fn number(&self, number: u32) -> Object {
        if let Some(known) = self.known.borrow().get(&number) {
            return known.clone();
        }
        let object = match self.starts.get(&number) {
            Some(at) => self.read(*at),
            None => self.packed.get(&number).cloned().unwrap_or_default(),
        };
        self.known.borrow_mut().insert(number, object.clone());
        object
    }

    fn read(&self, at: usize) -> Object {
        let mut reader = Reader { bytes: self.bytes, at };
        let object = reader.object(0).unwrap_or_default();
        reader.skip();
        match (object, self.bytes[reader.at..].starts_with(b"stream")) {
            (Object::Dict(dict), true) => {
                let mut start = reader.at + 6;
                start += usize::from(self.bytes.get(start) == Some(&b'\r'));
                start += usize::from(self.bytes.get(start) == Some(&b'\n'));
                // What it says of its length is often wrong; where it ends is told.
                let next = self.ends.partition_point(|end| *end < start);
                let end = self.ends.get(next).copied().unwrap_or(self.bytes.len());
                let said =
                    dict.get("Length").and_then(Object::number).map(|n| start.saturating_add(n as usize));
                let end = said
                    .filter(|said| {
                        let after = self.bytes.get(*said..).unwrap_or_default().trim_ascii_start();
                        after.starts_with(b"endstream")
                    })
                    .unwrap_or(end);
                Object::Stream(dict, start, end.max(start))
            }
            (object, _) => object,
        }
    }

    /// The data of a stream, its filters undone; as far as they are known and there is room.
    pub(super) fn data(&self, stream: &Object) -> Vec<u8> {
        let Object::Stream(dict, start, end) = stream else { return Vec::new() };
        let data = self.bytes.get(*start..*end).unwrap_or_default();
        let Some(left) = self.left.get().checked_sub(data.len()) else { return Vec::new() };
        self.left.set(left);
        let mut data = data.to_vec();
        let list = |object: Object| match object {
            Object::Array(all) => all,
            Object::Null => Vec::new(),
            one => vec![one],
        };
        let filters = list(self.get(dict.get("Filter")));
        let parameters = list(self.get(dict.get("DecodeParms")));
        for (at, filter) in filters.iter().enumerate().take(4) {
            data = match self.get(Some(filter)).name() {
                "FlateDecode" | "Fl" => {
                    let mut out = Vec::new();
                    // As much as came whole is better than nothing.
                    let _ = ZlibDecoder::new(&data[..]).take(self.left.get() as u64).read_to_end(&mut out);
                    self.left.set(self.left.get() - out.len());
                    unpredicted(out, &self.get(parameters.get(at)).dict())
                }
                "ASCIIHexDecode" | "AHx" => hex(&data),
                "ASCII85Decode" | "A85" => ascii85(&data),
                _ => return Vec::new(),
            };
        }
        data
    }

    fn unpack(&mut self, stream: &Object) {
        let data = self.data(stream);
        let dict = stream.clone().dict();
        let number = |name: &str| self.get(dict.get(name)).number().unwrap_or(0.0) as usize;
        let (count, first) = (number("N").min(MOST_OBJECTS), number("First"));
        let mut head = Reader { bytes: &data, at: 0 };
        let mut places = Vec::new();
        for _ in 0..count {
            let (Some(Object::Number(number)), Some(Object::Number(at))) = (head.object(0), head.object(0))
            else {
                break;
            };
            places.push((number as u32, first.saturating_add(at as usize)));
        }
        for (number, at) in places {
            if self.packed.len() < MOST_OBJECTS && at < data.len() {
                let object = Reader { bytes: &data, at }.object(0).unwrap_or_default();
                self.packed.insert(number, object);
            }
        }
    }
}

/// `12 0 obj`: the number, and what stands behind it.
fn starts(bytes: &[u8]) -> HashMap<u32, usize> {
    let mut found = HashMap::new();
    for at in places(bytes, b" obj") {
        let head = &bytes[at.saturating_sub(16)..at];
        let digits = |text: &[u8]| text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let before = head[..head.len() - digits(head)].trim_ascii_end();
        let number = std::str::from_utf8(&before[before.len() - digits(before)..]).ok();
        if digits(head) > 0
            && let Some(Ok(number)) = number.map(str::parse)
            && found.len() < MOST_OBJECTS
        {
            found.insert(number, at + 4);
        }
    }
    found
}

fn places(bytes: &[u8], word: &[u8]) -> Vec<usize> {
    let first = word[0];
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| *b == first) {
        let at = from + at;
        if bytes[at..].starts_with(word) {
            found.push(at);
        }
        from = at + 1;
    }
    found
}

/// Reads objects and words one after another.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl Reader<'_> {
    pub(super) fn object(&mut self, depth: usize) -> Option<Object> {
        self.skip();
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let first = *rest.first()?;
        if depth > DEEPEST {
            self.at = self.bytes.len();
            return None;
        }
        match first {
            b'/' => {
                self.at += 1;
                Some(Object::Name(self.name()))
            }
            b'(' => Some(Object::Text(self.literal())),
            b'<' if rest.get(1) == Some(&b'<') => {
                self.at += 2;
                Some(Object::Dict(self.pairs(depth)))
            }
            b'<' => {
                let end = rest.iter().position(|b| *b == b'>').unwrap_or(rest.len());
                self.at += end + usize::from(end < rest.len());
                Some(Object::Text(hex(&rest[1..end])))
            }
            b'[' => {
                self.at += 1;
                let mut all = Vec::new();
                loop {
                    self.skip();
                    match self.bytes.get(self.at) {
                        Some(b']') => break self.at += 1,
                        None => break,
                        Some(_) => all.push(self.object(depth + 1)?),
                    }
                }
                Some(Object::Array(all))
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => Some(self.number_or_reference()),
            b']' | b'>' | b')' | b'{' | b'}' => {
                self.at += 1;
                Some(Object::Word(char::from(first).to_string()))
            }
            _ => {
                let end = rest.iter().position(|b| is_delimiter(*b)).unwrap_or(rest.len()).max(1);
                self.at += end;
                Some(match &rest[..end] {
                    b"null" => Object::Null,
                    word => Object::Word(String::from_utf8_lossy(word).into_owned()),
                })
            }
        }
    }

    /// Past white space and comments.
    pub(super) fn skip(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0c | 0 => self.at += 1,
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    fn pairs(&mut self, depth: usize) -> Dict {
        let mut dict = Dict::default();
        loop {
            self.skip();
            if self.bytes[self.at.min(self.bytes.len())..].starts_with(b">>") {
                self.at += 2;
                return dict;
            }
            match self.object(depth + 1) {
                Some(Object::Name(name)) => match self.object(depth + 1) {
                    // A name without a value.
                    Some(Object::Word(word)) if word == ">" => self.at -= 1,
                    Some(value) => drop(dict.insert(name, value)),
                    None => return dict,
                },
                Some(_) => {}
                None => return dict,
            }
        }
    }

    fn name(&mut self) -> String {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| is_delimiter(*b)).unwrap_or(rest.len());
        self.at += end;
        let mut out = Vec::with_capacity(end);
        let mut at = 0;
        while at < end {
            let code = rest.get(at + 1..(at + 3).min(end)).filter(|_| rest[at] == b'#');
            let code =
                code.and_then(|c| std::str::from_utf8(c).ok()).and_then(|c| u8::from_str_radix(c, 16).ok());
            out.push(code.unwrap_or(rest[at]));
            at += if code.is_some() { 3 } else { 1 };
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut open = 0;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'(' => {
                    open += 1;
                    if open > 1 {
                        out.push(byte);
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                    out.push(byte);
                }
                b'\\' => self.escaped(&mut out),
                byte => out.push(byte),
            }
        }
        out
    }

    fn escaped(&mut self, out: &mut Vec<u8>) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' | b'f' => out.push(b' '),
            b'\r' => self.at += usize::from(self.bytes.get(self.at) == Some(&b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.bytes.get(self.at) {
                        Some(digit @ b'0'..=b'7') => {
                            code = code * 8 + u32::from(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                out.push(code as u8);
            }
            byte => out.push(byte),
        }
    }

    fn number_or_reference(&mut self) -> Object {
        let number = self.digits();
        let after = self.at;
        if number >= 0.0 && number.fract() == 0.0 {
            self.skip();
            let generation = self.bytes.get(self.at).is_some_and(u8::is_ascii_digit);
            if generation {
                self.digits();
                self.skip();
                let ends = self.bytes.get(self.at + 1).is_none_or(|b| is_delimiter(*b));
                if self.bytes.get(self.at) == Some(&b'R') && ends {
                    self.at += 1;
                    return Object::Ref(number as u32);
                }
            }
        }
        self.at = after;
        Object::Number(number)
    }

    fn digits(&mut self) -> f64 {
        let rest = &self.bytes[self.at..];
        let part = |b: &u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
        let end = rest.iter().position(|b| !part(b)).unwrap_or(rest.len()).max(1);
        self.at += end;
        std::str::from_utf8(&rest[..end]).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
    }
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'\r'
            | b'\n'
            | 0x0c
            | 0
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

fn hex(text: &[u8]) -> Vec<u8> {
    let digits = text.iter().filter_map(|b| char::from(*b).to_digit(16)).collect::<Vec<_>>();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair.get(1).unwrap_or(&0)) as u8).collect()
}

fn ascii85(text: &[u8]) -> Vec<u8> {
    let (mut out, mut group) = (Vec::new(), Vec::new());
    for byte in text.iter().take_while(|b| **b != b'~') {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            out.extend(group85(&group));
            group.clear();
        }
    }
    if group.len() > 1 {
        let have = group.len();
        group.resize(5, 84);
        out.extend(&group85(&group)[..have - 1]);
    }
    out
}

fn group85(group: &[u32]) -> [u8; 4] {
    group.iter().fold(0u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(*digit)).to_be_bytes()
}

/// PNG predictors, by which packed objects are often written.
fn unpredicted(data: Vec<u8>, parameters: &Dict) -> Vec<u8> {
    let number = |name: &str, or: usize| {
        parameters.get(name).and_then(Object::number).map_or(or, |n| n.clamp(0.0, 1e6) as usize)
    };
    if number("Predictor", 1) < 10 {
        return data;
    }
    let bits = number("Colors", 1) * number("BitsPerComponent", 8);
    let (width, row) = (bits.div_ceil(8).max(1), (bits * number("Columns", 1)).div_ceil(8).max(1));
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    for line in data.chunks(row + 1) {
        let start = out.len();
        for (at, byte) in line[1..].iter().enumerate() {
            let left = if at >= width { out[start + at - width] } else { 0 };
            let up = if start >= row { out[start - row + at] } else { 0 };
            let corner = if start >= row && at >= width { out[start - row + at - width] } else { 0 };
            let guess = match line[0] {
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            };
            out.push(byte.wrapping_add(guess));
        }
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i32::from(left), i32::from(up), i32::from(corner));
    let guess = a + b - c;
    let (to_a, to_b, to_c) = ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        up
    } else {
        corner
    }
}
