//! Sources are looked at again: what dies, changes, moves or hides is told, with its day; what stands is left alone.

mod press;

use press::web::Answer;
use press::{Post, Press};
use serde_json::Value;

const DAY: i64 = 86_400;

/// The words that the posts quote.
const LAMPS: &str = "The lamps along the quay are lit by hand every evening of the year";
const FERRY: &str = "The night ferry will run until the last passenger has crossed the water";

/// A page of some length, so that small changes are small.
fn page(title: &str, words: &str) -> Answer {
    let body: String = (1..=40)
        .map(|n| format!("<p>Gauge {n} of the harbour {title} was read at dawn and once more when the tide had turned.</p>"))
        .collect();
    Answer::page(title, &format!("<p>{words}.</p>{body}"))
}

/// A publication whose server is stopped; days pass by the clock of its commands.
struct Watched {
    press: Press,
}

impl Watched {
    async fn of(markdown: &str, verdicts: &[&str], serve: impl Fn(&Press)) -> (Watched, Post) {
        let mut press = Press::start().await;
        serve(&press);
        let post = press.ida().publishes("What the harbour said", markdown).await;
        post.is_kept().await;
        post.is_judged(verdicts).await;
        press.is_stopped().await;
        (Watched { press }, post)
    }

    /// Looks at whatever is due on a day; what was reported, by address.
    async fn looks(&self, day: i64, args: &[&str]) -> Vec<Value> {
        let args: Vec<&str> = ["sources", "watch", "--json"].iter().chain(args).copied().collect();
        let clock = format!("+{}", day * DAY);
        let ran = self.press.command(&args).with("IBID_CLOCK", &clock).run().await;
        assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
        let items = ran.json()["items"].as_array().unwrap().clone();
        let found = items.iter().any(|item| {
            matches!(item["state"].as_str().unwrap(), "changed" | "blocked" | "failing" | "gone")
        });
        assert_eq!(ran.status, Some(i32::from(found)), "{items:#?}");
        items
    }

    async fn look(&self, day: i64, url: &str) -> Value {
        self.looks(day, &[url]).await.pop().unwrap()
    }
}

