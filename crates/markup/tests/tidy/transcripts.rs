use markup::tidy::{self, Proposed};

use crate::visible::see;

/// The lines of Markdown proposed as transcripts, and the words under which the block ends.
fn check(pasted: &str, expect: &str) {
    let tidied = tidy::text(pasted);
    assert_eq!(tidied.markdown.trim_end(), expect, "from {pasted:?}");
    assert_eq!(tidy::text(&tidied.markdown).markdown.trim_end(), expect, "tidied again");
}

#[test]
fn turns_become_a_block_quotation() {
    check(
        "Question: Why?\n\nIda Brandt: So.\n\nAnd so.",
        "> **Question:** Why?\n>\n> **Ida Brandt:** So.\n>\n> And so.",
    );
    check("Q: Why?\nA: So.", "> **Q:** Why?\n>\n> **A:** So.");
    check("Question:\nWhy?\n\nIda:\n\nSo.", "> **Question:** Why?\n>\n> **Ida:** So.");
    check("**Question:** Why?\n\n**Ida:** So.", "> **Question:** Why?\n>\n> **Ida:** So.");
    check("**Question**: Why?\n\n**Ida**: So.", "> **Question:** Why?\n>\n> **Ida:** So.");
    check("IDA (00:12): So.\n\nHOST: Why?", "> **IDA (00:12):** So.\n>\n> **HOST:** Why?");
    check("**Question: Why now?**\n\nIda: So.", "> **Question:** Why now?\n>\n> **Ida:** So.");
    check("Вопрос: Почему?\n\nИда Брандт: Так.", "> **Вопрос:** Почему?\n>\n> **Ида Брандт:** Так.");
}

#[test]
fn speakers_behind_an_emoji_need_company() {
    check(
        "❓ Question: Why?\n\n💬 Ida Brandt: So.\n\nAnd so.",
        "> ❓ **Question:** Why?\n>\n> 💬 **Ida Brandt:** So.\n>\n> And so.",
    );
    check(
        "❓ **Question:** Why?\n\n🎙️ **Ida Brandt:** So.",
        "> ❓ **Question:** Why?\n>\n> 🎙️ **Ida Brandt:** So.",
    );
    check("Ida: So.\n\n💬 Ida: And so.", "> **Ida:** So.\n>\n> 💬 **Ida:** And so.");
    check("💬 Ida: So.\n\n👉 Omar: And so.", "💬 Ida: So.\n\n👉 Omar: And so.");
    check(
        "Question: Why?\n\nIda: So.\n\n👉 Important: And so.",
        "> **Question:** Why?\n>\n> **Ida:** So.\n>\n> 👉 Important: And so.",
    );
    let proposed = tidy::text("❓ Question: Why?\n\n💬 Ida Brandt: So.").transcripts;
    assert_eq!(proposed[0].speakers, ["Question", "Ida Brandt"]);
}

#[test]
fn a_sentence_that_goes_on_behind_a_colon_is_no_turn() {
    check(
        "Question: Why?\n\nIda: So.\n\nPatience: we wait.\n\nНапомню: вход открыт.",
        "> **Question:** Why?\n>\n> **Ida:** So.\n>\n> Patience: we wait.\n>\n> Напомню: вход открыт.",
    );
    check(
        "Ida: so.\n\nOmar: no.\n\nIda: well.\n\nOmar: no.",
        "> **Ida:** so.\n>\n> **Omar:** no.\n>\n> **Ida:** well.\n>\n> **Omar:** no.",
    );
}

