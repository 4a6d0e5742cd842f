//! The owner says what the publication is called, where it leads and how it looks.

mod press;

use press::Press;

#[tokio::test]
async fn what_is_settled_is_shown_at_once() {
    let press = Press::start().await;
    let (ida, reader) = (press.ida(), press.reader());
    ida.publishes("The night ferry", "It sails at nine.").await;
    // Kept now, and forgotten when what it shows changes.
    for path in ["/", "/archive", "/feed.atom"] {
        reader.opens(path).await.is(200);
    }
    ida.settles("name", "The Estuary Gazette").await;
    ida.settles("description", "News of slow things.").await;
    ida.settles("language", "pt-BR").await;
    reader.opens("/archive").await.shows("The Estuary Gazette").shows("News of slow things.");
    assert!(reader.opens("/feed.atom").await.html().contains("<title>The Estuary Gazette</title>"));
    let front = reader.opens("/").await;
    assert_eq!(front.attributes("html", "lang"), ["pt-BR"]);

    let ways = async || {
        let front = reader.opens("/archive").await;
        (front.pick(".masthead nav a"), front.attributes(".masthead nav a", "href"))
    };
    assert_eq!(ways().await.0, ["Archive", "Search", "Sources", "Feed"]);
    ida.settles(
        "navigation",
        "About us /about\n\n  The archive   /archive \nTides https://tides.example/today",
    )
    .await;
    let (words, addresses) = ways().await;
    assert_eq!(words, ["About us", "The archive", "Tides"]);
    assert_eq!(addresses, ["/about", "/archive", "https://tides.example/today"]);
    assert_eq!(reader.opens("/archive").await.pick("[aria-current=page]"), ["The archive"]);
    ida.settles("navigation", "").await;
    assert_eq!(ways().await.0.len(), 4, "nobody is left without");
}

#[tokio::test]
async fn a_colour_is_made_readable() {
    let press = Press::start().await;
    let stylesheet = async || {
        let page = press.reader().opens("/").await;
        let address = page.attributes("link[rel=stylesheet]", "href").remove(0);
        (address.clone(), press.reader().opens(&address).await.is(200).html())
    };
    let (plain_address, plain) = stylesheet().await;
    press.ida().settles("accent", "#ffcc00").await;
    let (address, css) = stylesheet().await;
    assert_ne!(address, plain_address);
    let added = css.strip_prefix(&plain).expect("the same rules, and the colour");
    assert!(added.contains("(prefers-color-scheme: dark) { :root { --link: #ffcc00 }"), "{added}");
    assert!(!added.contains("@media screen { :root { --link: #ffcc00 }"), "yellow on white: {added}");
    press.reader().opens(&address.replace("-ffcc00", "-123456")).await.is(200);
    press.reader().opens(&address.replace("-ffcc00", "-ffcc0")).await.is(404);
    press.ida().settles("accent", "").await;
    assert_eq!(stylesheet().await.0, plain_address);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_and_stays_typed() {
    let press = Press::start().await;
    let desk = press.ida().signs_in().await;
    for (name, value, words) in [
        ("name", " ", "A publication needs a name."),
        ("zone", "Europe/Atlantis", "“Europe/Atlantis” is not a time zone"),
        ("language", "english please", "is not a language code"),
        ("posts_per_page", "0", "a number from 1 to 100"),
        ("navigation", "About", "“About” is no entry of a navigation."),
        ("navigation", "Run javascript:alert(1)", "is no entry of a navigation."),
        ("navigation", "Elsewhere //elsewhere.example/", "is no entry of a navigation."),
        ("accent", "reddish", "“reddish” is not a colour such as #0b4f8a."),
        ("accent", "#000}body{display:none", "is not a colour"),
        ("logo", "https://elsewhere.example/logo.png", "is no picture of this publication"),
        ("logo", "/media/nothing.png", "is no picture of this publication"),
    ] {
        let form = desk.opens("/desk/settings").await.form_with(name).expect("the settings");
        let refused = desk.sends(&form.fill(name, value).fill("description", "Half of it")).await;
        refused.is(422).shows(words);
        assert_eq!(refused.attributes("#description", "value"), ["Half of it"], "{name}");
        press.reader().opens("/").await.is(200).hides("Half of it");
    }
}
