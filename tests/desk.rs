//! A writer finds, throws away, brings back.

mod press;

use press::{Page, Press, until};
use serde_json::json;

const DAY: i64 = 24 * 3600;

/// Titles in a list of the desk.
fn titles(page: &Page) -> Vec<String> {
    page.is(200).pick(".rows .title")
}

#[tokio::test]
async fn a_list_holds_what_was_asked_for() {
    let press = Press::start().await;
    let ida = press.ida();
    ida.publishes("Slack water", "Twice a day the river does nothing, 100 % of it.").await;
    ida.drafts("Half a lamp", "The *lamplighter* of Überfähre has gone home.").await;
    let hour = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    let later = json!({"title": "The early boat", "markdown": "It leaves at four.", "status": "scheduled",
                       "published_at": hour.to_string(), "tags": ["ferries"]});
    ida.writes(later).await;
    let binned = ida.drafts("Torn up", "The lamplighter again.").await;
    ida.api().delete(&format!("/api/v1/posts/{}", binned.id)).await.is(204);

    let desk = ida.signs_in().await;
    for (asked, expected) in [
        ("", vec!["The early boat", "Half a lamp", "Slack water"]),
        ("?state=drafts", vec!["Half a lamp"]),
        ("?state=scheduled", vec!["The early boat"]),
        ("?state=published", vec!["Slack water"]),
        ("?state=bin", vec!["Torn up"]),
        ("?q=LAMPLIGHTER", vec!["Half a lamp"]),
        ("?q=home+lamplighter", vec!["Half a lamp"]),
        ("?q=%C3%9Cberf%C3%A4hre", vec!["Half a lamp"]),
        ("?q=lamplighter&state=bin", vec!["Torn up"]),
        ("?q=slack", vec!["Slack water"]),
        ("?q=100+%25", vec!["Slack water"]),
        ("?q=1%250", vec![]),
        ("?q=ferries", vec!["The early boat"]),
        ("?q=twice+a+day+the+river", vec!["Slack water"]),
        ("?q=twice+a+day+no+river", vec![]),
    ] {
        assert_eq!(titles(&desk.opens(&format!("/desk{asked}")).await), expected, "{asked}");
    }
    desk.opens("/desk?state=nothing").await.is(404);
    desk.opens("/desk?before=x").await.is(404);
    desk.opens("/desk?q=nowhere").await.shows("No post has “nowhere”");

    let mira = press.hires("Mira Olsen", "author").await;
    mira.drafts("Mira’s own", "The lamplighter, too.").await;
    let hers = mira.signs_in().await;
    assert_eq!(titles(&hers.opens("/desk?q=lamplighter").await), ["Mira’s own"]);
    hers.opens("/desk?state=bin").await.hides("Torn up");
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_stopped() {
    let press = Press::start().await;
    let ida = press.ida();
    for number in 1..=60 {
        ida.drafts(&format!("Note {number}"), "Short.").await;
    }
    let desk = ida.signs_in().await;
    let first = desk.opens("/desk?state=drafts&q=note").await;
    let older = first.links().into_iter().find(|(_, words)| words == "Older").expect("more").0;
    // Written meanwhile, it moves nothing from one page to the next.
    ida.drafts("Note 61", "Short.").await;
    let second = desk.opens(&older).await;
    let mut all = titles(&first);
    assert_eq!(all.len(), 50);
    all.extend(titles(&second));
    let expected: Vec<String> = (1..=60).rev().map(|number| format!("Note {number}")).collect();
    assert_eq!(all, expected);
    assert!(second.links().iter().all(|(_, words)| words != "Older"));
}

#[tokio::test]
async fn what_is_in_the_bin_comes_back_as_it_was() {
    let press = Press::start().await;
    let post = press.ida().publishes("Loud water", "A minute of it.").await;
    let desk = press.ida().signs_in().await;
    let editor = desk.opens(&format!("/desk/posts/{}", post.id)).await;
    desk.sends(&editor.form_to("/bin").expect("a bin")).await.is(200);
    post.page().await.is(404);
    desk.opens(&format!("/desk/posts/{}", post.id)).await.is(404);

    let bin = desk.opens("/desk?state=bin").await;
    bin.shows("Loud water").shows("gone for good on");
    let mira = press.hires("Mira Olsen", "contributor").await.signs_in().await;
    mira.sends(&bin.form_to("/restore").expect("a way back")).await.is(404);
    desk.sends(&bin.form_to("/restore").expect("a way back")).await.is(200).shows("Out of the bin");
    post.shows("A minute of it.").await;
    desk.opens("/desk?state=bin").await.shows("The bin is empty");
}

#[tokio::test]
async fn the_bin_is_emptied_after_thirty_days() {
    let mut press = Press::start().await;
    let text = "Moreau said that “the basin has not been widened since the breakwater was extended” \
                [in the release](https://ministry.example/releases/dredging).";
    let gone = press.ida().publishes("The outer basin", text).await;
    gone.is_judged(&["altered"]).await;
    gone.rewrites(json!({"title": "The outer basin, again"})).await;
    let kept = press.ida().publishes("Slack water", "Nothing at all.").await;
    for post in [&gone, &kept] {
        press.ida().api().delete(&format!("/api/v1/posts/{}", post.id)).await.is(204);
    }
    let desk = press.ida().signs_in().await;
    let bin = desk.opens("/desk?state=bin").await;
    let restore =
        bin.forms().into_iter().find(|f| f.action.path().ends_with(&format!("/{}/restore", kept.id)));
    desk.sends(&restore.expect("a way back")).await.is(200);

    press.is_stopped().await;
    press.set("IBID_CLOCK", &format!("+{}", 31 * DAY));
    press.starts().await;
    let desk = press.ida().signs_in().await;
    until("the bin to be emptied", async || {
        let bin = desk.opens("/desk?state=bin").await.text();
        if bin.contains("The bin is empty") { Ok(()) } else { Err(bin) }
    })
    .await;
    assert_eq!(titles(&desk.opens("/desk").await), ["Slack water"]);
    press.reader().opens(&kept.path).await.is(200);
    desk.opens("/desk/sources").await.shows("Dredging of the outer basin");
    press.command(&["doctor"]).run().await.succeeds();
    // Its address is free again.
    let slug = gone.path.rsplit('/').next().unwrap();
    let again = press
        .ida()
        .writes(json!({"title": "Anew", "markdown": "m", "status": "published", "slug": slug}))
        .await;
    again.page().await.is(200);
}

#[tokio::test]
async fn a_post_is_scheduled_to_the_minute_of_the_publications_clock() {
    let mut press = Press::start().await;
    press.ida().settles("zone", "Asia/Kathmandu").await;
    let desk = press.ida().signs_in().await;
    let zone = jiff::tz::TimeZone::get("Asia/Kathmandu").unwrap();
    let hour = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(3)).to_zoned(zone);
    let (date, time) = (hour.strftime("%Y-%m-%d").to_string(), hour.strftime("%H:%M").to_string());

    let form = desk.opens("/desk/posts/new").await.form_with("markdown").expect("an editor");
    let form = form.fill("title", "The early boat").fill("markdown", "It leaves at four.");
    let refused = desk.sends(&form.clone().pressing("do", "schedule")).await;
    refused.is(422).shows("Say the day and the hour").shows("It leaves at four.");
    let past = form.clone().fill("date", "2020-02-29").fill("time", "12:00").pressing("do", "schedule");
    desk.sends(&past).await.is(422).shows("29 February 2020, 12.00 has passed");
    let form = form.fill("date", &date).fill("time", &time).pressing("do", "schedule");
    let editor = desk.sends(&form).await;
    editor.is(200).shows(&format!("scheduled for {}", hour.strftime("%-d %B %Y, %H.%M")));
    let again = editor.form_with("date").expect("the hour");
    assert!(again.fields.contains(&("time".into(), time.clone())), "{:?}", again.fields);
    assert_eq!(titles(&desk.opens("/desk?state=scheduled").await), ["The early boat"]);

    let editor = desk.sends(&again.clone().pressing("do", "unschedule")).await;
    editor.is(200).shows("a draft again");
    let form = editor.form_with("date").unwrap().fill("date", &date).fill("time", &time);
    desk.sends(&form.pressing("do", "schedule")).await.is(200);
    press.reader().opens("/").await.hides("The early boat");

    press.is_stopped().await;
    press.set("IBID_CLOCK", &format!("+{}", 3 * 3600));
    press.starts().await;
    let reader = press.reader();
    until("the boat to leave", async || {
        let front = reader.opens("/").await.text();
        if front.contains("The early boat") { Ok(()) } else { Err(front) }
    })
    .await;
}