#[test]
fn what_introduces_and_closes_stays_outside() {
    let turns = "Question: Why?\n\nIda: So.\n\nMore.";
    let block = "> **Question:** Why?\n>\n> **Ida:** So.\n>\n> More.";
    check(
        &format!("Intro (https://a.example/1):\n\n{turns}"),
        &format!("[Intro](https://a.example/1):\n\n{block}"),
    );
    check(&format!("{turns}\n\n---\n\nAfter."), &format!("{block}\n\n* * *\n\nAfter."));
    check(&format!("{turns}\n\n———\n\nAfter."), &format!("{block}\n\n———\n\nAfter."));
    check(&format!("{turns}\n\nhttps://a.example/"), &format!("{block}\n\nhttps://a.example/"));
    check(&format!("{turns}\n\n#tides #trams"), &format!("{block}\n\n#tides #trams"));
    check(&format!("{turns}\n\n👉 Subscribe to us"), &format!("{block}\n\n👉 Subscribe to us"));
    check(&format!("{turns}\n\n— Ida, 4 May"), &format!("{block}\n\n— Ida, 4 May"));
    check(
        &format!("{turns}\n\nSource: https://a.example/1"),
        &format!("{block}\n\nSource: https://a.example/1"),
    );
    check(
        &format!("{turns}\n\n☕️ Good night.\n\nhttps://a.example/?utm_source=x"),
        &format!("{block}\n\n☕️ Good night.\n\nhttps://a.example/"),
    );
    check(&format!("{turns}\n\n❗️ Mind: this."), &format!("{block}\n>\n> ❗️ Mind: this."));
    check(&format!("{turns}\n\nP.S. Dr. Voss: So."), &format!("{block}\n\nP.S. Dr. Voss: So."));
}

#[test]
fn whoever_speaks_once_is_heard() {
    check(
        "👩‍🏫 Teacher: What is it?\n\n🧒 Pupil: I like rivers.\n\n👩‍🏫 Teacher: They are fine.\n\n📌 Remember: The trip starts at eight.\n\n⭐️ Price: free.",
        "> 👩‍🏫 **Teacher:** What is it?\n>\n> 🧒 **Pupil:** I like rivers.\n>\n> 👩‍🏫 **Teacher:** They are fine.\n\n📌 Remember: The trip starts at eight.\n\n⭐️ Price: free.",
    );
    check(
        "Frage: Wann?\n\nFrau Dr. Annegret von der Heide: Im Juni.\n\nFrage: Und der Flieder?",
        "> **Frage:** Wann?\n>\n> **Frau Dr. Annegret von der Heide:** Im Juni.\n>\n> **Frage:** Und der Flieder?",
    );
}

#[test]
fn a_notice_under_a_conversation_is_nobodys() {
    let turns = "LENA MARSH: Why a choir?\n\nTOM REED (viola): The plums were ripe.";
    let block = "> **LENA MARSH:** Why a choir?\n>\n> **TOM REED (viola):** The plums were ripe.";
    for notice in [
        "Tickets: five euros at the door. Doors: 19:00. Bring: a coat.",
        "Tickets: Five euros.",
        "Mehr dazu: https://a.example/home",
        "More on this: https://a.example/home",
        "Подробнее: https://a.example/home",
        "Más información: https://a.example/home",
        "للمزيد: https://a.example/home",
        "Plus d'infos : https://a.example/home",
        "Lisää: https://a.example/home",
    ] {
        check(&format!("{turns}\n\n{notice}"), &format!("{block}\n\n{notice}"));
    }
    // Between two turns it interrupts nothing.
    check(
        &format!("{turns}\n\nFoto: Ida\n\nLENA MARSH: And now?"),
        &format!("{block}\n>\n> Foto: Ida\n>\n> **LENA MARSH:** And now?"),
    );
}

/// The speakers of a block quotation, as a page reads it.
fn speakers(markdown: &str) -> Vec<String> {
    let document = markup::read(markdown, &markup::Options::default());
    document.quotations.into_iter().filter_map(|quotation| quotation.speaker).collect()
}

