//! What analysing, writing and finding promise.

use super::analyse::{self, tokens};
use super::block::{Posting, blocks, postings};
use super::find::newest;
use super::words::{Fields, Words};
use super::{MOST, Mark, Query, find, highlighted, index, passage};
use crate::id::PostId;
use crate::outside::clock::Clock;
use crate::outside::db::scratch::on_both;
use crate::outside::db::{Db, Place, Tx, sql};
use crate::time::{DAY, MINUTE, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, HashMap};

on_both! {
    what_is_settled_is_found_as_what_is_new
    nothing_that_went_is_found
    a_whole_archive_may_name_one_minute
    what_is_found_is_what_reading_every_post_would_find
}

fn terms(text: &str, language: &str) -> Vec<String> {
    tokens(text).iter().flat_map(|token| analyse::terms(token, language)).collect()
}

#[test]
fn texts_become_terms() {
    let check = |text, language, expected: &[&str]| assert_eq!(terms(text, language), expected, "{text}");
    check("The harbour’s lamps don't burn", "en", &["the", "harbour", "lamp", "don", "burn"]);
    check("Tide-tables: 1,234 copies", "en", &["tide", "tabl", "1", "234", "copi"]);
    check("Häfen und Straßen", "de", &["haf", "und", "strass"]);
    check("Паромы пошли, всё й", "ru", &["паром", "пошл", "все", "й"]);
    check("東京タワー", "ja", &["東京", "京タ", "タワ", "ワー", "ー"]);
    check("ﾃｽﾄ 水", "ja", &["テス", "スト", "ト", "水"]);
    check("ميناءُ", "ar", &["ميناء"]);
    check("", "en", &[]);
    check("… — !?", "en", &[]);
}

#[test]
fn marks_may_be_left_out() {
    for (written, typed, language) in [
        ("café", "cafe", "fr"),
        ("publiées", "publiees", "fr"),
        ("Ålesund", "alesund", "nb"),
        ("Čapek", "capek", "cs"),
        ("ёлка", "елка", "ru"),
        ("naïveté", "naivete", "en"),
        ("كِتَاب", "كتاب", "ar"),
        ("Straße", "strasse", "de"),
        ("ΛΙΜΆΝΙ", "λιμανι", "el"),
        ("İstanbul", "istanbul", "tr"),
    ] {
        let (kept, asked) = (terms(written, language), terms(typed, language));
        assert!(asked.iter().any(|term| kept.contains(term)), "{written} {kept:?} {typed} {asked:?}");
        let (kept, asked) = (terms(typed, language), terms(written, language));
        assert!(asked.iter().any(|term| kept.contains(term)), "{typed} {kept:?} {written} {asked:?}");
    }
}

fn words(title: &str, text: &str) -> Words {
    Words::of(&Fields { title, text, excerpt: "", tags: "" }, "en")
}

#[test]
fn words_are_read_as_they_were_written() {
    let words = words("The barrier", "The barrier closes at night. Barriers do.");
    assert_eq!(Words::read(&words.written(true)).unwrap(), words);
    let trimmed = Words::read(&words.written(false)).unwrap();
    assert_eq!(trimmed.entries.len(), words.entries.len());
    let whole = words.written(true);
    (0..whole.len()).for_each(|length| drop(Words::read(&whole[..length])));
}

proptest! {
    #[test]
    fn nothing_that_is_typed_ends_the_program(text in "\\PC{0,80}", language in "en|de|fr|ru|el|ar|tr|fi|ta|hu|nl|pt|zz") {
        let query = Query::read(&text, std::slice::from_ref(&language));
        let shown: String = highlighted(&text, &query, &language).into_iter().map(|piece| piece.text).collect();
        prop_assert_eq!(shown, text.replace('\n', " "));
        drop(passage(&text, &query, &language));
        let words = Words::of(&Fields { title: &text, text: &text, excerpt: "", tags: &text }, &language);
        prop_assert_eq!(Words::read(&words.written(true)).unwrap(), words);
    }

    #[test]
    fn postings_are_read_as_they_were_written(steps in prop::collection::vec((1i64..1 << 30, 0u8..255, 0usize..900), 1..1500)) {
        let mut place = -5_000_000;
        let all: Vec<Posting> = steps.into_iter().map(|(step, weight, spots)| {
            place += step;
            Posting { place, weight, spots: vec![1; spots] }
        }).collect();
        let written = blocks(&all);
        prop_assert!(written.windows(2).all(|pair| pair[0].last < pair[1].first));
        let read: Vec<Posting> = written.iter().flat_map(|b| postings(b.first, &b.docs, &b.spots)).collect();
        prop_assert_eq!(read, all);
    }
}

