//! Posts as channels write them, in five languages: addresses in brackets, a conversation, emoji, a home address at the end.

use markup::tidy;
use markup::{Options, QuotationKind, read};

use crate::visible::{folded, see};

struct Post {
    text: &'static str,
    speakers: &'static [&'static str],
    turns: usize,
    /// The words under which the conversation ends.
    behind: &'static str,
}

fn check(post: &Post) {
    let tidied = tidy::text(post.text);
    let markdown = &tidied.markdown;
    assert_eq!(folded(&see(markdown).words), without_addresses(post.text), "{markdown}");
    let document = read(markdown, &Options::default());
    let cited: Vec<String> = document.citations.iter().map(|citation| citation.canonical.clone()).collect();
    assert_eq!(cited, addresses(post.text), "{markdown}");
    let turns: Vec<_> = document.quotations.iter().filter(|q| q.kind == QuotationKind::Turn).collect();
    let mut speakers: Vec<&str> = Vec::new();
    for speaker in turns.iter().filter_map(|turn| turn.speaker.as_deref()) {
        if !speakers.contains(&speaker) {
            speakers.push(speaker);
        }
    }
    assert_eq!((speakers.as_slice(), turns.len()), (post.speakers, post.turns), "{markdown}");
    assert_eq!(tidied.transcripts.len(), 1, "{markdown}");
    assert_eq!(tidied.transcripts[0].speakers, post.speakers, "{markdown}");
    let behind = markdown.lines().nth(tidied.transcripts[0].last_line + 1).unwrap_or_default();
    assert!(behind.contains(post.behind), "{behind:?} in {markdown}");
    let last = document.citations.last().expect("a home address");
    assert!(!last.via && last.kind == markup::url::Kind::Pointer, "{markdown}");
    assert!(!document.excerpt.contains("://") && !markdown.contains("utm_"), "{markdown}");
    let again = tidy::text(markdown).markdown;
    assert_eq!(again.trim_end(), markdown.trim_end(), "tidied again");
}

/// The addresses of a text, as sources are spelt.
fn addresses(text: &str) -> Vec<String> {
    let starts = text.match_indices("https://").map(|(at, _)| &text[at..]);
    let ends = |rest: &str| rest.find([')', ']', ' ', '\n']).unwrap_or(rest.len());
    starts.filter_map(|rest| markup::url::canonical(&rest[..ends(rest)])).collect()
}

fn without_addresses(text: &str) -> String {
    let mut words = text.to_owned();
    while let Some(at) = words.find("https://") {
        let end = at + words[at..].find([')', ']', ' ', '\n']).unwrap_or(words.len() - at);
        let bracketed = words[..at].ends_with(['(', '[']);
        let from = if bracketed { words[..at - 1].trim_end().len() } else { at };
        words.replace_range(from..if bracketed { end + 1 } else { end }, "");
    }
    folded(&words)
}

#[test]
fn an_orchard_in_english() {
    check(&Post {
        text: "\
🍐 The pear harvest is in, and the orchard keepers wrote it all down (https://orchard.example/harvest?utm_source=post&utm_medium=channel).

LENA MARSH: When did you start picking?

TOM REED (viola): On Monday, after the fog, as the almanac had said (https://almanac.example/september).

🎻 And we played for the pickers. The tune is an old one: it comes from the valley [https://songs.example/valley].

LENA MARSH: Will there be cider?

TOM REED (viola): “A little of it” (https://orchard.example/cider), and that is enough.

Tickets: five euros at the door. Doors: 19:00. Bring: a coat.

https://orchard.example/?utm_source=navbar&utm_medium=web
",
        speakers: &["LENA MARSH", "TOM REED"],
        turns: 5,
        behind: "Tickets: five euros",
    });
}

#[test]
fn a_lime_tree_in_german() {
    check(&Post {
        text: "\
🌳 Die Linde am Markt wird hundert, das Stadtarchiv hat die Pflanzung belegt (https://archiv.example/linde?utm_source=kanal).

Frage: Wann blüht sie?

Frau Dr. Annegret von der Heide: Im Juni, wenn es warm ist. Das steht im Kalender der Gärtnerei (https://gaertnerei.example/kalender).

Frage: Und die Bienen?

Frau Dr. Annegret von der Heide: Die kommen von selbst. „So war es immer“ (https://imkerei.example/1924).

Mehr dazu: https://linde.example/?utm_source=home
",
        speakers: &["Frage", "Frau Dr. Annegret von der Heide"],
        turns: 4,
        behind: "Mehr dazu:",
    });
}

#[test]
fn a_library_in_spanish() {
    check(&Post {
        text: "\
📚 La biblioteca del barrio abre los sábados, según anunció el consejo (https://consejo.example/sabados).

Pregunta: ¿Desde cuándo?

Marta Ibáñez: Desde mayo. El horario está publicado en la puerta (https://biblioteca.example/horario?fbclid=1).

☕️ Y habrá café. Una cosa es segura: nadie tendrá prisa.

Pregunta: ¿Y los cuentos?

Marta Ibáñez: Los leerá don Julián, como antes (https://biblioteca.example/cuentos).

📌 Entrada: libre. Traer: una manta.

Más información: https://biblioteca.example/?utm_campaign=inicio
",
        speakers: &["Pregunta", "Marta Ibáñez"],
        turns: 5,
        behind: "Entrada: libre",
    });
}

#[test]
fn a_ferry_in_russian() {
    check(&Post {
        text: "\
⛴ Паром снова ходит по выходным, сообщила пристань (https://pristan.example/parom?utm_source=tg).

👩‍🏫 Учительница: Куда вы поедете?

🧒 Ученик: На остров, там маяк (https://mayak.example/istoriya).

👩‍🏫 Учительница: А что возьмёте с собой?

🧒 Ученица: Хлеб и яблоки.

👩‍🏫 Учительница: Этого хватит.

📌 Билеты: у причала, с восьми утра.

Ещё об этом: https://pristan.example/?utm_source=home
",
        speakers: &["Учительница", "Ученик", "Ученица"],
        turns: 5,
        behind: "Билеты:",
    });
}

#[test]
fn a_garden_in_arabic() {
    check(&Post {
        text: "\
🌿 فتحت الحديقة أبوابها، كما أعلن المجلس (https://majlis.example/hadiqa?utm_source=qanat).

سؤال: متى تزهر الأشجار؟

ليلى حسن: في الربيع، وقد نشر الجدول على الباب (https://hadiqa.example/jadwal).

سؤال: ومن يسقيها؟

ليلى حسن: يسقيها الجيران كل صباح (https://hadiqa.example/jiran).

للمزيد: https://hadiqa.example/?utm_source=home
",
        speakers: &["سؤال", "ليلى حسن"],
        turns: 4,
        behind: "للمزيد:",
    });
}