#[tokio::test]
async fn a_year_goes_by() {
    const STEADY: &str = "https://steady.example/lamps";
    const COUNTED: &str = "https://counted.example/lamps";
    const EDITED: &str = "https://edited.example/ferry";
    const WALLED: &str = "https://walled.example/report";
    const DYING: &str = "https://dying.example/report";
    const FLAKY: &str = "https://flaky.example/report";
    const MOVED: &str = "https://moved.example/old";
    const CHANNEL: &str = "https://t.me/harbourmaster/421";
    const HOME: &str = "https://pointer.example/";
    let all = [STEADY, COUNTED, EDITED, WALLED, DYING, FLAKY, MOVED, CHANNEL, HOME];
    let markdown = format!(
        "The office wrote that “{LAMPS}” [there]({STEADY}).\n\nThe ferry wrote that “{FERRY}” [there]({EDITED}).\n\n{}",
        all.iter().map(|url| format!("And [this]({url}).\n\n")).collect::<String>()
    );
    let (watched, _) = Watched::of(&markdown, &["verbatim", "verbatim"], |press| {
        press.web.serves(STEADY, page("steady", LAMPS).header("ETag", "\"1\""));
        press.web.serves(EDITED, page("ferry", FERRY));
        for (url, title) in
            [(COUNTED, "counted"), (WALLED, "walled"), (DYING, "dying"), (FLAKY, "flaky"), (MOVED, "moved")]
        {
            press.web.serves(url, page(title, LAMPS));
        }
        press.web.serves(HOME, page("home", "News of today"));
    })
    .await;

    let web = &watched.press.web;
    let mut seen: std::collections::BTreeMap<String, Vec<(i64, String)>> = Default::default();
    let mut looks = 0;
    let mut events = vec![
        (20, FLAKY, Answer::page("Maintenance", "<p>Back soon.</p>").status(503)),
        (30, WALLED, Answer::page("Forbidden", "<p>Robots are not served.</p>").status(403)),
        (45, EDITED, page("ferry", "The timetable will be told")),
        (101, DYING, Answer::not_found()),
        (149, MOVED, Answer::redirect(301, "https://moved.example/new")),
        (200, EDITED, page("ferry", FERRY)),
    ]
    .into_iter()
    .peekable();
    let (mut day, mut failing) = (0, false);
    while day < 365 {
        // Whoever keeps a server running looks every hour; between two looks nothing happens.
        day += if day < 20 || failing { 1 } else { 6 };
        web.serves(COUNTED, page("counted", &format!("{LAMPS}. Seen {} times", 1000 + day * 37)));
        let news = "nothing that was there before ".repeat(day as usize);
        web.serves(HOME, page("home", &format!("News of day {day} and {news}")));
        while let Some((_, url, answer)) = events.next_if(|(on, ..)| *on <= day) {
            web.serves(url, answer);
        }
        web.serves("https://moved.example/new", page("moved", LAMPS));
        let looked = watched.looks(day, &["--due"]).await;
        for item in &looked {
            looks += 1;
            let states = seen.entry(item["url"].as_str().unwrap().to_owned()).or_default();
            let state = item["state"].as_str().unwrap().to_owned();
            if item["url"] == FLAKY && state == "failing" {
                // Mended on the day after it was noticed.
                web.serves(FLAKY, page("flaky", LAMPS));
            }
            if states.last().map(|(_, last)| last) != Some(&state) {
                states.push((day, state));
            }
        }
        let last = |url: &str| {
            seen.get(url).and_then(|states: &Vec<(i64, String)>| states.last()).map(|(_, s)| s.clone())
        };
        failing = [FLAKY, DYING].iter().any(|url| last(url).as_deref() == Some("failing"));
    }
    let states = |url: &str| seen[url].iter().map(|(_, state)| state.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(states(STEADY), "alive");
    assert_eq!(states(COUNTED), "alive", "a counter is no change");
    assert_eq!(states(CHANNEL), "alive", "neither is one of views");
    assert_eq!(states(HOME), "alive", "a place that keeps changing never changes");
    assert_eq!(states(EDITED), "alive changed alive");
    assert_eq!(states(WALLED), "alive blocked", "a wall is never death");
    assert_eq!(states(FLAKY), "alive failing alive");
    assert_eq!(states(DYING), "alive failing gone");
    assert_eq!(states(MOVED), "alive moved");
    // Dead is who failed three times, three days apart.
    let day = |url: &str, state: &str| seen[url].iter().find(|(_, s)| s == state).unwrap().0;
    assert!((6..=9).contains(&(day(DYING, "gone") - day(DYING, "failing"))), "{seen:#?}");
    assert!(looks < 9 * 28, "looks back off: {looks} in a year");
    // What stands was never kept anew; what was counted, once a month at most; what died, once as it lived and once as it failed.
    let listed = watched.press.command(&["sources", "list", "--json"]).run().await.json();
    let copies = |url: &str| {
        let items = listed["items"].as_array().unwrap();
        let id = items.iter().find(|item| item["url"] == url).unwrap()["id"].as_str().unwrap().to_owned();
        all_files(&watched.press.data().join("files/captures").join(id)).len()
    };
    assert_eq!((copies(STEADY), copies(CHANNEL), copies(DYING), copies(HOME)), (1, 1, 2, 1));
    assert!(copies(COUNTED) <= 12, "{}", copies(COUNTED));
}

#[tokio::test]
async fn a_quoted_sentence_that_is_taken_out_is_told_with_its_day() {
    const URL: &str = "https://edited.example/ferry";
    let markdown = format!("The ferry wrote that “{FERRY}” [there]({URL}).");
    let (mut watched, post) =
        Watched::of(&markdown, &["verbatim"], |press| press.web.serves(URL, page("ferry", FERRY))).await;

    // One word of one sentence: far less than a change of the page, and all that matters to the post.
    watched.press.web.serves(URL, page("ferry", &FERRY.replace("will run", "will not run")));
    let look = watched.look(3, URL).await;
    assert_eq!((&look["state"], &look["was"]), (&"changed".into(), &"alive".into()), "{look:#}");
    assert_eq!(look["evidence"], "A quoted sentence reads otherwise now.", "{look:#}");
    let quotation = &look["quotations"][0];
    assert_eq!((&quotation["stands"], &quotation["fate"]), (&false.into(), &"changed".into()), "{look:#}");
    assert_eq!(quotation["verdict"], "verbatim", "the older copy holds the words: {look:#}");
    assert!(look["copy"].is_string() && look["changed"].as_f64().unwrap() < 0.1, "{look:#}");

    watched.press.web.serves(URL, page("ferry", "There is nothing to say"));
    let look = watched.look(6, URL).await;
    assert_eq!(look["quotations"][0]["fate"], "removed", "{look:#}");
    let removed_at = look["quotations"][0]["fate_at"].clone();
    // Many copies later the words are still known to have stood in the first.
    for day in 7..16 {
        watched.press.web.serves(URL, page(&format!("ferry{day}"), "There is nothing to say"));
        let look = watched.look(day, URL).await;
        assert_eq!(look["quotations"][0]["verdict"], "verbatim", "{look:#}");
        assert_eq!(look["quotations"][0]["fate_at"], removed_at, "{look:#}");
    }

    watched.press.set("IBID_CLOCK", &format!("+{}", 17 * DAY));
    watched.press.starts().await;
    let page = watched.press.reader().opens(&post.path).await;
    page.shows("word for word, since removed").shows("was removed from the page, as seen on");
    let id = look["id"].as_str().unwrap();
    let source = watched.press.reader().opens(&format!("/sources/{id}")).await;
    source.is(200).shows("removed from the page, as seen on").shows("A quoted sentence is no longer there.");
    watched.press.reader().opens("/sources").await.shows("a quoted sentence was removed");

    // Put back, the sentence stands again.
    watched.press.web.serves(URL, self::page("ferry", FERRY));
    let look = watched.look(18, URL).await;
    assert_eq!(
        (&look["state"], &look["quotations"][0]["stands"]),
        (&"alive".into(), &true.into()),
        "{look:#}"
    );
}

#[tokio::test]
async fn a_copy_that_was_taken_away_leaves_its_verdict_and_its_reason() {
    const URL: &str = "https://edited.example/ferry";
    const TWIN: &str = "https://twin.example/ferry";
    let markdown = format!("The ferry wrote that “{FERRY}” [there]({URL}).\n\nThe [same]({TWIN}) elsewhere.");
    let mut press = Press::start().await;
    press.web.serves(URL, page("ferry", FERRY));
    press.web.serves(TWIN, page("ferry", FERRY));
    press.ida().settles("shown", "always").await;
    let post = press.ida().publishes("What the ferry said", &markdown).await;
    let sources = post.is_kept().await;
    post.is_judged(&["verbatim"]).await;
    let copies: Vec<String> =
        sources.iter().map(|source| press::path_of(source["captures"][0]["url"].as_str().unwrap())).collect();
    let reader = press.reader();
    reader.opens(&copies[0]).await.is(200).shows(FERRY);

    // Both are listed before anything happens, and no copy goes without a reason.
    let desk = press.ida().signs_in().await;
    let list = desk.opens("/desk/sources").await;
    let ways: Vec<String> =
        list.links().into_iter().map(|(to, _)| to).filter(|to| to.ends_with("/removal")).collect();
    let asked = desk.opens(&ways[0]).await;
    asked.is(200).shows("These 2 copies hold the same page or the same words").shows(URL).shows(TWIN);
    let form = asked.form_with("reason").unwrap();
    desk.sends(&form.clone().fill("reason", " ")).await.is(422).shows("Say why");
    desk.sends(&form.fill("reason", "A court ordered it.")).await.is(200).shows("it can be had back");

    for copy in &copies {
        let gone = reader.opens(copy).await;
        gone.is(410).shows("taken away on").shows("A court ordered it").hides("passenger");
        assert!(gone.attributes("iframe", "src").is_empty());
        reader.opens(&format!("{copy}/page")).await.is(404);
        desk.opens(&format!("{copy}/page")).await.is(404);
    }
    let shown = post.page().await;
    shown.shows("word for word");
    assert!(
        !shown.pick(".finding").join(" ").contains("Gauge 1 of the harbour"),
        "its surroundings are hidden"
    );
    let id = sources[0]["id"].as_str().unwrap();
    reader.opens(&format!("/sources/{id}")).await.shows("taken away on").shows("A court ordered it");

    assert!(!all_files(&press.data().join("files")).is_empty(), "it can be undone");

    // The same page kept again is the same page.
    press.command(&["sources", "capture", URL, "--json"]).run().await.succeeds();
    post.is_judged(&["verbatim"]).await;
    let newest = post.sources().await[0]["captures"][0].clone();
    assert!(newest["removed_at"].is_string(), "{newest}");
    reader.opens(&press::path_of(newest["url"].as_str().unwrap())).await.is(410);

    // It can be had back, and taken away again; then time runs out.
    let back = desk.opens(&ways[0]).await;
    desk.sends(&back.form_to("/removal/undo").unwrap()).await.is(200);
    reader.opens(&copies[0]).await.is(200).shows(FERRY);
    let again = desk.opens(&ways[0]).await.form_with("reason").unwrap();
    desk.sends(&again.fill("reason", "A court ordered it.")).await.is(200);
    press.is_stopped().await;
    press.set("IBID_CLOCK", &format!("+{}", 31 * DAY));
    press.starts().await;
    press::until("the bytes to be deleted", async || {
        let left = all_files(&press.data().join("files"));
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
    post_of(&press, &post).await.shows("word for word");
    press.reader().opens(&copies[0]).await.is(410).shows("A court ordered it");
    press.command(&["doctor"]).run().await.succeeds();
    let desk = press.ida().signs_in().await;
    desk.opens(&ways[0]).await.is(200).shows("Its bytes are deleted");
}

async fn post_of(press: &Press, post: &Post) -> press::Page {
    press.reader().opens(&post.path).await
}

fn all_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(all_files(&path)),
            path => files.push(path),
        }
    }
    files
}

