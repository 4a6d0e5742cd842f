//! Every quotation is checked against the source it is given to, and the reader is told in fair words.

mod press;

use press::{Press, ibid, until};
use serde_json::{Value, json};

const RELEASE: &str = "https://ministry.example/releases/dredging";

#[tokio::test]
async fn a_misquoted_source_is_shown_to_differ() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes("The basin", &format!("Moreau said that “the basin has not been widened since the breakwater was extended” [in the release]({RELEASE})."))
        .await;
    let quotation = &post.is_judged(&["altered"]).await[0];
    assert_eq!(quotation["material"], true);
    assert_eq!(quotation["source"], RELEASE);
    let change = &quotation["changes"][0];
    assert_eq!(
        (&change["kind"], &change["quote"], &change["source"]),
        (&json!("changed"), &json!("widened"), &json!("deepened")),
        "{quotation}"
    );

    let page = post.shows("differs from the source").await;
    assert_eq!(
        (page.pick("del").join(" "), page.pick("ins").join(" ")),
        ("deepened".into(), "widened".into())
    );
    let copy =
        page.links().into_iter().find(|(href, _)| href.contains("/sources/") && href.contains("text="));
    let (href, _) =
        copy.unwrap_or_else(|| panic!("no link to the place in the kept copy: {:?}", page.links()));
    press
        .reader()
        .opens(&href)
        .await
        .is(200)
        .shows("The basin has not been deepened since the breakwater was extended");
}

#[tokio::test]
async fn a_writer_is_asked_once_and_takes_the_sources_words_with_one_tap() {
    let press = Press::start().await;
    let desk = press.ida().signs_in().await;
    let misquoted = format!(
        "Moreau said that “the basin has not been widened since the breakwater was extended” [in the release]({RELEASE})."
    );
    let form = desk.opens("/desk/posts/new").await.form_with("markdown").expect("an editor");
    let saved = desk
        .sends(&form.fill("title", "The basin").fill("markdown", &misquoted).pressing("do", "save"))
        .await;
    let address = saved.is(200).attributes("form#editor", "action")[0].clone();
    let editor = until("the difference beside the words", async || {
        let editor = desk.opens(&address).await;
        if editor.text().contains("take the source’s words") { Ok(editor) } else { Err(editor.text()) }
    })
    .await;

    // What differs is asked about, plainly, and published when the button is pressed again.
    let asked = desk.sends(&editor.form_with("markdown").unwrap().pressing("do", "publish")).await;
    asked.is(200).shows("This quotation is not what its source says").shows("the basin has not been widened");
    press.reader().opens("/").await.hides("The basin");
    let published = desk.sends(&asked.form_with("markdown").unwrap().pressing("do", "publish")).await;
    published.is(200).shows("Published.");
    let form = published.form_with("markdown").unwrap().fill("tags", "Harbour").pressing("do", "update");
    let updated = desk.sends(&form).await;
    updated.is(200).shows("Updated.");

    // One tap, no script: the words of the source stand in the text, and the page says so once it is updated.
    let offered = updated.attributes("button[name=mark]", "value");
    let wording = offered.iter().find(|value| value.contains(" wording ")).expect("the source's words");
    let mended = desk.sends(&updated.form_with("markdown").unwrap().pressing("mark", wording)).await;
    assert_eq!(
        mended.is(200).pick("textarea#markdown")[0],
        misquoted.replace("widened", "deepened"),
        "nothing but the words is touched"
    );
    desk.sends(
        &mended
            .form_with("markdown")
            .unwrap()
            .fill("correction", "The release says deepened.")
            .pressing("do", "update"),
    )
    .await
    .is(200)
    .shows("Updated.");
    let path = press
        .reader()
        .opens("/")
        .await
        .links()
        .into_iter()
        .find(|(_, words)| words == "The basin")
        .expect("the post")
        .0;
    until("readers to be told that it is word for word", async || {
        let page = press.reader().opens(&path).await;
        let told = page.text();
        if told.contains("1 word for word") && told.contains("The release says deepened.") {
            Ok(())
        } else {
            Err(told)
        }
    })
    .await;
}

