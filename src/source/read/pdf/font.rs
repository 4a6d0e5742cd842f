//! From the codes of a font to characters, and how wide each is.

use super::object::{Dict, File, Object, Reader};
use super::utf16;
use std::collections::HashMap;

const MOST_CODES: usize = 70_000;

pub(super) struct Font {
    /// Codes of two bytes.
    wide: bool,
    /// As the file says; the surest.
    told: HashMap<u32, String>,
    /// By code, for fonts of one byte.
    simple: Vec<Option<char>>,
    /// The codes themselves are UTF-16.
    unicode: bool,
    widths: HashMap<u32, f64>,
    usual: f64,
}

impl Font {
    pub(super) fn of(file: &File, dict: &Dict) -> Font {
        let composite = file.get(dict.get("Subtype")).name() == "Type0";
        let encoding = file.get(dict.get("Encoding"));
        let mut font = Font {
            wide: composite,
            told: HashMap::new(),
            simple: Vec::new(),
            unicode: composite && (encoding.name().contains("UCS2") || encoding.name().contains("UTF16")),
            widths: HashMap::new(),
            usual: 500.0,
        };
        let map = file.get(dict.get("ToUnicode"));
        font.told = told(&file.data(&map));
        match composite {
            true => font.composite(file, dict),
            false => font.single(file, dict, encoding),
        }
        font
    }

    /// Each code's characters, its width in thousandths, and whether it is the space that words are set apart by.
    pub(super) fn read(&self, text: &[u8]) -> Vec<(String, f64, bool)> {
        let codes: Vec<u32> = match self.wide {
            true => text
                .chunks(2)
                .map(|pair| pair.iter().fold(0, |code, byte| code << 8 | u32::from(*byte)))
                .collect(),
            false => text.iter().map(|byte| u32::from(*byte)).collect(),
        };
        let width = |code: &u32| self.widths.get(code).copied().unwrap_or(self.usual);
        codes.iter().map(|code| (self.characters(*code), width(code), !self.wide && *code == 32)).collect()
    }

    fn characters(&self, code: u32) -> String {
        if let Some(told) = self.told.get(&code) {
            return told.clone();
        }
        match self.wide {
            true if self.unicode => char::from_u32(code).map(String::from).unwrap_or_default(),
            true => String::new(),
            false => self.simple.get(code as usize).copied().flatten().map(String::from).unwrap_or_default(),
        }
    }

    fn composite(&mut self, file: &File, dict: &Dict) {
        let Object::Array(below) = file.get(dict.get("DescendantFonts")) else { return };
        let below = file.get(below.first()).dict();
        self.usual = file.get(below.get("DW")).number().unwrap_or(1000.0);
        let Object::Array(widths) = file.get(below.get("W")) else { return };
        let mut at = 0;
        while let Some(first) = widths.get(at).and_then(|w| file.get(Some(w)).number()) {
            match file.get(widths.get(at + 1)) {
                Object::Array(each) => {
                    for (n, width) in each.iter().enumerate().take(MOST_CODES) {
                        self.widths.extend(width.number().map(|width| (first as u32 + n as u32, width)));
                    }
                    at += 2;
                }
                Object::Number(last) => {
                    let width = widths.get(at + 2).and_then(Object::number).unwrap_or(self.usual);
                    let codes = (first as u32..=last as u32).take(MOST_CODES);
                    self.widths.extend(codes.map(|code| (code, width)));
                    at += 3;
                }
                _ => return,
            }
            if self.widths.len() > MOST_CODES {
                return;
            }
        }
    }