#[tokio::test]
async fn a_pinned_post_stands_first_however_old_it_is() {
    let press = Press::start().await;
    press.ida().settles("posts_per_page", "2").await;
    let oldest = press.ida().publishes("Read this first", "Welcome.").await;
    for number in 1..=3 {
        press.ida().publishes(&format!("Note {number}"), "Short.").await;
    }
    let desk = press.ida().signs_in().await;
    let editor = desk.opens(&format!("/desk/posts/{}", oldest.id)).await;
    let pinned = desk.sends(&editor.form_to("/pin").expect("a pin")).await;
    pinned.is(200).shows("stands first on the front page");
    let front = press.reader().opens("/").await;
    assert_eq!(front.pick(".posts h2"), ["Read this first", "Note 3", "Note 2"]);
    desk.sends(&pinned.form_to("/pin").expect("a way down")).await.is(200);
    assert_eq!(press.reader().opens("/").await.pick(".posts h2"), ["Note 3", "Note 2"]);
}

#[tokio::test]
async fn a_page_has_no_day_and_stands_in_no_list() {
    let press = Press::start().await;
    let desk = press.ida().signs_in().await;
    let form = desk.opens("/desk/posts/new").await.form_with("markdown").expect("an editor");
    let form = form.fill("title", "About us").fill("markdown", "We sit by the river.").fill("kind", "page");
    desk.sends(&form.clone().fill("slug", "archive").pressing("do", "publish"))
        .await
        .is(409)
        .shows("taken by the program");
    desk.sends(&form.pressing("do", "publish")).await.is(200).shows("Published.");
    press.reader().opens("/about-us").await.is(200).shows("We sit by the river.");
    press.reader().opens("/").await.hides("About us");
    assert!(!press.reader().opens("/feed.atom").await.html().contains("About us"));

    // A draft may still become one.
    let draft = press.ida().drafts("Imprint", "Names.").await;
    let form = desk.opens(&format!("/desk/posts/{}", draft.id)).await.form_with("kind").unwrap();
    desk.sends(&form.fill("kind", "page").pressing("do", "publish")).await.is(200);
    press.reader().opens("/imprint").await.is(200).shows("Names.");
}