#[tokio::test]
async fn a_dead_link_is_replaced_and_readers_are_told() {
    const OLD: &str = "https://dying.example/report";
    const NEW: &str = "https://living.example/report";
    let markdown = format!("The office wrote that “{LAMPS}” [there]({OLD}).");
    let (mut watched, post) = Watched::of(&markdown, &["verbatim"], |press| {
        press.web.serves(OLD, page("office", LAMPS));
        press.web.serves(NEW, page("office", LAMPS));
    })
    .await;
    watched.press.web.serves(OLD, Answer::not_found());
    for day in [1, 4, 8] {
        watched.look(day, OLD).await;
    }
    watched.press.set("IBID_CLOCK", &format!("+{}", 9 * DAY));
    watched.press.starts().await;
    // Beside a dead link stands the kept copy.
    let reader = watched.press.reader();
    reader.opens(&post.path).await.shows("gone since").shows("read the kept copy");

    let desk = watched.press.ida().signs_in().await;
    let health = desk.opens("/desk/sources/health").await;
    health
        .is(200)
        .shows("Died this week")
        .shows("1 source died")
        .shows("kept copy of")
        .shows("dying.example");
    let way = health.links().into_iter().map(|(to, _)| to).find(|to| to.ends_with("/replacement")).unwrap();
    let form = desk.opens(&way).await.form_with("to").unwrap();
    desk.sends(&form.clone().fill("to", "nowhere")).await.is(422).shows("is no address");
    desk.sends(&form.fill("to", NEW)).await.is(200);
    let page = reader.opens(&post.path).await;
    page.shows("leads to another address").shows("living.example");
    assert!(page.links().iter().any(|(to, _)| to == NEW) && !page.links().iter().any(|(to, _)| to == OLD));
    let id = &post.id;
    desk.opens(&format!("/desk/posts/{id}/revisions")).await.is(200).shows("Ida");
}

