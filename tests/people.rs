//! People come in by an invitation, say who they are, forget passwords, leave and come back.

mod press;

use press::{PASSWORD, Page, Press, Visitor, drawing, until};
use serde_json::json;

const HERS: &str = "a timetable of small ferries";

/// Fills in the form of `/desk/people`.
async fn invites(desk: &Visitor, name: &str, email: &str, role: &str) -> Page {
    let form = desk.opens("/desk/people").await.form_to("/desk/people").expect("a form to invite with");
    desk.sends(&form.fill("name", name).fill("email", email).fill("role", role)).await
}

/// The path of the one-time address that a page shows.
fn shown_once(page: &Page) -> String {
    let address = page.pick(".notice code").into_iter().find(|address| address.contains("/desk/welcome/"));
    press::path_of(&address.unwrap_or_else(|| panic!("no address on {}:\n{}", page.url, page.text())))
}

/// Chooses a password at a one-time address.
async fn comes_in(press: &Press, path: &str, password: &str) -> (Visitor, Page) {
    let browser = press.reader();
    let welcome = browser.opens(path).await;
    let form = welcome.form_with("password").expect("a field for the password");
    let page = browser.sends(&form.fill("password", password)).await;
    (browser, page)
}

async fn is_in(browser: &Visitor) -> bool {
    browser.opens("/desk").await.form_with("password").is_none()
}

/// The page of somebody whom the list names.
async fn page_of(desk: &Visitor, name: &str) -> Page {
    let list = desk.opens("/desk/people").await;
    let link =
        list.links().into_iter().find(|(href, words)| href.starts_with("/desk/people/") && words == name);
    let (href, _) = link.unwrap_or_else(|| panic!("{name} is not in the list:\n{}", list.text()));
    desk.opens(&href).await
}

async fn presses(desk: &Visitor, page: &Page, ending: &str) -> Page {
    let form =
        page.form_to(ending).unwrap_or_else(|| panic!("no {ending} on {}:\n{}", page.url, page.text()));
    desk.sends(&form).await
}

/// Letters, with what their encoding broke apart put together again.
fn letters(press: &Press) -> Vec<String> {
    press.mails().into_iter().map(|mail| mail.replace("=\r\n", "").replace("=3D", "=")).collect()
}

async fn a_letter(press: &Press, number: usize) -> String {
    until("a letter", async || {
        let mut letters = letters(press);
        match letters.len() >= number {
            true => Ok(letters.remove(number - 1)),
            false => Err(format!("{letters:?}")),
        }
    })
    .await
}

#[tokio::test]
async fn whoever_is_invited_comes_in_once() {
    let press = Press::start().await;
    let ida = press.ida().signs_in().await;
    let invited = invites(&ida, "Marta  Lindqvist", "Marta@Gazette.example", "author").await;
    invited
        .is(200)
        .shows("marta@gazette.example")
        .shows("It is shown once, works once, and within seven days");
    let path = shown_once(&invited);
    ida.opens("/desk/people").await.shows("Marta Lindqvist").shows("invited until").hides("/desk/welcome/");

    let letter = a_letter(&press, 1).await;
    assert!(letter.contains("To: marta@gazette.example"), "{letter}");
    assert!(letter.contains("Subject: Ida Brandt invites you to"), "{letter}");
    assert!(letter.contains(&format!("{}{path}\r\n", press.base())), "in plain text:\n{letter}");
    assert!(letter.contains(&format!("href=\"{}{path}\"", press.base())), "behind a button:\n{letter}");

    press.reader().opens(&path).await.is(200).shows("Welcome, Marta Lindqvist").shows("as an author");
    let (marta, desk) = comes_in(&press, &path, HERS).await;
    desk.is(200).shows("Marta Lindqvist").hides("People");
    press.reader().opens(&path).await.shows("was used already").hides("Marta");
    let again = press.reader().posts(&path, &[("password", "somebody else's words")]).await;
    again.shows("was used already");
    press.reader().signs_in("marta@gazette.example", HERS).await;
    ida.opens("/desk/people").await.shows("last seen").hides("invited until");

    // An author neither sees who else is here nor decides it.
    marta.opens("/desk/people").await.is(403);
    marta.opens("/desk/people/1").await.is(403);
    for (path, fields) in [
        ("/desk/people", &[("name", "A friend"), ("email", "friend@gazette.example"), ("role", "owner")][..]),
        ("/desk/people/2/role", &[("role", "owner")]),
        ("/desk/people/1/deactivate", &[]),
        ("/desk/people/1/address", &[]),
        ("/desk/people/1/withdraw", &[]),
        ("/desk/people/1/byline", &[("name", "Ida the Less"), ("bio", "")]),
        ("/desk/people/1/picture/remove", &[]),
    ] {
        marta.posts(path, fields).await.is(403);
    }
    ida.opens("/desk/people").await.shows("Ida Brandt").hides("A friend").hides("deactivated");
}