#[tokio::test]
async fn a_cover_is_a_picture_of_ones_own() {
    let press = Press::start().await;
    let desk = press.ida().signs_in().await;
    let form = desk.opens("/desk/posts/new").await.form_with("markdown").expect("an editor");
    let form = form.fill("title", "The quay").fill("markdown", "Stone.").pressing("do", "publish");
    for wrong in ["/media/nothing.jpg", "https://elsewhere.example/a.jpg", "quay.svg"] {
        let refused = desk.sends(&form.clone().fill("cover", wrong)).await;
        refused.is(422).shows("is no picture of this publication").shows("Stone.");
    }
}

/// Gives a post another address in the desk, as an author would.
async fn moves(desk: &press::Visitor, id: &str, slug: &str) -> Page {
    let form = desk.opens(&format!("/desk/posts/{id}")).await.form_with("slug").expect("an editor");
    desk.sends(&form.fill("slug", slug).pressing("do", "update")).await
}

#[tokio::test]
async fn an_old_address_leads_to_the_new_one_for_ever() {
    let press = Press::start().await;
    let post = press.ida().publishes("The night ferry", "It sails.").await;
    let month = post.path.rsplit_once('/').unwrap().0.to_owned();
    let (desk, reader) = (press.ida().signs_in().await, press.reader());
    let leads = async |from: &str, to: &str| {
        let answer = reader.asks(from).await;
        answer.is(301);
        assert_eq!(press::path_of(answer.header("location")), to, "{from}");
    };

    // Saved, it waits with the words; updated, it is there.
    let form = desk.opens(&format!("/desk/posts/{}", post.id)).await.form_with("slug").unwrap();
    let saved = desk.sends(&form.fill("slug", "the-boat").pressing("do", "save")).await;
    assert_eq!(saved.attributes("#slug", "value"), ["the-boat"]);
    reader.asks(&post.path).await.is(200);
    desk.sends(&saved.form_with("slug").unwrap().pressing("do", "update")).await.is(200);
    reader.asks(&format!("{month}/the-boat")).await.is(200).shows("It sails.");
    leads(&post.path, &format!("{month}/the-boat")).await;
    assert_eq!(reader.asks_head(&post.path).await.status, 301);

    moves(&desk, &post.id, "the-late-boat").await.is(200);
    leads(&post.path, &format!("{month}/the-late-boat")).await;
    leads(&format!("{month}/the-boat/"), &format!("{month}/the-late-boat")).await;
    // Back where it was: no circle.
    moves(&desk, &post.id, "the-night-ferry").await.is(200);
    reader.asks(&post.path).await.is(200);
    leads(&format!("{month}/the-boat"), &post.path).await;

    // A new post takes an address that only led elsewhere.
    let taker =
        json!({"title": "A boat", "markdown": "Another one.", "status": "published", "slug": "the-boat"});
    press.ida().writes(taker).await.page().await.is(200).shows("Another one.");
    moves(&desk, &post.id, "the-boat").await.is(409);

    // Nothing is told of what readers may not see.
    press.ida().api().delete(&format!("/api/v1/posts/{}", post.id)).await.is(204);
    reader.asks(&format!("{month}/the-late-boat")).await.is(404);

    let page = desk.opens("/desk/posts/new").await.form_with("kind").unwrap();
    let page =
        page.fill("title", "About").fill("markdown", "Us.").fill("kind", "page").pressing("do", "publish");
    let editor = desk.sends(&page).await;
    moves(&desk, editor.url.path().rsplit('/').next().unwrap(), "imprint").await.is(200);
    leads("/about", "/imprint").await;
}

