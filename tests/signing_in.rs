//! Writers sign in, see where they are signed in, and end it.

mod press;

use press::{PASSWORD, Press, Visitor, ibid};

#[tokio::test]
async fn the_first_person_comes_in_by_a_one_time_address() {
    let press = Press::prepare().await.start_empty().await;
    let added = press
        .command(&["user", "add", "ida@gazette.example", "--name", "Ida Brandt", "--role", "owner"])
        .run()
        .await
        .succeeds();
    let address = press::path_of(added.stdout.trim());
    assert!(address.starts_with("/desk/"), "{}", added.stdout);

    let browser = press.reader();
    // A mail program may open every address it sees: that uses nothing up.
    browser.opens(&address).await.is(200);
    browser.asks_head(&address).await;
    let page = browser.opens(&address).await;
    page.is(200);
    let form =
        page.form_with("password").unwrap_or_else(|| panic!("no field for a password:\n{}", page.html()));
    browser.sends(&form.clone().fill("password", "short")).await.shows("ten characters");
    browser.sends(&form.fill("password", PASSWORD)).await.is(200);
    assert!(browser.opens("/desk").await.is(200).form_with("password").is_none(), "she is in");

    let again = press.reader().opens(&address).await;
    again.hides("Ida Brandt");
    assert!(again.form_to(&address).is_none(), "a one-time address works once:\n{}", again.html());
    press.reader().signs_in("ida@gazette.example", PASSWORD).await;
}

#[tokio::test]
async fn the_desk_asks_who_is_there() {
    let press = Press::start().await;
    let stranger = press.reader();
    let asked = stranger.opens("/desk").await;
    assert!(asked.form_with("password").is_some(), "{}", asked.html());
    asked.hides("Ida Brandt");

    let refused = stranger.tries_to_sign_in("ida@gazette.example", "not her password").await;
    refused.shows("do not belong together").hides("Ida Brandt");
    let unknown = stranger.tries_to_sign_in("nobody@gazette.example", "not her password").await;
    unknown.shows("do not belong together");

    let page = stranger.signs_in("Ida@Gazette.example", PASSWORD).await;
    page.is(200);
    assert!(page.url.path().starts_with("/desk"), "{}", page.url);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let press = Press::start().await;
    let guesser = press.reader();
    let mut answers = Vec::new();
    for guess in 0..14 {
        answers.push(
            guesser.tries_to_sign_in("ida@gazette.example", &format!("guess number {guess}")).await.status,
        );
    }
    assert!(answers.contains(&429), "{answers:?}");
    let right = guesser.tries_to_sign_in("ida@gazette.example", PASSWORD).await;
    assert_eq!(right.status, 429, "even the right words wait now");
    assert!(
        right.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0),
        "{:?}",
        right.headers
    );
}

#[tokio::test]
async fn a_password_of_ones_own_wipes_out_no_guesses() {
    let press = Press::start().await;
    let jonas = press.hires("Jonas Vale", "author").await;
    let guesses = async |times: usize| {
        let mut last = 0;
        for _ in 0..times {
            last = press.reader().tries_to_sign_in("ida@gazette.example", "a guess of his").await.status;
        }
        last
    };
    assert_eq!(guesses(9).await, 422);
    jonas.signs_in().await;
    assert_eq!((guesses(1).await, guesses(1).await), (422, 429));
}

#[tokio::test]
async fn who_forgets_a_password_locks_out_nobody_else_in_the_room() {
    let press = Press::start().await;
    let jonas = press.hires("Jonas Vale", "author").await;
    for _ in 0..11 {
        press.reader().tries_to_sign_in("ida@gazette.example", "not hers at all").await;
    }
    let waits = press.reader().tries_to_sign_in("ida@gazette.example", PASSWORD).await;
    waits.is(429).shows("minutes");
    jonas.signs_in().await;
    let mut last = 0;
    for guess in 0..50 {
        last =
            press.reader().tries_to_sign_in(&format!("guess{guess}@gazette.example"), "a guess").await.status;
    }
    assert_eq!(last, 429, "who goes through everybody waits too");
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let press = Press::start().await;
    let (laptop, phone) = (press.ida().signs_in().await, press.ida().signs_in().await);
    let listed = sessions_page(&laptop).await;
    let others: Vec<_> =
        listed.forms().into_iter().filter(|form| form.action.path().contains("session")).collect();
    assert_eq!(others.len(), 1, "the other one is listed with a way to end it:\n{}", listed.html());
    listed.shows("this browser");

    laptop.sends(&others[0]).await;
    assert!(is_in(&laptop).await, "this one goes on");
    assert!(!is_in(&phone).await, "the other one was ended");
}