#[tokio::test]
async fn without_mail_the_address_is_handed_on() {
    let press = Press::prepare().await.with("IBID_MAIL", "off").start().await;
    let ida = press.ida().signs_in().await;
    let invited = invites(&ida, "Marta Lindqvist", "marta@gazette.example", "editor").await;
    invited.shows("hand this address on");
    let (marta, _) = comes_in(&press, &shown_once(&invited), HERS).await;
    // Editors see who is here, and change nothing.
    let seen = marta.opens("/desk/people").await;
    seen.is(200).shows("ida@gazette.example");
    assert!(seen.form_to("/desk/people").is_none());
    marta
        .posts("/desk/people", &[("name", "A"), ("email", "a@gazette.example"), ("role", "author")])
        .await
        .is(403);

    let forgotten = press.reader().opens("/desk/forgotten").await;
    forgotten.is(200).shows("ask an owner").shows("ibid user address");
    assert!(forgotten.form_with("email").is_none(), "{}", forgotten.html());
    let made = presses(&ida, &page_of(&ida, "Marta Lindqvist").await, "/address").await;
    made.is(200).shows("within a day");
    let (again, _) = comes_in(&press, &shown_once(&made), PASSWORD).await;
    assert!(
        is_in(&again).await && !is_in(&marta).await,
        "a new password ends what was open with the old one"
    );
    press.reader().signs_in("marta@gazette.example", PASSWORD).await;
}

#[tokio::test]
async fn an_invitation_is_renewed_grows_old_and_is_taken_back() {
    let mut press = Press::start().await;
    let ida = press.ida().signs_in().await;
    let first = shown_once(&invites(&ida, "Marta Lindqvist", "marta@gazette.example", "author").await);
    let renewed = presses(&ida, &page_of(&ida, "Marta Lindqvist").await, "/address").await;
    let second = shown_once(&renewed);
    press.reader().opens(&first).await.shows("was withdrawn");
    press.reader().opens(&second).await.shows("Welcome, Marta Lindqvist");

    press.is_stopped().await;
    press.set("IBID_CLOCK", &format!("+{}", 7 * 24 * 3600 + 60));
    press.starts().await;
    press.reader().opens(&second).await.shows("too old").hides("Marta");
    let late = press.reader().posts(&second, &[("password", HERS)]).await;
    late.shows("too old");
    let ida = press.ida().signs_in().await;
    ida.opens("/desk/people").await.shows("without an open invitation");

    let third = shown_once(&presses(&ida, &page_of(&ida, "Marta Lindqvist").await, "/address").await);
    let page = page_of(&ida, "Marta Lindqvist").await;
    presses(&ida, &page, "/withdraw").await.shows("withdrawn").hides("Marta Lindqvist");
    press.reader().opens(&third).await.shows("was withdrawn");
    ida.opens(page.url.path()).await.is(404);
    invites(&ida, "Marta Lindqvist", "marta@gazette.example", "author")
        .await
        .is(200)
        .shows("Marta Lindqvist");
}