    fn single(&mut self, file: &File, dict: &Dict, encoding: Object) {
        let first = file.get(dict.get("FirstChar")).number().unwrap_or(0.0) as u32;
        if let Object::Array(widths) = file.get(dict.get("Widths")) {
            let width =
                |(n, width): (usize, &Object)| Some((first + n as u32, file.get(Some(width)).number()?));
            self.widths = widths.iter().enumerate().take(256).filter_map(width).collect();
        }
        let about = if let Object::Dict(dict) = &encoding { dict.clone() } else { Dict::default() };
        let base = match &encoding {
            Object::Name(name) => name.clone(),
            _ => file.get(about.get("BaseEncoding")).name().to_owned(),
        };
        let truetype = file.get(dict.get("Subtype")).name() == "TrueType";
        self.simple = (0..=255).map(|code| by_base(&base, truetype, code)).collect();
        let Object::Array(differences) = file.get(about.get("Differences")) else { return };
        let mut code = 0;
        for difference in differences {
            match difference {
                Object::Number(number) => code = number as usize,
                Object::Name(name) => {
                    if let Some(place) = self.simple.get_mut(code) {
                        *place = by_name(&name);
                    }
                    let ligature = match name.as_str() {
                        "fi" | "f_i" => "fi",
                        "fl" | "f_l" => "fl",
                        "ff" | "f_f" => "ff",
                        "ffi" | "f_f_i" => "ffi",
                        "ffl" | "f_f_l" => "ffl",
                        _ => "",
                    };
                    if !ligature.is_empty() {
                        self.told.entry(code as u32).or_insert(ligature.into());
                    }
                    code += 1;
                }
                _ => {}
            }
        }
    }
}

fn by_base(base: &str, truetype: bool, code: u8) -> Option<char> {
    let decoded = match base {
        "MacRomanEncoding" => encoding_rs::MACINTOSH.decode_without_bom_handling(&[code]).0.chars().next(),
        "WinAnsiEncoding" => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[code]).0.chars().next(),
        _ if truetype => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[code]).0.chars().next(),
        // StandardEncoding, where it is not ASCII.
        _ => match code {
            0x27 => Some('’'),
            0x60 => Some('‘'),
            0x20..=0x7e => Some(char::from(code)),
            0xa9 => Some('\''),
            0xaa => Some('“'),
            0xab => Some('«'),
            0xad => Some('‹'),
            0xae => Some('ﬁ'),
            0xaf => Some('ﬂ'),
            0xb1 => Some('–'),
            0xb7 => Some('•'),
            0xb9 => Some('„'),
            0xba => Some('”'),
            0xbb => Some('»'),
            0xbc => Some('…'),
            0xd0 => Some('—'),
            0xe1 => Some('Æ'),
            0xf1 => Some('æ'),
            0xf5 => Some('ı'),
            0xf9 => Some('ø'),
            0xfa => Some('œ'),
            0xfb => Some('ß'),
            _ => None,
        },
    };
    decoded.filter(|c| !c.is_control())
}

/// What a glyph's name means: the names that text is made of.
fn by_name(name: &str) -> Option<char> {
    let name = name.split('.').next().unwrap_or_default();
    let mut chars = name.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        return Some(only);
    }
    let code = name.strip_prefix("uni").or_else(|| name.strip_prefix('u')).filter(|code| code.len() >= 4);
    if let Some(c) = code.and_then(|code| u32::from_str_radix(code.get(..code.len().min(6))?, 16).ok()) {
        return char::from_u32(c);
    }
    if let Some((_, c)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*c);
    }
    // `eacute`: a letter with what stands over it.
    let mut chars = name.chars();
    let letter = chars.next()?;
    let mark = match chars.as_str() {
        "grave" => '\u{300}',
        "acute" => '\u{301}',
        "circumflex" => '\u{302}',
        "tilde" => '\u{303}',
        "macron" => '\u{304}',
        "breve" => '\u{306}',
        "dotaccent" => '\u{307}',
        "dieresis" => '\u{308}',
        "ring" => '\u{30a}',
        "hungarumlaut" => '\u{30b}',
        "caron" => '\u{30c}',
        "cedilla" => '\u{327}',
        "ogonek" => '\u{328}',
        _ => return None,
    };
    unicode_normalization::char::compose(letter, mark)
}

