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