#[tokio::test]
async fn a_form_that_cannot_be_meant_says_why() {
    let press = Press::start().await;
    press.hires("Jonas Vale", "author").await;
    let ida = press.ida().signs_in().await;
    let taken = invites(&ida, "Another Jonas", " JONAS@gazette.example ", "editor").await;
    taken.is(409).shows("Somebody with the address jonas@gazette.example is here already.");
    assert_eq!(taken.attributes("#name", "value"), ["Another Jonas"], "what was typed is still there");
    assert_eq!(letters(&press).len(), 0);
    invites(&ida, "Nobody", "not an address", "author").await.is(422).shows("is not a mail address");
    invites(&ida, " \u{2003} ", "marta@gazette.example", "author").await.is(422).shows("needs a name");
    let role = [("name", "M"), ("email", "m@gazette.example"), ("role", "king")];
    ida.posts("/desk/people", &role).await.is(422).shows("Choose owner");
    ida.opens("/desk/people").await.hides("m@gazette.example");
    ida.opens("/desk/people/nobody").await.is(404);
    ida.opens("/desk/people/77").await.is(404);
    ida.posts("/desk/people/77/deactivate", &[]).await.is(404);
    // Whoever is in is deactivated, not withdrawn.
    let jonas = page_of(&ida, "Jonas Vale").await;
    ida.posts(&format!("{}/withdraw", jonas.url.path()), &[]).await.is(409).shows("has come in already");
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let press = Press::start().await;
    let ida = press.ida().signs_in().await;
    let hers = page_of(&ida, "Ida Brandt").await.url.path().to_owned();
    let less = [("role", "editor")];
    let only = "Ida Brandt is the only owner who can sign in, and a publication cannot be without one.";
    ida.posts(&format!("{hers}/role"), &less).await.is(409).shows(only);
    ida.posts(&format!("{hers}/deactivate"), &[]).await.is(409).shows(only);

    // An owner who has not come in yet is none to rely on.
    let invited = invites(&ida, "Marta Lindqvist", "marta@gazette.example", "owner").await;
    ida.posts(&format!("{hers}/deactivate"), &[]).await.is(409).shows(only);
    let (marta, _) = comes_in(&press, &shown_once(&invited), HERS).await;
    ida.posts(&format!("{hers}/role"), &less).await.is(200).shows("Posts");
    assert!(is_in(&ida).await, "she is an editor now");
    ida.opens("/desk/settings").await.is(403);
    let last = page_of(&marta, "Marta Lindqvist").await;
    presses(&marta, &last, "/deactivate").await.is(409).shows("Marta Lindqvist is the only owner");
}

#[tokio::test]
async fn whoever_leaves_is_out_at_once_and_can_come_back() {
    let press = Press::start().await;
    let jonas = press.hires("Jonas Vale", "author").await;
    let post = jonas.publishes("The night ferry", "It sails at nine.").await;
    let (browser, ida) = (jonas.signs_in().await, press.ida().signs_in().await);
    let asked = press.command(&["user", "address", &jonas.email]).run().await.succeeds().stdout;
    let left = presses(&ida, &page_of(&ida, "Jonas Vale").await, "/deactivate").await;
    left.is(200).shows("deactivated on").shows("1 post");

    assert!(!is_in(&browser).await);
    jonas
        .api()
        .post("/api/v1/posts", json!({"title": "A", "markdown": "b", "status": "draft"}))
        .await
        .problem(401);
    press.reader().opens(&press::path_of(asked.trim())).await.shows("was used already");
    press.reader().tries_to_sign_in(&jonas.email, PASSWORD).await.is(403).shows("Your way in was closed.");
    let guessed = press.reader().tries_to_sign_in(&jonas.email, "not his password").await;
    guessed.is(422).shows("do not belong together").hides("closed");
    press.command(&["user", "address", &jonas.email]).run().await.ends_with(2).says("was deactivated");
    press
        .command(&["token", "create", "--user", &jonas.email])
        .run()
        .await
        .ends_with(2)
        .says("was deactivated");
    post.page().await.is(200).shows("Jonas Vale");
    press.reader().opens("/author/jonas-vale").await.is(200).shows("The night ferry");
    let address = format!("{}/address", page_of(&ida, "Jonas Vale").await.url.path());
    ida.posts(&address, &[]).await.is(409).shows("does not sign in here");

    presses(&ida, &page_of(&ida, "Jonas Vale").await, "/return").await.shows("They can sign in again");
    assert!(!is_in(&browser).await, "what has ended stays ended");
    jonas.api().get(&format!("/api/v1/posts/{}", post.id)).await.problem(401);
    assert!(is_in(&jonas.signs_in().await).await);
}