#[tokio::test]
async fn the_register_is_searched_by_words_of_titles_and_addresses() {
    let press = Press::start().await;
    let urls = ["https://ministry.example/releases/dredging", "https://library.example/reading-room"];
    let post = press.ida().publishes("Two", &format!("[One]({}) and [two]({}).", urls[0], urls[1])).await;
    press.ida().drafts("A draft", "See [this](https://ferry.example/night).").await;
    post.is_kept().await;
    let reader = press.reader();
    let (basin, room) = ("Dredging of the outer basin", "The reading room");
    reader.opens("/sources").await.shows(basin).shows(room).hides("ferry");
    let finds = async |q: &str, expected: &[&str]| {
        let page = reader.opens(&format!("/sources?q={q}")).await;
        let found = page.pick(".register .title");
        assert_eq!(found, expected, "{q}: {}", page.text());
    };
    finds("dredging", &[basin]).await;
    finds("BASIN%20dredging", &[basin]).await;
    finds("library.example", &[room]).await;
    finds("reading", &[room]).await;
    finds("example", &[basin, room]).await;
    finds("dredging%20reading", &[]).await;
    finds("night", &[]).await;
    // Taken back, it is as if it never was.
    post.rewrites(serde_json::json!({"status": "draft"})).await;
    reader.opens("/sources").await.hides(basin);
    finds("dredging", &[]).await;
}