/// Wherever the desk lists them.
async fn sessions_page(browser: &Visitor) -> press::Page {
    let desk = browser.opens("/desk").await;
    for (href, _) in desk.links().into_iter().filter(|(href, _)| href.starts_with("/desk/")) {
        let page = browser.opens(&href).await;
        if page.text().contains("this browser") {
            return page;
        }
    }
    panic!("the desk lists no sessions:\n{}", desk.html());
}

async fn is_in(browser: &Visitor) -> bool {
    browser.opens("/desk").await.form_with("password").is_none()
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let press = Press::start().await;
    let browser = press.ida().signs_in().await;
    let desk = browser.opens("/desk").await;
    let out = desk
        .forms()
        .into_iter()
        .find(|form| form.action.path().contains("sign-out") || form.action.path().contains("sign_out"));
    browser.sends(&out.unwrap_or_else(|| panic!("no way out:\n{}", desk.html()))).await;
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn a_cookie_is_no_use_to_another_site() {
    let press = Press::start().await;
    let browser = press.ida().signs_in().await;
    let desk = browser.opens("/desk").await;
    for form in desk.forms().iter().filter(|form| form.method == "post") {
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let tricked = browser.is_tricked_into(form.action.path(), &fields).await;
        assert_eq!(tricked.status, 403, "{}", form.action);
    }
    assert!(is_in(&browser).await, "nothing was done in her name");

    let signing_in = press.reader().opens("/desk").await.form_with("password").unwrap().action;
    let answer = press
        .reader()
        .is_tricked_into(signing_in.path(), &[("email", "ida@gazette.example"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 403, "nobody is signed in by another site");
}

#[tokio::test]
async fn the_cookie_is_kept_from_script_and_from_other_sites() {
    let press = Press::start().await;
    let browser = press.reader();
    let form = browser.opens("/desk").await.form_with("password").unwrap();
    let answer =
        browser.sends_and_stops(&form.fill("email", "ida@gazette.example").fill("password", PASSWORD)).await;
    let cookie = answer.header("set-cookie").to_lowercase();
    assert!(
        cookie.contains("httponly") && cookie.contains("samesite=lax") && cookie.contains("path=/"),
        "{cookie}"
    );
    assert_eq!(answer.status, 303);

    let secure = Press::prepare().await.with("IBID_BASE_URL", "https://gazette.example").start().await;
    let form = secure.reader().opens("/desk").await.form_with("password");
    assert!(form.is_some(), "a publication behind https asks as well");
}

#[tokio::test]
async fn a_role_reaches_as_far_as_it_says() {
    let press = Press::start().await;
    let draft = press.ida().drafts("Hers", "Private words.").await;
    let jonas = press.hires("Jonas Vale", "author").await;
    assert!(!jonas.signs_in().await.opens("/desk").await.text().contains("Private words."));
    let status = jonas
        .api()
        .patch(&format!("/api/v1/posts/{}", draft.id), serde_json::json!({"title": "His"}))
        .await
        .status;
    assert!(matches!(status, 403 | 404), "{status}");
    assert_eq!(draft.json().await["title"], "Hers");
}

#[tokio::test]
async fn there_is_no_fixed_password_anywhere() {
    let press = Press::prepare().await.only_commands();
    let missing = press.command(&[
        "user",
        "add",
        "ida@gazette.example",
        "--name",
        "Ida",
        "--role",
        "owner",
        "--password-stdin",
    ]);
    missing.typing("").run().await.ends_with(2).says("No password");
    let short = press.command(&[
        "user",
        "add",
        "ida@gazette.example",
        "--name",
        "Ida",
        "--role",
        "owner",
        "--password-stdin",
    ]);
    short.typing("harbour").run().await.ends_with(2).says("ten characters");
    ibid(&["user", "add", "not-an-address", "--name", "Ida", "--role", "owner"])
        .with("IBID_DATA", &press.data().display().to_string())
        .run()
        .await
        .ends_with(2)
        .says("not a mail address");
}