#[tokio::test]
async fn a_role_holds_from_one_moment_to_the_next() {
    let press = Press::start().await;
    let (jonas, ida) = (press.hires("Jonas Vale", "author").await, press.ida().signs_in().await);
    jonas.publishes("The night ferry", "It sails at nine.").await;
    let page = page_of(&ida, "Jonas Vale").await;
    let form = page.form_to("/role").expect("his role").fill("role", "contributor");
    ida.sends(&form).await.is(200).shows("Saved.");
    let more = json!({"title": "The day ferry", "markdown": "It sails at ten.", "status": "published"});
    jonas.api().post("/api/v1/posts", more).await.problem(403);
    jonas.drafts("The day ferry", "It sails at ten.").await;
}

#[tokio::test]
async fn a_name_above_posts_becomes_somebody_who_signs_in() {
    let press = Press::start().await;
    let old = press.folder().join("old");
    std::fs::create_dir_all(&old).unwrap();
    let text = "---\ntitle: The old mole\ndate: 2019-05-04\nauthor: Karla Voss\n---\nStones, mostly.\n";
    std::fs::write(old.join("2019-05-04-mole.md"), text).unwrap();
    press.command(&["import", "markdown", &old.display().to_string()]).run().await.succeeds();

    let ida = press.ida().signs_in().await;
    let karla = page_of(&ida, "Karla Voss").await;
    karla.shows("does not sign in").shows("1 post");
    ida.posts(&format!("{}/deactivate", karla.url.path()), &[]).await.is(409).shows("does not sign in here");
    let form =
        karla.form_to("/invitation").expect("a way to invite her").fill("email", "karla@gazette.example");
    shown_once(&ida.sends(&form).await);
    let withdrawn = presses(&ida, &page_of(&ida, "Karla Voss").await, "/withdraw").await;
    withdrawn.shows("Karla Voss").hides("karla@gazette.example");
    let karla = page_of(&ida, "Karla Voss").await;
    let form = karla.form_to("/invitation").expect("as before").fill("email", "karla@gazette.example");
    let (browser, _) = comes_in(&press, &shown_once(&ida.sends(&form).await), HERS).await;
    browser.opens("/desk").await.shows("The old mole");
}

