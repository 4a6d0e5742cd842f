//! Bytes of a page → characters, as browsers do it (WHATWG Encoding and HTML, 13.2.3): byte order mark, HTTP header, what the
//! first 1024 bytes declare; else told from the bytes themselves.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text, without a byte order mark, and what it was read as.
pub(crate) fn decode(bytes: &[u8], content_type: &str) -> (String, &'static Encoding) {
    let encoding = Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| Encoding::for_label(parameter(content_type, "charset")?.as_bytes()))
        .or_else(|| declared(&bytes[..bytes.len().min(1024)]))
        .unwrap_or_else(|| told(bytes));
    (encoding.decode_with_bom_removal(bytes).0.into_owned(), encoding)
}

/// `text/html`: without parameters, lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn parameter<'a>(content_type: &'a str, name: &str) -> Option<&'a str> {
    content_type.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// What a page says of itself, in `<meta>` or in an XML declaration. ASCII must have been readable so far, so no UTF-16.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let encoding = match head.strip_prefix("<?xml") {
        Some(declaration) => {
            let declaration = declaration.split("?>").next().unwrap_or_default();
            value_of(declaration, "encoding").and_then(|label| Encoding::for_label(label.as_bytes()))
        }
        None => None,
    };
    let encoding = encoding.or_else(|| in_meta(&head))?;
    Some(match encoding {
        e if e == UTF_16BE || e == UTF_16LE => UTF_8,
        e if e.name() == "x-user-defined" => WINDOWS_1252,
        e => e,
    })
}

fn in_meta(head: &str) -> Option<&'static Encoding> {
    let mut rest = head;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = &comment[comment.find("-->")?..];
            continue;
        }
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        let meta = tag
            .strip_prefix("<meta")
            .filter(|m| m.starts_with(|c: char| c.is_ascii_whitespace() || c == '/'));
        if let Some(meta) = meta {
            let pragma = value_of(meta, "http-equiv").is_some_and(|kind| kind == "content-type");
            let content = value_of(meta, "content").filter(|_| pragma);
            let label = value_of(meta, "charset").or_else(|| value_of(content?, "charset"));
            if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.as_bytes())) {
                return Some(encoding);
            }
        }
        rest = &rest[1..];
    }
    None
}

/// The value of `name=value`, quoted or not.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let starts = rest[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '-');
        rest = &rest[at + name.len()..];
        let Some(value) = rest.trim_start().strip_prefix('=').filter(|_| starts) else { continue };
        let value = value.trim_start();
        return match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split([' ', '\t', '\n', '\r', '\x0c', ';', '/', '"', '\'']).next(),
        };
    }
    None
}

fn told(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: &str, text: &str, encoding: &str) {
        let (read, used) = decode(bytes, content_type);
        assert_eq!((read.as_str(), used.name()), (text, encoding));
    }

    #[test]
    fn the_first_that_speaks_is_believed() {
        check(b"\xef\xbb\xbfqu\xc3\xa9", "text/html; charset=latin1", "qué", "UTF-8");
        check(b"qu\xe9", "text/html;Charset=\"ISO-8859-1\"", "qué", "windows-1252");
        check(
            b"<meta charset=utf-8>qu\xe9",
            "text/html; charset=iso-8859-2",
            "<meta charset=utf-8>qué",
            "ISO-8859-2",
        );
        check(
            b"<meta charset=windows-1251>\xec",
            "text/html",
            "<meta charset=windows-1251>м",
            "windows-1251",
        );
        check(
            b"<!-- <meta charset=koi8-r> --><META content='text/html; charset=windows-1251' HTTP-EQUIV=Content-Type>\xec",
            "",
            "<!-- <meta charset=koi8-r> --><META content='text/html; charset=windows-1251' HTTP-EQUIV=Content-Type>м",
            "windows-1251",
        );
        check(
            b"<?xml version='1.0' encoding='koi8-r'?>\xcd",
            "",
            "<?xml version='1.0' encoding='koi8-r'?>м",
            "KOI8-R",
        );
        check(b"<meta charset=utf-16>qu\xc3\xa9", "", "<meta charset=utf-16>qué", "UTF-8");
        check(
            b"<meta charset=nonsense>qu\xc3\xa9",
            "text/html; charset=nonsense",
            "<meta charset=nonsense>qué",
            "UTF-8",
        );
        check(b"\xff\xfeq\0u\0", "", "qu", "UTF-16LE");
    }

    #[test]
    fn old_encodings_are_told_from_the_bytes() {
        let Ok(data) = std::env::var("IBID_TEST_DATA") else { return println!("skipped: no test data") };
        let folder = std::path::Path::new(&data).join("charsets");
        let cases = [
            ("udhr-legacy/Arabic_Alarabia-Arabic.txt", "windows-1256", "الإنسان"),
            ("udhr-legacy/Chinese_Mandarin-GB2312.txt", "GBK", "人权"),
            ("udhr-legacy/Czech-Latin2.txt", "ISO-8859-2", "VŠEOBECNÁ"),
            ("udhr-legacy/French_Francais-Latin1.txt", "windows-1252", "Déclaration"),
            ("udhr-legacy/Greek_Ellinika-Greek.txt", "ISO-8859-7", "ΔΙΑΚΗΡΥΞΗ"),
            ("udhr-legacy/Hungarian_Magyar-Latin1.txt", "windows-1252", "Egyetemes"),
            ("udhr-legacy/Japanese_Nihongo-EUC.txt", "EUC-JP", "世界人権宣言"),
            ("udhr-legacy/Japanese_Nihongo-SJIS.txt", "Shift_JIS", "世界人権宣言"),
            ("udhr-legacy/Polish_Polski-Latin2.txt", "ISO-8859-2", "POWSZECHNA"),
            ("udhr-legacy/Russian_Russky-Cyrillic.txt", "ISO-8859-5", "декларация"),
            ("udhr-legacy/Ukrainian-Cyrillic.txt", "ISO-8859-5", "ДЕКЛАРАЦ"),
            ("wikipedia/wikipediaJa_One_Thousand_and_One_Nights_SJIS.txt", "Shift_JIS", "千夜一夜物語"),
            ("wikipedia/wikipediaTw_One_Thousand_and_One_Nights_GB2312.txt", "GBK", "一千零一夜"),
        ];
        let mut wrong = Vec::new();
        for (file, encoding, words) in cases {
            let bytes = std::fs::read(folder.join(file)).expect("the file");
            let (text, used) = decode(&bytes, "text/plain");
            // Latin-1 and its kin differ in signs that these texts do not use; the words decide.
            if !text.to_lowercase().contains(&words.to_lowercase()) {
                wrong.push(format!("{file}: read as {}, not {encoding}: {:?}", used.name(), text.get(..80)));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes: Vec<u8>, kind in "text/html;.{0,30}", wild in r#"[<!->metcharsu ='"/;utf8]{0,60}"#) {
            decode(&bytes, &kind);
            decode(wild.as_bytes(), "");
        }
    }
}