#[tokio::test]
async fn a_faithful_quotation_earns_its_words() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "The basin",
            &format!(
                "Moreau said that \"the basin has not been deepened since the breakwater was extended\" [in the release]({RELEASE}).\n\n\
                 > We will work at night … where the neighbours have agreed to it.\n>\n> — Anna Moreau, [Dredging of the outer basin]({RELEASE}), 12 March 2026\n\n\
                 She added that “the ferries will be paid for their losses” [there]({RELEASE}).\n\n\
                 Nobody asked what the “outer basin” [is]({RELEASE}), and those eyes say: the water will come.\n"
            ),
        )
        .await;
    let quotations = post.is_judged(&["verbatim", "elided", "not_found"]).await;
    assert_eq!(quotations[1]["speaker"], "Anna Moreau", "{}", quotations[1]);
    assert_eq!(quotations[0]["cut"], "end", "the sentence goes on after it: {}", quotations[0]);

    let page = post.shows("3 quotations").await;
    page.shows("1 word for word").shows("1 shortened").shows("not found in the copy kept on");
    page.hides("not accurate").hides("false");
}

#[tokio::test]
async fn a_dropped_condition_is_material() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Night work",
            &format!("Moreau promised that “we will work at night” [in the release]({RELEASE})."),
        )
        .await;
    let quotation = &post.is_judged(&["altered"]).await[0];
    assert_eq!((&quotation["material"], &quotation["cut"]), (&json!(true), &json!("end")), "{quotation}");
}

#[tokio::test]
async fn a_verdict_belongs_to_exact_words_and_one_capture() {
    let press = Press::start().await;
    let markdown =
        |words: &str| format!("The room “{words}” [they write](https://library.example/reading-room).");
    let post = press.ida().publishes("The room", &markdown("is open until ten in the evening")).await;
    post.is_judged(&["verbatim"]).await;

    post.rewrites(json!({"markdown": markdown("is open until nine in the evening")})).await;
    let now = post.quotations().await;
    assert_ne!(now[0]["verdict"], "verbatim", "an old verdict may not stand for new words");
    post.is_judged(&["altered"]).await;

    press.web.serves(
        "https://library.example/reading-room",
        press::web::Answer::page(
            "The reading room",
            "<p>The reading room is open until nine in the evening. The lamps are turned low at eight.</p>",
        ),
    );
    press.command(&["sources", "capture", "https://library.example/reading-room"]).run().await.succeeds();
    let quotation = &post.is_judged(&["verbatim"]).await[0];
    let sources = post.sources().await;
    let newest =
        sources[0]["captures"].as_array().unwrap().iter().map(|c| c["at"].as_str().unwrap()).max().unwrap();
    assert!(
        quotation["capture"].to_string().contains(newest) || quotation["capture"].is_string(),
        "{quotation}"
    );
}

#[tokio::test]
async fn what_could_not_be_kept_is_no_accusation() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Walls",
            "He wrote that “the port closed the year with a deficit” [in the accounts](https://trouble.example/paywall).\n\n\
             She wrote that “nobody should ever read this page” [behind a wall](https://trouble.example/bot-wall).\n\n\
             They wrote that “every boat was counted twice that day” [long ago](https://trouble.example/404).",
        )
        .await;
    post.is_judged(&["source_unavailable", "source_unavailable", "source_unavailable"]).await;
    post.page().await.hides("not found in the copy").hides("differs from the source");
}

#[tokio::test]
async fn reported_speech_is_never_judged() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Reported",
            &format!(
                "Moreau [said]({RELEASE}) that the basin would be closed for ever and the ferries sold."
            ),
        )
        .await;
    post.is_kept().await;
    let quotations = until("the reported speech to be looked at", async || {
        let quotations = post.quotations().await;
        if quotations.iter().all(|q| q["kind"] == "reported") {
            Ok(quotations)
        } else {
            Err(format!("{quotations:#?}"))
        }
    })
    .await;
    assert!(quotations.iter().all(|q| q["verdict"].is_null()), "{quotations:#?}");
    post.page().await.hides("differs").hides("quotation");
}