#[test]
fn a_page_hears_whom_the_paste_heard() {
    for (said, heard) in [
        ("LENA MARSH: Why?\n\nTOM REED (viola): So.\n\nTime off: five days.", 2),
        ("**Lena:** Why?\n\n**Tom:** So.\n\nZimt: Five euros.", 2),
        ("👩‍🏫 Teacher: Why?\n\n🧒 Pupil: So.\n\n👩‍🏫 Teacher: Fine.", 3),
        ("Question: Why?\n\nIda Brandt: So.\n\npatience: we wait.", 2),
        ("Strasse: https://a.example/v\n\nStrasse: https://a.example/w", 0),
    ] {
        let proposed = tidy::text(said);
        let quoted: String = said.split("\n\n").map(|line| format!("> {line}\n>\n")).collect();
        let labels = |markdown: &str| {
            let document = markup::read(markdown, &markup::Options::default());
            document.html().matches("class=\"turn\"").count()
        };
        assert_eq!((labels(&proposed.markdown), labels(&quoted)), (heard, heard), "{said}");
    }
    assert_eq!(speakers("> **Lena:** Why?\n>\n> **Tom:** So.\n>\n> Tickets: Five."), ["Lena", "Tom", "Tom"]);
}

#[test]
fn ordinary_sentences_are_no_speakers() {
    for text in [
        "The result was clear: all came.\n\nOne more thing: they stayed.",
        "Note: it rains.\n\nUpdate: it stopped.",
        "Question: why do the trams stop here at all?\n\nNobody knows.",
        "We know three harbours: Aldan and two more.\n\nTime: 12:30.",
        "Ida: So, then.\n\nWebsite: https://a.example/1",
        "Harbour, [14.08.2026 10:01]: So.\n\nIda: So, then.",
        "Transcript:\n\nIda: So, then.",
        "❗️ Ida: one.\n\n❗️ Omar: two.",
        "• Ida: one.\n• Omar: two.",
        "Adresse: https://a.example/v\nAdresse: https://a.example/w\n\nMorgen wird es warm.",
        "Lage: https://a.example/v\n\nLage: https://a.example/w\n\nMorgen wird es warm.",
    ] {
        assert_eq!(tidy::text(text).transcripts, [], "{text}");
    }
}

#[test]
fn a_channel_post_keeps_its_ten_links() {
    let tidied = tidy::text(CHANNEL);
    let seen = see(&tidied.markdown);
    assert_eq!(seen.links.len(), 10);
    let sources: std::collections::BTreeSet<String> =
        seen.links.iter().filter_map(|l| markup::url::canonical(l)).collect();
    assert_eq!(sources.len(), 6, "{sources:?}");
    assert_eq!(seen.links.last().map(String::as_str), Some("https://tides.example/"));
    let speakers = vec!["Question".to_owned(), "Maria Ostrova".to_owned()];
    assert_eq!(tidied.transcripts, [Proposed { first_line: 3, last_line: 16, speakers }]);
    let transcript: Vec<&str> = tidied.markdown.lines().collect();
    assert!(transcript[2..16].iter().all(|l| l.starts_with('>')));
    assert!(
        tidied.notes.iter().any(|n| n.sentence.starts_with("Lines 3 to 16 read as a transcript of 4 turns"))
    );
}

const CHANNEL: &str = "\
🎙 The harbour minister answers the press (https://t.me/harbour_ministry/1201), Port Aldan, 14 August

Question: What did you agree on in Alaska (https://t.me/harbour_ministry/1190)?

Maria Ostrova: We have said (https://t.me/harbour_ministry/1190) many times that the ferries run all winter. The result was clear: nobody stayed on the pier.

❗️ I would stress: the Harbour Board (https://harbour.example/board?utm_source=tg&utm_medium=post) has not changed its position.

One more thing: the tram line to the port (https://video.example/watch?v=abc123) opens in May. As the minister wrote (t.me/harbour_ministry/1188), tides do not wait.

• first, the pier (https://t.me/harbour_ministry/1201)
• second, in our own words: “we will be there.” (https://t.me/harbour_ministry/1190)

Question: And the library?

Maria Ostrova: The library stays open (https://video.example/watch?v=abc123).

☝️ That is how it sounded on Friday.

https://tides.example/?utm_source=navbar&utm_medium=web
";