const NAMES: &[(&str, char)] = &[
    ("space", ' '),
    ("exclam", '!'),
    ("quotedbl", '"'),
    ("numbersign", '#'),
    ("dollar", '$'),
    ("percent", '%'),
    ("ampersand", '&'),
    ("quotesingle", '\''),
    ("quoteright", '’'),
    ("quoteleft", '‘'),
    ("quotedblleft", '“'),
    ("quotedblright", '”'),
    ("quotedblbase", '„'),
    ("quotesinglbase", '‚'),
    ("guillemotleft", '«'),
    ("guillemotright", '»'),
    ("guilsinglleft", '‹'),
    ("guilsinglright", '›'),
    ("parenleft", '('),
    ("parenright", ')'),
    ("asterisk", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("hyphen", '-'),
    ("minus", '−'),
    ("period", '.'),
    ("slash", '/'),
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("colon", ':'),
    ("semicolon", ';'),
    ("less", '<'),
    ("equal", '='),
    ("greater", '>'),
    ("question", '?'),
    ("at", '@'),
    ("bracketleft", '['),
    ("backslash", '\\'),
    ("bracketright", ']'),
    ("underscore", '_'),
    ("braceleft", '{'),
    ("bar", '|'),
    ("braceright", '}'),
    ("endash", '–'),
    ("emdash", '—'),
    ("bullet", '•'),
    ("ellipsis", '…'),
    ("dagger", '†'),
    ("daggerdbl", '‡'),
    ("section", '§'),
    ("paragraph", '¶'),
    ("degree", '°'),
    ("copyright", '©'),
    ("registered", '®'),
    ("trademark", '™'),
    ("sterling", '£'),
    ("Euro", '€'),
    ("cent", '¢'),
    ("yen", '¥'),
    ("multiply", '×'),
    ("AE", 'Æ'),
    ("ae", 'æ'),
    ("OE", 'Œ'),
    ("oe", 'œ'),
    ("Oslash", 'Ø'),
    ("oslash", 'ø'),
    ("germandbls", 'ß'),
    ("dotlessi", 'ı'),
    ("Lslash", 'Ł'),
    ("lslash", 'ł'),
    ("Eth", 'Ð'),
    ("eth", 'ð'),
    ("Thorn", 'Þ'),
    ("thorn", 'þ'),
    ("questiondown", '¿'),
    ("exclamdown", '¡'),
    ("nbspace", ' '),
    ("sfthyphen", '\u{ad}'),
];

/// A CMap that leads to Unicode.
fn told(map: &[u8]) -> HashMap<u32, String> {
    let mut reader = Reader { bytes: map, at: 0 };
    let (mut found, mut stack): (HashMap<u32, String>, Vec<Object>) = (HashMap::new(), Vec::new());
    let code =
        |object: &Object| object.bytes().iter().take(4).fold(0u32, |code, b| code << 8 | u32::from(*b));
    while let Some(object) = reader.object(0) {
        let Object::Word(word) = &object else {
            stack.push(object);
            continue;
        };
        match word.as_str() {
            "endbfchar" => {
                for pair in stack.chunks_exact(2) {
                    found.insert(code(&pair[0]), utf16(pair[1].bytes()));
                }
            }
            "endbfrange" => {
                for range in stack.chunks_exact(3) {
                    let (first, last) = (code(&range[0]), code(&range[1]));
                    for (n, at) in (first..=last).enumerate().take(MOST_CODES) {
                        let text = match &range[2] {
                            Object::Array(each) => each.get(n).map(|text| utf16(text.bytes())),
                            text => Some(counted_on(text.bytes(), n as u32)),
                        };
                        found.extend(text.map(|text| (at, text)));
                    }
                    if found.len() > MOST_CODES {
                        return found;
                    }
                }
            }
            _ => {}
        }
        stack.clear();
    }
    found
}

/// The last character counts up through a range.
fn counted_on(text: &[u8], n: u32) -> String {
    let mut text: Vec<char> = utf16(text).chars().collect();
    if let Some(last) = text.last_mut() {
        *last = char::from_u32(u32::from(*last).saturating_add(n)).unwrap_or(char::REPLACEMENT_CHARACTER);
    }
    text.into_iter().collect()
}