#[tokio::test]
async fn a_transcript_is_judged_by_paragraph_and_shown_as_one() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "The hearing of the board",
            "> **Question:** The fishing cooperative said that the outer basin will be closed for a whole season. Is that so?\n>\n\
             > **Marta Lindqvist:** It is not. The basin stays open, as the release of the ministry sets out, and only the fairway is narrowed.\n>\n\
             > We have put the dates on the board at the ferry stage and they are also in the tide tables.\n>\n\
             > **Question:** Will the night ferry run in June?\n>\n\
             > — Harbour Office, [channel](https://t.me/harbourmaster/418), 13 March 2026\n",
        )
        .await;
    let turns = post.is_judged(&["verbatim", "verbatim", "verbatim", "altered"]).await;
    assert!(turns.iter().all(|turn| turn["kind"] == "turn"), "{turns:#?}");
    assert_eq!(turns[1]["speaker"], "Marta Lindqvist");
    assert_eq!(turns[2]["speaker"], "Marta Lindqvist", "a turn runs over unlabelled paragraphs");
    post.shows("transcript, 4 paragraphs: 3 word for word, 1 differs").await;
}

#[tokio::test]
async fn words_can_be_checked_without_a_post() {
    let press = Press::start().await;
    let check = async |text: &str| {
        let body = json!({"text": text, "source_text": "The lamps are lit at dusk. Nobody is hurried, and umbrellas are lent."});
        press.ida().api().post("/api/v1/check", body).await.is(200).json()["quotations"][0].clone()
    };
    let short = check("are").await;
    assert_eq!(short["verdict"], json!("too_short"), "{short}");
    let verbatim = check("Nobody is hurried, and umbrellas are lent").await;
    assert_eq!(
        (&verbatim["verdict"], &verbatim["spans"]),
        (&json!("verbatim"), &json!([{"start": 27, "end": 68}])),
        "{verbatim}"
    );
    let altered = check("Everybody is hurried, and umbrellas are lent").await;
    assert_eq!((&altered["verdict"], &altered["material"]), (&json!("altered"), &json!(true)), "{altered}");

    let body = json!({"text": "x", "source_text": "y"});
    press.api().post("/api/v1/check", body).await.problem(401);
    let large = json!({"text": "x", "source_text": "y".repeat(1_100_000)});
    let status = press.ida().api().post("/api/v1/check", large).await.status;
    assert!(matches!(status, 413 | 422), "{status}");
}

const SOURCE: &str = "The reading room is open until ten in the evening. The lamps are turned low at half past nine, and nobody \
    is hurried. We do not lend umbrellas on Sundays. Visitors are asked to wipe their shoes, if it rains, and to close the door.";

/// One quotation, given to one source: its verdict and the exit status of `ibid check`.
async fn check(words: &str, verdict: &str, status: i32) -> Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("room.txt"), SOURCE).unwrap();
    std::fs::write(
        folder.path().join("post.md"),
        format!("# The room\n\nThe librarian wrote that “{words}” [on the door](https://library.example/room?a=b).\n"),
    )
    .unwrap();
    let source = "https://library.example/room?a=b=room.txt";
    let ran = ibid(&["check", "post.md", "--source", source, "--offline", "--json"])
        .within(folder.path())
        .run()
        .await
        .ends_with(status);
    let report = ran.json();
    assert_eq!(report["quotations"][0]["verdict"], verdict, "{report:#}");
    report
}

#[tokio::test]
async fn a_document_is_checked_at_the_command_line() {
    check("the lamps are turned low at half past nine", "verbatim", 0).await;
    check("The lamps are turned low … and nobody is hurried", "elided", 0).await;
    check("the lamps are turned down at half past nine", "altered", 1).await;
    check("we do lend umbrellas on Sundays", "altered", 1).await;
    check("Visitors are asked to close the door", "altered", 1).await;
    check("the harbour was frozen for eleven weeks that year", "not_found", 1).await;
    check("nobody is hurried and the reading room is open until ten", "spliced", 1).await;
}