#[tokio::test]
async fn other_addresses_are_led_on_by_hand() {
    let press = Press::start().await;
    let post = press.ida().publishes("The night ferry", "It sails.").await;
    let (desk, reader) = (press.ida().signs_in().await, press.reader());
    let adds = async |from: &str, to: &str| {
        let form = desk.opens("/desk/redirects").await.form_with("from").expect("a form");
        desk.sends(&form.fill("from", from).fill("to", to)).await
    };
    adds("/blog/%C3%BCber/", &post.path).await.is(200).shows("Added.").shows("/blog/über");
    adds("/old", "https://elsewhere.example/new?a=b").await.is(200);
    for (from, to) in [
        ("/blog/%C3%BCber", press.base() + &post.path),
        ("/old/", "https://elsewhere.example/new?a=b".into()),
    ] {
        let answer = reader.asks(from).await;
        answer.is(301);
        assert_eq!(answer.header("location"), to);
    }

    adds("/first", "/second").await.is(200);
    adds("/second", "/third").await.is(200);
    adds("/third", "/first?again").await.is(409).shows("leads back");
    adds("/same", "/same/").await.is(409).shows("leads back");
    adds(&post.path, "/elsewhere").await.is(409).shows("A post answers");
    for (from, to) in [
        ("/", "/x"),
        ("old", "/x"),
        ("https://elsewhere.example/", "/x"),
        ("/desk/work", "/x"),
        ("/y", "javascript:alert(1)"),
        ("/y", "//elsewhere.example"),
    ] {
        adds(from, to).await.is(422);
    }

    let listed = desk.opens("/desk/redirects").await;
    let remove =
        listed.forms().into_iter().find(|form| form.fields.contains(&("path".into(), "/old".into())));
    desk.sends(&remove.expect("a way to remove it")).await.is(200).shows("Removed.");
    reader.asks("/old").await.is(404);
    let mira = press.hires("Mira Olsen", "author").await.signs_in().await;
    mira.opens("/desk/redirects").await.is(403);
}

#[tokio::test]
async fn two_who_save_one_post_lose_nothing_of_either() {
    let press = Press::start().await;
    let post = press.ida().publishes("The night ferry", "It sails at nine.").await;
    let (ida, jonas) =
        (press.ida().signs_in().await, press.hires("Jonas Vale", "editor").await.signs_in().await);
    let address = format!("/desk/posts/{}", post.id);
    let hers = ida.opens(&address).await.form_with("markdown").unwrap().fill("markdown", "It sails at ten.");
    let his =
        jonas.opens(&address).await.form_with("markdown").unwrap().fill("markdown", "It sails at eleven.");
    ida.sends(&hers.clone().pressing("do", "save")).await.is(200);

    let clash = jonas.sends(&his.pressing("do", "update")).await;
    clash.is(409).shows("Ida Brandt saved this post").shows("Both texts are kept");
    assert_eq!(clash.pick(".clash del"), ["ten"]);
    assert_eq!(clash.pick(".clash ins"), ["eleven"]);
    let form = clash.form_with("markdown").unwrap();
    assert!(form.fields.contains(&("markdown".into(), "It sails at eleven.".into())), "{:?}", form.fields);
    post.page().await.shows("It sails at nine.");

    // The same words sent once more are no clash with themselves, but are one more saving that he has not seen.
    ida.sends(&hers.pressing("do", "save")).await.is(200);
    let clash = jonas.sends(&form.clone().pressing("do", "update")).await;
    jonas.sends(&clash.is(409).form_with("markdown").unwrap().pressing("do", "update")).await.is(200);
    post.shows("It sails at eleven.").await;
    let revisions = ida.opens(&format!("{address}/revisions")).await;
    revisions.shows("set aside · Jonas Vale").shows("readers saw it");

    // A script's change is told of, too.
    let open = ida.opens(&address).await.form_with("markdown").unwrap();
    post.rewrites(json!({"markdown": "It sails at noon."})).await;
    ida.sends(&open.fill("markdown", "It sails at one.").pressing("do", "update"))
        .await
        .is(409)
        .shows("noon");
}