#[tokio::test]
async fn readers_see_who_wrote() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", "Deep enough.").await;
    let ida = press.ida().signs_in().await;
    let me = ida.opens("/desk/me").await;
    let bio = "Keeps the tide tables & <writes> about them.";
    let form = me.form_to("/byline").expect("name and bio").fill("name", "Ida M. Brandt").fill("bio", bio);
    ida.sends(&form).await.is(200).shows("Readers see it from now on.");
    let hang = ida.opens("/desk/me").await.form_to("/picture").expect("a form for a picture");
    let hung = ida.sends_file(&hang, "file", "me at home.png", &drawing(900, 1200)).await;
    let picture = hung.is(200).attributes("img.portrait", "src").remove(0);
    let sent = press.reader().opens(&picture).await;
    sent.is(200);
    assert!(picture.starts_with("/media/ida-m-brandt-"), "{picture}");
    assert_eq!(&sent.body[16..24], [0, 0, 2, 0, 0, 0, 2, 0], "a square of 512");
    assert!(!sent.body.windows(8).any(|words| words == b"old lamp"), "it says nothing of its maker");

    let page = post.shows(bio).await;
    page.shows("Ida M. Brandt");
    assert_eq!(page.attributes(".byline img", "src"), [picture.as_str()]);
    assert!(page.html().contains(&format!("\"image\":\"{}{picture}\"", press.base())), "{}", page.html());
    let author = press.reader().opens("/author/ida-brandt").await;
    author.shows(bio).shows("Ida M. Brandt");
    assert_eq!(author.attributes("main img.portrait", "src"), [picture.as_str()]);
    let absolute = format!("{}{picture}", press.base());
    assert_eq!(author.attributes("meta[property='og:image']", "content"), [absolute.as_str()]);
    assert!(author.html().contains(&format!("\"image\":\"{absolute}\"")), "{}", author.html());
    for (format, icon) in [
        ("atom", format!("<icon>{absolute}</icon>")),
        ("rss", format!("<image><url>{absolute}</url>")),
        ("json", format!("\"avatar\":\"{absolute}\"")),
    ] {
        let feed = press.reader().opens(&format!("/author/ida-brandt/feed.{format}")).await.html();
        assert!(feed.contains(&icon) && feed.contains("Keeps the tide tables"), "{feed}");
    }
    assert!(!press.reader().opens("/feed.atom").await.html().contains("<icon>"), "that one is everybody's");

    // What is taken down is gone, not only out of sight.
    let removed = presses(&ida, &ida.opens("/desk/me").await, "/picture/remove").await;
    assert!(removed.attributes("img.portrait", "src").is_empty());
    press.reader().opens(&picture).await.is(404);
    assert!(post.page().await.attributes(".byline img", "src").is_empty());

    let refused = ida.sends_file(&hang, "file", "me.pdf", b"%PDF-1.7\n").await;
    refused.is(422).shows("is no picture");
    let cut = &drawing(300, 300)[..200];
    ida.sends_file(&hang, "file", "me.png", cut).await.is(422).shows("cut off or broken");
    let long = form.fill("bio", &"tide ".repeat(300));
    ida.sends(&long).await.is(422).shows("at most 1000 characters");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let mut press = Press::start().await;
    let before = press.ida().signs_in().await;
    let asks = async |press: &Press, email: &str| {
        let browser = press.reader();
        let form = browser.opens("/desk/forgotten").await.form_with("email").expect("a field");
        browser.sends(&form.fill("email", email)).await
    };
    // Whoever tried all they could think of can still ask.
    let guesser = press.reader();
    let mut refused = 0;
    while guesser.tries_to_sign_in("ida@gazette.example", "not hers at all").await.status == 422 {
        refused += 1;
    }
    assert_eq!(refused, 10);
    let known = asks(&press, " Ida@gazette.example").await;
    let letter = a_letter(&press, 1).await;
    let unknown = asks(&press, "nobody@gazette.example").await;
    assert_eq!(
        (known.is(200).html(), known.status),
        (unknown.html(), unknown.status),
        "both are told the same"
    );
    asks(&press, "ida@gazette.example").await.is(200);
    asks(&press, &"x".repeat(5000)).await.is(200);

    let path = letter.split(&press.base()).nth(1).and_then(|rest| rest.split(['\r', '\n', '"']).next());
    let path = path.expect("an address in the letter").to_owned();
    press.reader().opens(&path).await.shows("A new password").shows("ida@gazette.example");
    let (after, _) = comes_in(&press, &path, HERS).await;
    assert!(is_in(&after).await && !is_in(&before).await, "whoever had the old one is out");
    press.reader().opens(&path).await.shows("was used already");
    assert_eq!(letters(&press).len(), 1, "one an hour, and none to strangers");

    press.is_stopped().await;
    press.set("IBID_CLOCK", "+7200");
    press.starts().await;
    press.reader().tries_to_sign_in("ida@gazette.example", PASSWORD).await.is(422);
    press.reader().signs_in("ida@gazette.example", HERS).await;
    asks(&press, "ida@gazette.example").await.is(200);
    let letter = a_letter(&press, 2).await;
    let path = letter.split("/desk/welcome/").nth(1).and_then(|rest| rest.split(['\r', '\n', '"']).next());
    let path = format!("/desk/welcome/{}", path.expect("an address"));
    press.is_stopped().await;
    press.set("IBID_CLOCK", &format!("+{}", 7200 + 24 * 3600 + 60));
    press.starts().await;
    press.reader().opens(&path).await.shows("too old");

    let mut answers = Vec::new();
    for number in 0..12 {
        answers.push(asks(&press, &format!("guess{number}@gazette.example")).await.status);
    }
    assert_eq!((answers[0], answers[11]), (200, 429), "{answers:?}");
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let press = Press::start().await;
    press.hires("Jonas Vale", "author").await;
    let (laptop, phone) = (press.ida().signs_in().await, press.ida().signs_in().await);
    let sent = press.command(&["user", "address", "ida@gazette.example"]).run().await.succeeds().stdout;
    let changes = async |ending: &str, fields: &[(&str, &str)]| {
        let me = laptop.opens("/desk/me").await;
        let form = me.form_to(ending).unwrap_or_else(|| panic!("no form to {ending}"));
        laptop.sends(&fields.iter().fold(form, |form, (name, value)| form.fill(name, value))).await
    };
    let wrong = changes("/me/password", &[("present", "not hers at all"), ("password", HERS)]).await;
    wrong.is(422).shows("This is not your present password.");
    let short = changes("/me/password", &[("present", PASSWORD), ("password", "short")]).await;
    short.is(422).shows("ten characters");
    assert!(is_in(&phone).await);
    changes("/me/password", &[("present", PASSWORD), ("password", HERS)]).await.is(200).shows("is changed");
    let word = a_letter(&press, 1).await;
    assert!(word.contains("your password was changed.") && !word.contains("/desk/welcome/"), "{word}");
    assert!(is_in(&laptop).await && !is_in(&phone).await);
    press.reader().opens(&press::path_of(sent.trim())).await.shows("was used already");

    let moved = [("email", "jonas@gazette.example"), ("present", HERS)];
    changes("/me/address", &moved).await.is(409).shows("is here already");
    let moved = [("email", "ida.brandt@gazette.example"), ("present", PASSWORD)];
    changes("/me/address", &moved).await.is(422).shows("not your present password");
    let moved = [("email", "Ida.Brandt@gazette.example"), ("present", HERS)];
    changes("/me/address", &moved).await.is(200).shows("ida.brandt@gazette.example");
    let word = a_letter(&press, 2).await;
    assert!(word.contains("To: ida@gazette.example"), "to where she would hear of it: {word}");
    assert!(word.contains("you sign in with ida.brandt@gazette.example."), "{word}");
    press.reader().signs_in("ida.brandt@gazette.example", HERS).await;
    press.reader().tries_to_sign_in("ida@gazette.example", HERS).await.is(422);

    for _ in 0..2 {
        press.reader().signs_in("ida.brandt@gazette.example", HERS).await;
    }
    let alone = presses(&laptop, &laptop.opens("/desk/me").await, "/elsewhere/end").await;
    assert_eq!(alone.forms().iter().filter(|form| form.action.path().contains("/sessions/")).count(), 0);
}

#[tokio::test]
async fn another_site_moves_nobody() {
    let press = Press::start().await;
    let jonas = press.hires("Jonas Vale", "author").await;
    let ida = press.ida().signs_in().await;
    let mut forms = ida.opens("/desk/people").await.forms();
    forms.extend(page_of(&ida, "Jonas Vale").await.forms());
    forms.extend(ida.opens("/desk/me").await.forms());
    let sent: Vec<String> =
        forms.iter().filter(|form| form.method == "post").map(|form| form.action.path().to_owned()).collect();
    assert!(sent.len() > 9, "{sent:?}");
    for path in sent {
        assert_eq!(ida.is_tricked_into(&path, &[("role", "owner")]).await.status, 403, "{path}");
    }
    assert!(is_in(&ida).await && is_in(&jonas.signs_in().await).await);
    let strange =
        press.reader().is_tricked_into("/desk/forgotten", &[("email", "ida@gazette.example")]).await;
    assert_eq!(strange.status, 403);
    let fields = [("name", "A"), ("email", "a@b.example"), ("role", "owner")];
    press.reader().posts("/desk/people", &fields).await.is(401);
}