#[tokio::test]
async fn a_report_has_the_promised_shape() {
    let report = check("the lamps are turned down at half past nine", "altered", 1).await;
    assert_eq!(report["file"], "post.md");
    let quotation = &report["quotations"][0];
    let names: Vec<&str> = quotation.as_object().unwrap().keys().map(String::as_str).collect();
    for name in [
        "line", "text", "speaker", "kind", "verdict", "cut", "material", "source", "capture", "spans",
        "changes",
    ] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    assert_eq!(quotation["line"], 3);
    assert_eq!(quotation["text"], "the lamps are turned down at half past nine");
    assert_eq!(quotation["kind"], "quotation");
    assert_eq!(quotation["material"], true);
    assert_eq!(quotation["source"], "https://library.example/room?a=b");
    assert_eq!(
        quotation["changes"],
        json!([{"kind": "changed", "quote": "down", "source": "low", "material": true}])
    );
    let (start, end) =
        (quotation["spans"][0]["start"].as_u64().unwrap(), quotation["spans"][0]["end"].as_u64().unwrap());
    let passage: String = SOURCE.chars().skip(start as usize).take((end - start) as usize).collect();
    assert_eq!(passage, "The lamps are turned low at half past nine");
    assert_eq!(report["counts"]["altered"], 1, "{report}");
}

#[tokio::test]
async fn one_source_and_no_link_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("room.txt"), SOURCE).unwrap();
    std::fs::write(
        folder.path().join("post.md"),
        "The librarian wrote that “the lamps are turned low at half past nine”.\n\n> We do not lend umbrellas on Sundays.\n>\n> — The librarian\n",
    )
    .unwrap();
    let ran =
        ibid(&["check", "post.md", "--source", "https://library.example/=room.txt", "--offline", "--json"]);
    let report = ran.within(folder.path()).run().await.ends_with(0).json();
    let verdicts: Vec<&Value> =
        report["quotations"].as_array().unwrap().iter().map(|q| &q["verdict"]).collect();
    assert_eq!(verdicts, ["verbatim", "verbatim"], "{report:#}");
}

#[tokio::test]
async fn a_source_that_cannot_be_had_is_said_and_not_blamed() {
    let press = Press::prepare().await.only_commands();
    let file = press.folder().join("post.md");
    std::fs::write(
        &file,
        "He wrote that “every boat was counted twice that day” [here](https://trouble.example/404).\n",
    )
    .unwrap();
    let path = file.display().to_string();

    let online = press.command(&["check", &path, "--json"]).run().await.ends_with(3).json();
    assert_eq!(online["quotations"][0]["verdict"], "source_unavailable", "{online:#}");
    let offline = press.command(&["check", &path, "--json", "--offline"]).run().await.ends_with(0).json();
    assert_eq!(offline["quotations"][0]["verdict"], "source_unavailable", "{offline:#}");
}

#[tokio::test]
async fn a_document_is_checked_against_the_living_web() {
    let press = Press::prepare().await.only_commands();
    let file = press.folder().join("post.md");
    std::fs::write(&file, "They write that “nobody is hurried” and that “the reading room is open until ten in the evening” [there](https://library.example/reading-room).\n").unwrap();
    let ran = press.command(&["check", &file.display().to_string()]).run().await.succeeds();
    assert!(ran.stdout.contains("word for word"), "{}", ran.stdout);
}

const HEARING: &str = "<!doctype html><html lang=en><title>The hearing</title><body><main><h1>The hearing on the gate</h1>\
    <p>BRANDT: Who ordered the gate to be closed that evening, and when?</p>\
    <p>MOREAU: The order came from the harbour office at twelve past nine.</p>\
    <p>BRANDT: Thank you, that will be all for today.</p>\
    <figure><img alt=''><figcaption>The gate on the evening of the flood, seen from the old pier.</figcaption></figure></main>\
    <section id=comments><p>I saw it with my own eyes and nobody closed anything.</p></section>";

/// A document and the page of the hearing, checked; what was printed.
async fn heard(document: &str, text: &str, form: &[&str], status: i32) -> press::Ran {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hearing.html"), HEARING).unwrap();
    std::fs::write(folder.path().join(document), text).unwrap();
    let source = "https://hearing.example/1=hearing.html";
    let mut args = vec!["check", document, "--source", source, "--offline"];
    args.extend(form);
    ibid(&args).within(folder.path()).run().await.ends_with(status)
}