#[test]
fn the_best_passage_is_shown_with_its_words_marked() {
    let text = format!(
        "{}The barrier closes at night, and barriers need oil.{}",
        "Calm water. ".repeat(40),
        " Calm again.".repeat(40)
    );
    let query = Query::read("bar* \"closes at night\"", &["en".into()]);
    let passage = passage(&text, &query, "en").unwrap();
    let marked: Vec<&str> =
        passage.iter().filter(|piece| piece.found).map(|piece| piece.text.as_str()).collect();
    assert_eq!(marked, ["barrier", "closes", "at", "night", "barriers"]);
    assert!(passage[0].text.starts_with("… ") && passage.last().unwrap().text.ends_with(" …"), "{passage:?}");
    assert_eq!(super::passage("Nothing of the kind.", &query, "en"), None);
    let query = Query::read("東京", &["ja".into()]);
    let marked = highlighted("東京タワーと東京駅", &query, "ja");
    assert_eq!(
        marked.iter().map(|p| (p.text.as_str(), p.found)).collect::<Vec<_>>(),
        [("東京", true), ("タワーと", false), ("東京", true), ("駅", false)]
    );
}

async fn open(place: &Place) -> Db {
    Db::open(place, Clock::default()).await.unwrap()
}

const POSTS: [(&str, &str); 6] = [
    ("The barrier", "The barrier closes at night."),
    ("At night", "Night trams run to the barrier, and close to it they turn."),
    ("Паром", "Ночной паром ходит до полуночи, и паромы стоят у причала."),
    ("東京", "東京タワーの下に港はない。"),
    ("Ledger", "The barriers were painted. They close when the night tide comes, and night is long."),
    ("Bar", "Barley and barges."),
];

async fn publish(db: &Db, id: i64, (title, text): (&'static str, &'static str)) {
    let marks = [Mark::Author(1 + id % 2), Mark::Year(2026)];
    db.write(move |tx| {
        let at = Time(id * DAY);
        index::put(tx, PostId(id), at, &marks, at, |_| Ok(words(title, text)))
    })
    .await
    .unwrap();
}

async fn ask(db: &Db, typed: &'static str, marks: &'static [Mark]) -> Vec<i64> {
    let languages = ["en", "ru", "ja"].map(str::to_owned);
    let query = Query::read(typed, &languages);
    let found = db.read(move |tx| find(tx, &query, marks, 0, 10)).await.unwrap();
    let mut ids: Vec<i64> = found.posts.iter().map(|(id, _)| id.0).collect();
    assert_eq!((ids.len(), found.more), (found.total, false));
    ids.sort_unstable();
    ids
}

async fn check_all(db: &Db) {
    let check = async |typed, expected: &[i64]| assert_eq!(ask(db, typed, &[]).await, expected, "{typed}");
    check("barrier", &[1, 2, 5]).await;
    check("Barriers NIGHT", &[1, 2, 5]).await;
    check("\"barrier closes\"", &[1]).await;
    check("\"at night\"", &[1, 2]).await;
    check("“closes at night”", &[1]).await;
    check("bar*", &[1, 2, 5, 6]).await;
    check("barl* barge", &[6]).await;
    check("паромы", &[3]).await;
    check("東京", &[4]).await;
    check("港", &[4]).await;
    check("タワー", &[4]).await;
    check("京都", &[]).await;
    check("nothing", &[]).await;
    // No post has all of it.
    check("barley паром", &[3, 6]).await;
    check("?!", &[]).await;
    assert_eq!(ask(db, "barrier", &[Mark::Author(2)]).await, [1, 5]);
    assert_eq!(ask(db, "barrier", &[Mark::Author(2), Mark::Year(2025)]).await, [0; 0]);
    assert_eq!(ask(db, "", &[Mark::Author(1)]).await, [2, 4, 6]);
    let best = Query::read("barrier", &["en".into()]);
    let best = db.read(move |tx| find(tx, &best, &[], 0, 1)).await.unwrap();
    assert_eq!(
        (best.posts, best.total),
        (vec![(PostId(1), "en".to_owned())], 3),
        "whose title names it comes first"
    );
}

async fn what_is_settled_is_found_as_what_is_new(place: Place) {
    let db = open(&place).await;
    for (id, post) in (1..).zip(POSTS) {
        publish(&db, id, post).await;
    }
    check_all(&db).await;
    index::settle(&db, Time(0)).await.unwrap();
    check_all(&db).await;
    // Half of it settled, half of it new.
    for (id, post) in (1..).zip(POSTS).skip(3) {
        db.write(move |tx| index::take_out(tx, PostId(id), Time(0))).await.unwrap();
        publish(&db, id, post).await;
    }
    check_all(&db).await;
    index::settle(&db, Time(0)).await.unwrap();
    check_all(&db).await;
}

