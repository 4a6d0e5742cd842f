//! Small documents, written out; and bytes that are none.

use super::*;

/// A document of these objects, numbered from 1: catalog, pages, page, contents, font and what else is given.
fn document(contents: &str, font: &str, more: &[&str]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let contents = format!("<< /Length {} >>\nstream\n{contents}\nendstream", contents.len());
    let fixed = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        &contents,
        font,
    ];
    for (n, object) in fixed.iter().chain(more).enumerate() {
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).bytes());
    }
    out.extend(b"trailer << /Root 1 0 R /Info 6 0 R >>\n%%EOF");
    out
}

const PLAIN: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
const INFO: &str = "<< /Title (Dredging of the \\(outer\\) basin) /Author <FEFF00490064006100E9> /CreationDate (D:20260314093000+01'00') >>";

#[test]
fn lines_become_paragraphs_and_broken_words_one() {
    let contents = "BT /F1 12 Tf 14 TL 72 720 Td (Notice) Tj 0 -40 Td (The fairway will be nar-) Tj T* (rowed to ) Tj \
         [(for) 30 (ty) -400 (metres) -20 (.)] TJ 0 -40 Td (Ferries sail \\223as ever\\224.) Tj ET";
    let pdf = read(&document(contents, PLAIN, &[INFO]));
    assert_eq!(
        pdf.text,
        "Notice\n\nThe fairway will be nar\u{ad}rowed to forty metres.\n\nFerries sail “as ever”."
    );
    assert_eq!((pdf.title.as_str(), pdf.author.as_str()), ("Dredging of the (outer) basin", "Idaé"));
    assert_eq!((pdf.said_at.as_str(), pdf.language.as_str()), ("2026-03-14T09:30:00+01:00", "en-GB"));
}

#[test]
fn a_font_says_what_its_codes_mean() {
    let map = "1 beginbfchar <0003> <0020> endbfchar 2 beginbfrange <0010> <0012> <03B1> <0020> <0021> [<0066006C> <4E2D>] endbfrange";
    let map = format!("<< /Length {} >>\nstream\n{map}\nendstream", map.len());
    let font =
        "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 8 0 R >>";
    let below = "<< /Type /Font /Subtype /CIDFontType2 /DW 600 /W [16 [500 500 500] 32 33 700] >>";
    let pdf = read(&document(
        "BT /F1 10 Tf 1 0 0 1 72 700 Tm <00100011001200030020002100FF> Tj ET",
        font,
        &[INFO, below, &map],
    ));
    assert_eq!(pdf.text, "αβγ fl中");
    let named = "<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 /quotedblleft /fi /eacute /uni4E2D /nonsense 65 /Lslash] >> >>";
    let pdf = read(&document("BT /F1 10 Tf 72 700 Td (\\001\\002\\003\\004\\005AB) Tj ET", named, &[]));
    assert_eq!(pdf.text, "“fié中ŁB");
}

#[test]
fn what_cannot_be_read_is_empty() {
    for bytes in [&b""[..], b"%PDF-1.7", b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 1 0 R /Kids [1 0 R] >>"]
    {
        assert_eq!(read(bytes).text, "");
    }
    let mut secret = document("BT /F1 12 Tf (Words) Tj ET", PLAIN, &[INFO]);
    secret.extend(b"trailer << /Encrypt 9 0 R >>");
    assert_eq!(read(&secret), Pdf::default());
    assert_eq!([date("D:2026"), date("D:20261399"), date("D:20260314")], ["", "", "2026-03-14"]);
}

/// So deep that a reader without bounds would not come back.
#[test]
fn depth_is_bounded() {
    let deep = format!("1 0 obj {}{}", "[".repeat(100_000), "<<".repeat(100_000));
    assert_eq!(read(deep.as_bytes()).text, "");
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_strange(
        contents in "[-BTETfTjTd0-9 ()<>/\\[\\]F1qQcmDo\"'.*]{0,200}",
        font in "[-/A-Za-z0-9 <>\\[\\]R()]{0,100}",
        noise in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
        at in 0usize..1000,
    ) {
        let mut bytes = document(&contents, &format!("<< {font} >>"), &[INFO]);
        read(&bytes);
        let at = at.min(bytes.len());
        bytes.splice(at..(at + 20).min(bytes.len()), noise);
        read(&bytes);
    }
}

/// Each branch names the next one twice: two to the power of forty leaves, were they walked.
#[test]
fn a_tree_that_meets_itself_is_walked_for_a_while() {
    let mut bytes = b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >>\n".to_vec();
    for n in 2..40 {
        bytes.extend(format!("{n} 0 obj << /Kids [{} 0 R {} 0 R] >>\n", n + 1, n + 1).bytes());
    }
    assert_eq!(read(&bytes).text, "");
}