#[tokio::test]
async fn words_in_another_mouth_are_said_to_be() {
    let text = "Ida Brandt said “the order came from the harbour office” [there](https://hearing.example/1).\n\n\
        Anna Moreau said “the order came from the harbour office” [there](https://hearing.example/1).\n\n\
        Anna Moreau said “I saw it with my own eyes” [there](https://hearing.example/1).\n\n\
        The paper wrote “the evening of the flood, seen from the old pier” [there](https://hearing.example/1).\n";
    let report = heard("post.md", text, &["--json"], 0).await.json();
    let stands: Vec<&Value> = report["quotations"].as_array().unwrap().iter().map(|q| &q["stands"]).collect();
    assert_eq!(
        stands,
        [
            &json!({"within": "turn", "speaker": "MOREAU", "elsewhere": true}),
            &json!({"within": "turn", "speaker": "MOREAU", "elsewhere": false}),
            &json!({"within": "comment", "speaker": null, "elsewhere": true}),
            &json!({"within": "caption", "speaker": null, "elsewhere": false}),
        ],
        "{report:#}"
    );
    let told = heard("post.md", text, &[], 0).await.stdout;
    for words in [
        "! post.md:1  word for word, but in the words of MOREAU",
        "✓ post.md:3  word for word\n",
        "! post.md:5  word for word, but in a comment",
        "✓ post.md:7  word for word, in a caption",
    ] {
        assert!(told.contains(words), "no {words:?} in\n{told}");
    }
}

#[tokio::test]
async fn documents_are_read_in_what_they_are_written_in() {
    let altered = "the order came from the harbour watch at twelve past nine";
    let page =
        format!("<p>Brandt\n<p>Anna Moreau said “{altered}” <a href='https://hearing.example/1'>there</a>.");
    let report = heard("post.html", &page, &["--json"], 1).await.json();
    assert_eq!(
        (&report["quotations"][0]["line"], &report["quotations"][0]["verdict"]),
        (&json!(2), &json!("altered")),
        "{report:#}"
    );
    let letter = format!("1984. A year.\n\nAnna Moreau said “{altered}” (https://hearing.example/1).\n");
    let report = heard("letter.txt", &letter, &["--json"], 1).await.json();
    assert_eq!(
        (&report["quotations"][0]["line"], &report["quotations"][0]["verdict"]),
        (&json!(3), &json!("altered")),
        "{report:#}"
    );
}

const MIXED: &str = "Anna Moreau said “the order came from the harbour office” [there](https://hearing.example/1).\n\n\
    Anna Moreau said “the order came from the harbour office at thirteen < past nine” [there](https://hearing.example/1).\n\n\
    Somebody said “the lamps were lit all through the night” [elsewhere](https://other.example/lamps).\n\n\
    > The lamps were lit all through the night.\n>\n> — Anna Moreau\n";

#[tokio::test]
async fn a_report_for_builds_is_junit() {
    let xml = heard("post.md", MIXED, &["--junit"], 1).await.stdout;
    let counts = r#"tests="4" failures="1" errors="1" skipped="1""#;
    assert!(xml.starts_with("<?xml") && xml.contains(counts), "{xml}");
    assert!(xml.contains(r#"<failure type="altered" message="differs from the source">"#), "{xml}");
    assert!(
        xml.contains(r#"<error type="source_unavailable""#) && xml.contains("thirteen &lt; past"),
        "{xml}"
    );
    assert!(xml.contains(r#"<skipped message="no source given"/>"#), "{xml}");
}

#[tokio::test]
async fn a_report_for_editors_is_sarif() {
    let sarif = heard("post.md", MIXED, &["--sarif"], 1).await.json();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let told: Vec<Value> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            json!([
                result["ruleId"],
                result["level"],
                place["artifactLocation"]["uri"],
                place["region"]["startLine"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [json!(["altered", "error", "post.md", 3]), json!(["source_unavailable", "warning", "post.md", 5])]
    );
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert!(heard("post.md", MIXED, &["--sarif", "--json"], 2).await.stdout.is_empty());
}
