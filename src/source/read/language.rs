//! Which language a page is in: what it says of itself, else what its words look like.

use whatlang::Lang;

/// BCP 47, such as `en` or `pt-BR`; empty when nobody can tell.
pub(super) fn tell(declared: &str, text: &str) -> String {
    let declared = declared.trim().replace('_', "-");
    if is_tag(&declared) {
        return declared;
    }
    // The beginning of a page is its menu; the middle is what it says.
    let middle = text.floor_char_boundary((text.len() / 2).saturating_sub(4000));
    let sample = &text[middle..text.ceil_char_boundary((middle + 8000).min(text.len()))];
    let told = whatlang::detect(sample).filter(|told| told.is_reliable() || sample.chars().count() > 400);
    told.map(|told| code(told.lang()).to_owned()).unwrap_or_default()
}

fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    matches!(primary.len(), 2 | 3)
        && !matches!(primary, "und" | "mul" | "zxx")
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// ISO 639-1 where there is one.
pub fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_believed_when_it_says_something() {
        assert_eq!(tell("pt_BR", "low tide"), "pt-BR");
        assert_eq!(tell(" en ", ""), "en");
        assert_eq!(tell("{{ lang }}", ""), "");
        let words =
            "Die Fähre legt heute wegen des Eises nicht ab, und die Bücherei am Kai bleibt länger offen.";
        assert_eq!(tell("und", words), "de");
    }

    #[test]
    fn languages_are_told_from_their_words() {
        let Ok(data) = std::env::var("IBID_TEST_DATA") else { return println!("skipped: no test data") };
        let known = [
            ("arb", "ar"),
            ("bel", "be"),
            ("bul", "bg"),
            ("cmn_hans", "zh"),
            ("cmn_hant", "zh"),
            ("ell_monotonic", "el"),
            ("eng", "en"),
            ("fra", "fr"),
            ("heb", "he"),
            ("hin", "hi"),
            ("jpn", "ja"),
            ("kor", "ko"),
            ("pes_1", "fa"),
            ("pol", "pl"),
            ("por_PT", "pt"),
            ("rus", "ru"),
            ("spa", "es"),
            ("tha", "th"),
            ("tur", "tr"),
            ("ukr", "uk"),
            ("urd", "ur"),
            ("vie", "vi"),
        ];
        let mut wrong = Vec::new();
        for file in
            std::fs::read_dir(std::path::Path::new(&data).join("languages/udhr")).expect("a folder").flatten()
        {
            let name = file.file_name().to_string_lossy().into_owned();
            let Some((_, code)) = known.iter().find(|(n, _)| name.trim_end_matches(".txt") == *n) else {
                continue;
            };
            let told = tell("", &std::fs::read_to_string(file.path()).expect("text"));
            if told != *code {
                wrong.push(format!("{name} was told as {told:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