#[tokio::test]
async fn any_two_revisions_are_compared_and_each_comes_back() {
    let press = Press::start().await;
    let long: String = (1..=40).map(|n| format!("Line {n} of the log.\n\n")).collect();
    let post = press.ida().publishes("The log", &format!("{long}The end came at nine.")).await;
    post.rewrites(json!({"markdown": format!("{long}The end came late, at nine."), "tags": ["log"]})).await;
    let desk = press.ida().signs_in().await;
    let address = format!("/desk/posts/{}", post.id);
    let form = desk.opens(&address).await.form_with("markdown").unwrap();
    desk.sends(&form.fill("title", "The long log").pressing("do", "save")).await.is(200);

    let page = desk.opens(&format!("{address}/revisions")).await;
    let ids = page.attributes("input[name=from]", "value");
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert_eq!(page.pick(".finding ins"), ["long"], "what was saved last");
    let compared = desk.opens(&format!("{address}/revisions?from={}&to={}", ids[3], ids[1])).await;
    assert_eq!(compared.pick(".finding h2"), ["Title", "Text", "Tags"]);
    assert_eq!(compared.pick(".finding ins"), ["long", "late, ", "log"].map(str::trim));
    compared.shows("lines unchanged").hides("Line 20 of");
    desk.opens(&format!("{address}/revisions?from={}&to=now", ids[1])).await.shows("Word for word the same");
    let other = press.ida().drafts("Another", "x").await;
    desk.opens(&format!("/desk/posts/{}/revisions?from={}&to=now", other.id, ids[1])).await.is(404);
    press
        .hires("Mira Olsen", "author")
        .await
        .signs_in()
        .await
        .opens(&format!("{address}/revisions"))
        .await
        .is(404);

    let back = desk.sends(&compared.form_to("/restore").expect("a way back")).await;
    back.is(200).shows("Earlier words stand in the editor again");
    post.page().await.shows("late, at nine");
    let form = back.form_with("markdown").unwrap();
    assert!(form.fields.contains(&("title".into(), "The log".into())), "{:?}", form.fields);
    desk.sends(&form.pressing("do", "update")).await.is(200);
    post.shows("The end came at nine.").await.hides("late");
}

#[tokio::test]
async fn a_preview_is_read_by_whoever_has_its_secret_address() {
    let press = Press::start().await;
    let text = "Moreau said that “the basin has not been widened since the breakwater was extended” \
                [in the release](https://ministry.example/releases/dredging).";
    let post = press.ida().drafts("The outer basin", text).await;
    post.is_kept().await;
    let (desk, reader) = (press.ida().signs_in().await, press.reader());
    let address = format!("/desk/posts/{}", post.id);
    let editor = desk.opens(&address).await;
    let shared = desk.sends(&editor.form_to("/preview-link").expect("a way to share")).await;
    let secret = shared.is(200).attributes(".notice a", "href").remove(0);
    assert!(secret.contains("/preview/"), "{secret}");
    desk.opens(&address).await.hides("/preview/");

    let preview = reader.opens(&press::path_of(&secret)).await;
    preview.is(200).shows("The outer basin").shows("not published").shows("differs from the source");
    assert!(preview.header("x-robots-tag").contains("noindex"));
    assert!(preview.header("cache-control").contains("no-store"));
    assert_eq!(preview.header("referrer-policy"), "no-referrer");
    assert_eq!(preview.attributes("meta[name=robots]", "content").len(), 1);
    for (href, _) in preview.links() {
        assert!(!href.starts_with("/desk/") && !href.starts_with("/sources/"), "a guest is led to {href}");
    }

    // It shows what is saved last, published or not.
    post.rewrites(json!({"status": "published"})).await;
    let form = desk.opens(&address).await.form_with("markdown").unwrap();
    desk.sends(&form.fill("markdown", "Nothing came of it.").pressing("do", "save")).await.is(200);
    reader.opens(&press::path_of(&secret)).await.shows("Nothing came of it.");
    post.page().await.hides("Nothing came of it.");

    let again = desk.sends(&desk.opens(&address).await.form_to("/preview-link").unwrap()).await;
    let newer = again.attributes(".notice a", "href").remove(0);
    reader.opens(&press::path_of(&secret)).await.is(404);
    reader.opens(&press::path_of(&newer)).await.is(200);
    desk.sends(&again.form_to("/preview-link/end").expect("an end"))
        .await
        .is(200)
        .shows("opens nothing any more");
    reader.opens(&press::path_of(&newer)).await.is(404);
    reader.opens("/preview/anything").await.is(404);
}