async fn nothing_that_went_is_found(place: Place) {
    let db = open(&place).await;
    publish(&db, 1, POSTS[0]).await;
    index::settle(&db, Time(0)).await.unwrap();
    db.write(|tx| index::take_out(tx, PostId(1), Time(0))).await.unwrap();
    assert_eq!(ask(&db, "barrier", &[]).await, [0; 0]);
    publish(&db, 1, ("The sluice", "It opens.")).await;
    index::settle(&db, Time(0)).await.unwrap();
    assert_eq!(ask(&db, "barrier", &[]).await, [0; 0]);
    assert_eq!(ask(&db, "sluices", &[]).await, [1]);
    db.write(|tx| index::take_out(tx, PostId(1), Time(0))).await.unwrap();
    index::settle(&db, Time(0)).await.unwrap();
    let left: (i64, i64) = db
        .read(|tx| {
            let (lists,) = tx.one(
                crate::outside::db::sql!("-- search::tests, lists\n select count(*) from posting"),
                (),
            )?;
            let (rows,) = tx.one(
                crate::outside::db::sql!("-- search::tests, rows\n select count(*) from searchable"),
                (),
            )?;
            Ok((lists, rows))
        })
        .await
        .unwrap();
    assert_eq!(left, (0, 0));
}

async fn a_whole_archive_may_name_one_minute(place: Place) {
    let db = open(&place).await;
    let at = Time(20_000 * DAY);
    for some in 0..10 {
        db.write(move |tx| {
            (1..=60).try_for_each(|n| {
                index::put(tx, PostId(some * 60 + n), at, &[], at, |_| Ok(words("Log", "High water at six.")))
            })
        })
        .await
        .unwrap();
    }
    let farthest = db.read(|tx| {
        tx.one::<(i64, i64)>(
            sql!(
                "-- test, places
                select count(*), max(place - wanted) from searchable"
            ),
            (),
        )
    });
    let (posts, farthest) = farthest.await.unwrap();
    assert_eq!(posts, 600);
    assert!(farthest < 20_000, "{farthest} minutes from its own");
    index::settle(&db, at).await.unwrap();
    let query = Query::read("water", &["en".into()]);
    let found = db.read(move |tx| find(tx, &query, &[], 0, 10)).await.unwrap();
    assert_eq!(found.total, 600);
}

#[test]
fn a_text_is_plainly_of_one_language() {
    let texts = [
        (
            "en",
            "The ferry leaves the pier at six, and it is the first of the day that the keeper of the light sees from his window.",
        ),
        (
            "de",
            "Die Fähre verlässt um sechs den Steg, und sie ist die erste des Tages, die der Wärter mit dem Fernrohr auf dem Wasser sieht.",
        ),
        (
            "fr",
            "Le bac quitte le quai à six heures, et c’est le premier que le gardien voit sur la rivière pour la journée dans les brumes.",
        ),
        (
            "es",
            "El barco deja el muelle a las seis, y es el primero que el guarda del faro ve por la ventana con los ojos en la niebla.",
        ),
        (
            "it",
            "Il traghetto lascia il molo alle sei, ed è il primo che il guardiano del faro vede per la finestra della torre, con la nebbia nel porto.",
        ),
        (
            "pt",
            "O barco deixa o cais pelas seis da manhã, e é o primeiro do dia que os guardas do farol veem com um óculo na neblina, no silêncio, ao longe.",
        ),
        (
            "nl",
            "Het veer verlaat de steiger om zes uur, en dat is het eerste van de dag dat de wachter met een kijker op het water ziet, en niet te laat.",
        ),
        (
            "ru",
            "Паром отходит от пристани в шесть, и это первый за день, что смотритель видит из окна с башни, как и на рассвете.",
        ),
        (
            "uk",
            "Пором відходить від пристані о шостій, і це перший за день, що його доглядач бачить з вікна, як і на світанку, та не про те думає.",
        ),
    ];
    for (language, _) in analyse::SMALLEST {
        for (of, text) in texts {
            assert_eq!(analyse::is_plainly(text, language), of == language, "{language}: {text}");
        }
    }
    assert!(analyse::is_plainly(texts[0].1, "en-GB") && !analyse::is_plainly(texts[0].1, "fi"));
}

/// The first of these stands in almost every post, the last in few. Each is its own stem.
const VOCABULARY: [&str; 12] =
    ["the", "to", "fog", "bell", "lamp", "lantern", "harbour", "tram", "mast", "dock", "lamplight", "salt"];

/// What somebody may ask for: words, phrases and beginnings, as they are typed.
fn asked() -> impl Strategy<Value = (Vec<String>, Option<i64>)> {
    let word = || prop::sample::select(VOCABULARY.to_vec());
    let atom = prop_oneof![
        word().prop_map(str::to_owned),
        prop::collection::vec(word(), 2..4).prop_map(|words| format!("\"{}\"", words.join(" "))),
        prop::sample::select(vec!["lam*", "lan*", "the*", "har*", "aut*", "xyz*"]).prop_map(str::to_owned),
    ];
    (prop::collection::vec(atom, 1..4), prop::option::of(1i64..5))
}

fn text() -> impl Strategy<Value = String> {
    let common = (0..VOCABULARY.len(), 0..VOCABULARY.len()).prop_map(|(a, b)| VOCABULARY[a.min(b)]);
    prop::collection::vec(common, 6..14).prop_map(|words| words.join(" "))
}

fn holds(text: &str, atom: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let phrase: Vec<&str> = atom.trim_matches('"').split(' ').collect();
    match atom.strip_suffix('*') {
        Some(beginning) => words.iter().any(|word| word.starts_with(beginning)),
        None => words.windows(phrase.len()).any(|some| some == phrase),
    }
}

async fn what_is_found_is_what_reading_every_post_would_find(place: Place) {
    const MANY: i64 = 6400;
    let db = open(&place).await;
    let mut chance = TestRunner::deterministic();
    let mut draw = move || text().new_tree(&mut chance).unwrap().current();
    let mut texts: BTreeMap<i64, String> = (1..=MANY).map(|id| (id, draw())).collect();
    let put = async |some: Vec<(i64, String)>| {
        for some in some.chunks(400).map(<[_]>::to_vec) {
            let put = move |tx: &mut Tx, (id, text): (i64, String)| {
                // On both sides of 1970.
                let (at, marks) = (Time((id - MANY / 2) * 7 * MINUTE), [Mark::Author(1 + id % 4)]);
                index::put(tx, PostId(id), at, &marks, at, |_| Ok(words("", &text)))
            };
            db.write(move |tx| some.into_iter().try_for_each(|post| put(tx, post))).await.unwrap();
        }
    };
    // Most of it is in the lists; some of that went or was changed since, and some is new.
    put(texts.clone().into_iter().filter(|(id, _)| id % 9 != 0).collect()).await;
    index::settle(&db, Time(0)).await.unwrap();
    index::settle(&db, Time(0)).await.unwrap();
    put(texts.clone().into_iter().filter(|(id, _)| id % 9 == 0).collect()).await;
    let changed: Vec<(i64, String)> =
        texts.keys().filter(|id| *id % 23 == 0).map(|id| (*id, draw())).collect();
    texts.extend(changed.clone());
    let gone: Vec<i64> = texts.keys().copied().filter(|id| id % 31 == 0 || id % 23 == 0).collect();
    db.write(move |tx| gone.into_iter().try_for_each(|id| index::take_out(tx, PostId(id), Time(0))))
        .await
        .unwrap();
    put(changed.into_iter().filter(|(id, _)| id % 31 != 0).collect()).await;
    texts.retain(|id, _| id % 31 != 0);

    let mut chance = TestRunner::deterministic();
    for _ in 0..150 {
        let (atoms, author) = asked().new_tree(&mut chance).unwrap().current();
        let by = |id: i64| author.is_none_or(|author| author == 1 + id % 4);
        let newest = |enough: &dyn Fn(&str) -> bool| -> Vec<i64> {
            let held = texts.iter().rev().filter(|(id, text)| by(**id) && enough(text));
            held.map(|(id, _)| *id).take(MOST + 1).collect()
        };
        let mut expected = newest(&|text| atoms.iter().all(|atom| holds(text, atom)));
        if expected.is_empty() {
            expected = newest(&|text| atoms.iter().any(|atom| holds(text, atom)));
        }
        let query = Query::read(&atoms.join(" "), &["en".into()]);
        let marks: Vec<Mark> = author.map(Mark::Author).into_iter().collect();
        let found = db.read(move |tx| newest_posts(tx, &query, &marks)).await.unwrap();
        assert!(
            found == expected,
            "{atoms:?} by {author:?}: {} found, {} there",
            found.len(),
            expected.len()
        );
    }
}

fn newest_posts(tx: &mut Tx, query: &Query, marks: &[Mark]) -> crate::Result<Vec<i64>> {
    let posts: Vec<(i64, i64)> = tx.all(
        sql!(
            "-- test, posts at places
            select place, post_id from searchable"
        ),
        (),
    )?;
    let posts: HashMap<i64, i64> = posts.into_iter().collect();
    let (found, _) = newest(tx, query, marks)?;
    Ok(found.iter().map(|at| posts[&at.place]).collect())
}