#[tokio::test]
async fn a_post_that_several_wrote_stands_under_each_of_them() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", "Deep enough.").await;
    let alone = press.ida().publishes("The inner basin", "Too shallow.").await;
    press.hires("Mira Olsen", "author").await;
    let (ida, jonas) =
        (press.ida().signs_in().await, press.hires("Jonas Vale", "author").await.signs_in().await);
    let desk = format!("/desk/posts/{}", post.id);
    jonas.opens(&desk).await.is(404);

    let form = ida.opens(&desk).await.form_to("/byline").expect("who wrote it");
    ida.sends(&form.clone().fill("add", "Karla Voss"))
        .await
        .is(422)
        .shows("Nobody here is called “Karla Voss”.");
    let signed = ida.sends(&form.clone().fill("add", " jonas VALE ")).await;
    signed.is(200).shows("The byline is changed.").shows("By Ida Brandt and Jonas Vale");
    ida.sends(&form.clone().fill("add", "Jonas Vale")).await.is(200).shows("By Ida Brandt and Jonas Vale");
    let all = "Ida Brandt, Jonas Vale and Mira Olsen";
    ida.sends(&form.fill("add", "mira-olsen")).await.is(200).shows(&format!("By {all}"));

    let reader = press.reader();
    let page = post.shows(all).await;
    let authors = ["/author/ida-brandt", "/author/jonas-vale", "/author/mira-olsen"];
    assert_eq!(page.attributes(".byline a", "href"), authors);
    assert!(page.html().contains("\"author\":[{\"@type\":\"Person\""), "{}", page.html());
    let month = post.path.rsplit_once('/').expect("a dated address").0;
    for path in ["/", "/author/jonas-vale", "/search?q=basin&author=mira-olsen", &format!("/archive{month}")]
    {
        reader.opens(path).await.is(200).shows(all).shows("The outer basin");
    }
    let (hers, his) = (reader.opens(authors[0]).await, reader.opens(authors[1]).await);
    assert_eq!(hers.pick(".posts h2"), ["The inner basin", "The outer basin"]);
    assert_eq!(his.pick(".posts h2"), ["The outer basin"]);
    reader.opens("/search?q=basin&author=mira-olsen").await.hides("The inner basin");
    reader.opens("/archive").await.shows("Mira Olsen");
    let feeds = ["/feed.atom", "/author/jonas-vale/feed.rss", "/feed.json"];
    for feed in feeds {
        let feed = reader.opens(feed).await.html();
        let names = feed.matches("Ida Brandt").count();
        assert!(names > 0 && feed.contains(">Jonas Vale<") || feed.contains("\"Jonas Vale\""), "{feed}");
    }
    let shown = press.reader().opens(&format!("/api/v1/posts/{}", post.id)).await.html();
    assert!(shown.contains("\"authors\":[\"Ida Brandt\",\"Jonas Vale\",\"Mira Olsen\"]"), "{shown}");

    // Whoever wrote it may work on it.
    jonas.opens(&desk).await.is(200);
    jonas.opens("/desk").await.shows("The outer basin").hides("The inner basin");
    jonas.opens("/desk?q=basin").await.shows("The outer basin").hides("The inner basin");
    jonas.opens(&format!("/desk/posts/{}", alone.id)).await.is(404);

    let form = ida.opens(&desk).await.form_to("/byline").expect("who wrote it");
    let jonas_id = ida.opens(&desk).await.attributes("button[name=remove]", "value").remove(0);
    ida.sends(&form.pressing("remove", &jonas_id)).await.is(200).shows("By Ida Brandt and Mira Olsen");
    post.shows("Ida Brandt and Mira Olsen").await;
    reader.opens("/author/jonas-vale").await.is(404);
    jonas.opens(&desk).await.is(404);
}
