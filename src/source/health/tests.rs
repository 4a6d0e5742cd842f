use super::*;
use std::path::{Path, PathBuf};

const FILLER: &str =
    "The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse. ";

fn page<'a>(url: &'a str, title: &'a str, markup: &'a str, text: &'a str) -> Seen<'a> {
    let outcome = &Ok(());
    let (status, headers, media_type) = (Some(200), &[][..], "text/html");
    Seen { asked: url, url, outcome, status, headers, media_type, markup, title, text, wordless: false }
}

fn health(seen: &Seen) -> Health {
    judge(seen).health
}

fn check(title: &str, text: &str, expect: Health) {
    let markup = format!("<title>{title}</title><h1>{title}</h1><p>{text}</p>");
    let verdict = judge(&page("https://quay.example/a/b", title, &markup, text));
    assert_eq!(verdict.health, expect, "{title}: {text}: {verdict:?}");
    assert_eq!(verdict.health == Health::Good, verdict.marks.is_empty(), "a verdict has its evidence");
}

#[test]
fn wording_tells_a_page_from_an_error_page() {
    let article = FILLER.repeat(40);
    check("The tide table", FILLER, Health::Good);
    check(
        "Page not found | Quay",
        "Sorry, the page you are looking for could not be found.",
        Health::Soft404,
    );
    check("Quay", "We’re sorry. We can’t find the page you asked for.", Health::Soft404);
    check("Seite nicht gefunden – Hafen", "Zurück zur Startseite", Health::Soft404);
    check("Oops!", "Zurück zur Startseite", Health::Soft404);
    check("404", FILLER, Health::Soft404);
    check("Why a page not found is a loss for all of us", &article, Health::Good);
    check("Page not found: a history of lost pages", &article, Health::Good);
    check("The Peugeot 404 on the quay", FILLER, Health::Good);
    check("Lost and found, and not found", FILLER, Health::Good);
    check("The fairway", &format!("{FILLER} Access denied, said the sign."), Health::Soft404);
    check("The fairway", &format!("{article} Access denied, said the sign."), Health::Good);
}

#[test]
fn walls_are_known_by_their_marks() {
    let article = FILLER.repeat(40);
    check("Just a moment...", "Enable JavaScript and cookies to continue", Health::BotWall);
    check("Checking your browser", "Please verify you are a human.", Health::BotWall);
    check(
        "Before you continue to the tide table",
        "We use cookies. Accept all · Reject all",
        Health::ConsentWall,
    );
    check(
        "Quay",
        "We value your privacy.\nWe and our 812 partners use cookies.\nAccept all",
        Health::ConsentWall,
    );
    check("Quay", &format!("{article}\nWe use cookies.\nAccept all"), Health::Good);
    check(
        "The accounts",
        &format!("{FILLER}\nSubscribe to read on, and read the rest.\nSign in"),
        Health::Paywall,
    );
    check("The accounts", &format!("{FILLER}\nAlready a subscriber? Sign in."), Health::Good);
    check("App", "You need to enable JavaScript to run this app.", Health::Empty);
    check("", "", Health::Empty);
    check("", "short", Health::Empty);
    let login = r#"<h1>Log in</h1><input type="password">"#;
    assert_eq!(
        health(&page("https://quay.example/a", "Log in", login, "E-mail Password Log in")),
        Health::Login
    );
    let comments = r#"<h1>The lock</h1><div class="g-recaptcha"></div>"#;
    assert_eq!(health(&page("https://quay.example/a", "The lock", comments, FILLER)), Health::Good);
    let paid = r#"<script type="application/ld+json">{"isAccessibleForFree" : "False"}</script>"#;
    let text = format!("{article} Subscribe to continue reading.");
    assert_eq!(health(&page("https://quay.example/a", "The lock", paid, &text)), Health::Paywall);
    assert_eq!(health(&page("https://quay.example/a", "The lock", paid, &article)), Health::Good);
}

#[test]
fn walls_speak_many_languages() {
    for said in [
        "Dieser Beitrag ist nur für Abonnenten.\nJetzt abonnieren",
        "Cet article est réservé aux abonnés.\nSe connecter",
        "Este artículo es solo para suscriptores.\nSuscríbete",
        "Questo articolo è riservato agli abbonati.\nAccedi",
        "Ten artykuł jest tylko dla subskrybentów.\nZaloguj się",
        "Эта статья только для подписчиков.\nВойти",
        "この記事は会員限定です。\nログイン",
    ] {
        check("The accounts", &format!("{}\n{said}", FILLER.repeat(4)), Health::Paywall);
    }
    for (title, said) in [
        ("Cookie-Einstellungen", "Wir verwenden Cookies für Zahlen und Werbung.\nAlle akzeptieren"),
        ("Vos choix", "Ce site utilise des cookies pour mesurer son audience.\nTout accepter"),
        ("Ustawienia", "Używamy plików cookie.\nAkceptuję"),
        ("Настройки", "Мы используем файлы cookie.\nПринять все"),
        ("クッキー", "このサイトはクッキーを使います。\n同意する"),
    ] {
        check(title, said, Health::ConsentWall);
    }
    for title in [
        "Bestätigen Sie, dass Sie kein Roboter sind",
        "Vérifiez que vous êtes humain",
        "Подтвердите, что вы не робот",
        "请确认您不是机器人",
    ] {
        check(title, "Quay", Health::BotWall);
    }
    for title in [
        "Dokument nicht gefunden",
        "L'objet demandé est introuvable",
        "Stránka už neexistuje",
        "Документ не найден",
        "对象未找到",
    ] {
        check(title, FILLER, Health::Soft404);
    }
}

#[test]
fn what_stands_beside_an_article_is_not_instead_of_it() {
    let article = FILLER.repeat(8);
    for beside in [
        "We use cookies to count readers.\nAccept all\nReject all",
        "Log in",
        "Subscribe to our newsletter.\nAlready a subscriber? Sign in",
        "Tips of the editors (only for subscribers)\nSubscribe",
    ] {
        check("The tide table", &format!("{beside}\n{article}"), Health::Good);
        check("The tide table", &format!("{article}\n{beside}"), Health::Good);
    }
    let form = r#"<h1>The tide table</h1><form><input type="password"><button>Log in</button></form>"#;
    assert_eq!(health(&page("https://quay.example/a", "The tide table", form, &article)), Health::Good);
    check("Why cookies crumble, and what to accept", &article, Health::Good);
    check("How robots confirm the tide", &article, Health::Good);
    check(
        "What a paywall keeps out",
        &format!("{article}\nThis post is about posts for subscribers only.\n{article}"),
        Health::Good,
    );
}

#[test]
fn a_sign_in_is_known_by_its_form() {
    for (markup, text) in [
        ("<form><input type=password><button>Anmelden</button></form>", "Name\nKennwort\nAnmelden"),
        ("<h2>Se connecter</h2><form><input type='password'></form>", "Se connecter\nMot de passe"),
        ("<form><input type=\"password\"><input type=\"submit\" value=\"Log in\"></form>", "Name\nPassword"),
    ] {
        assert_eq!(health(&page("https://quay.example/a", "Quay", markup, text)), Health::Login, "{markup}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_sent_is_judged(markup in "(<(h[1-4]|/h1|button|/button|input|a class=btn|p|!doctype)( (type|value)=[\"']?(submit|password|Log in|é|）)?[\"']?)?>?|[a-zß İ。<>\"'\u{0}]{0,6}|cookie|404|robot){0,40}", text in ".{0,200}", title in ".{0,40}") {
        let verdict = judge(&page("https://quay.example/a/b", &title, &markup, &text));
        proptest::prop_assert_eq!(verdict.health == Health::Good, verdict.marks.is_empty());
    }
}

#[test]
fn judging_takes_time_in_proportion() {
    // Were it more than that, this would not end.
    for part in [
        "<h1>",
        "<button>",
        "<input type=submit value=",
        "isaccessibleforfree\":",
        "class=\"",
        "only subscribers.\n",
        "<a btn",
    ] {
        let markup = part.repeat(400_000 / part.len());
        judge(&page("https://quay.example/a/b", "Quay", &markup, &markup));
    }
}

#[test]
fn statuses_say_what_they_say() {
    for (status, expect, word) in [
        (200, Health::Good, "page"),
        (404, Health::Error, "404 (Not Found)"),
        (410, Health::Error, "410 (Gone)"),
        (500, Health::Error, "500 (Internal Server Error)"),
        (302, Health::Error, "where to go"),
        (401, Health::Login, "sign-in"),
        (402, Health::Paywall, "paid"),
        (403, Health::Error, "does not mean the page is gone"),
        (451, Health::Error, "does not mean the page is gone"),
        (429, Health::BotWall, "robots"),
    ] {
        let seen = Seen { status: Some(status), ..page("https://quay.example/a", "Quay", "<p>", FILLER) };
        let verdict = judge(&seen);
        assert_eq!(verdict.health, expect, "{status}");
        assert!(verdict.why.contains(word), "{status}: {}", verdict.why);
    }
    let headers = [("CF-Mitigated".to_owned(), "challenge".to_owned())];
    let seen =
        Seen { status: Some(403), headers: &headers, ..page("https://quay.example/a", "Quay", "", "") };
    assert_eq!(health(&seen), Health::BotWall);
}

#[test]
fn redirects_tell_too() {
    for (asked, url, expect) in [
        ("https://quay.example/2026/tides", "https://www.quay.example/", Health::Soft404),
        ("https://quay.example/2026/tides", "https://quay.example/errors/not-found", Health::Soft404),
        ("https://quay.example/2026/tides", "https://quay.example/2026/03/tides", Health::Good),
        ("https://quay.example/", "https://www.quay.example/", Health::Good),
        ("https://quay.example/en", "https://quay.example/", Health::Good),
        ("https://short.example/2026/tides", "https://quay.example/", Health::Good),
        ("https://one.github.io/2026/tides", "https://two.github.io/", Health::Good),
    ] {
        let seen = Seen { asked, ..page(url, "The tide table", "<p>", FILLER) };
        assert_eq!(health(&seen), expect, "{asked} → {url}");
    }
    let wall = Seen {
        asked: "https://www.film.example/watch?v=1",
        ..page("https://consent.film.example/m", "Film", "<form>", FILLER)
    };
    assert_eq!(health(&wall), Health::ConsentWall);
    let login = Seen {
        asked: "https://quay.example/tides",
        ..page("https://quay.example/sign-in?next=%2Ftides", "Log in", "<form>", "E-mail")
    };
    assert_eq!(health(&login), Health::Login);
}

#[test]
fn failures_are_told_apart() {
    for (failure, expect) in [
        (Failure::NoName("x".into()), Health::Unreachable),
        (Failure::Certificate("it has expired".into()), Health::Unreachable),
        (Failure::TooLarge, Health::TooLarge),
        (Failure::Garbage("x".into()), Health::Error),
        (Failure::Refused(crate::outside::fetch::Refusal::Credentials), Health::Refused),
    ] {
        let said = failure.to_string();
        let verdict = judge(&Seen { outcome: &Err(failure), ..page("https://quay.example/a", "", "", "") });
        assert_eq!((verdict.health, verdict.why), (expect, said));
    }
}

#[test]
fn other_things_than_pages_need_no_words() {
    let pdf = Seen { media_type: "application/pdf", ..page("https://quay.example/a", "", "%PDF-1.7", "") };
    assert_eq!(health(&pdf), Health::Good);
    let nothing = Seen { media_type: "text/plain", ..page("https://quay.example/a", "", "", "") };
    assert_eq!(health(&nothing), Health::Empty);
    let video = Seen { wordless: true, ..page("https://film.example/a", "The tide table", "<p>", "") };
    assert_eq!(health(&video), Health::Good);
}

#[test]
fn error_pages_of_real_sites_are_known() {
    let Some(data) = test_data() else { return };
    let mut wrong = Vec::new();
    let mut files = files(&data.join("link-rot/not-found"));
    files.sort();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut kinds = vec![from_file(&name, &text)];
        if let Some(rest) = kinds[0].0.strip_prefix("404: ") {
            // The words must do without the number.
            kinds.push((rest.to_owned(), kinds[0].1.clone(), kinds[0].2.clone()));
        }
        for (title, markup, text) in kinds {
            let verdict = judge(&page("https://www.example.com/favicon.ico", &title, &markup, &text));
            if verdict.health != Health::Soft404 {
                wrong.push(format!("{name}: {title}: {verdict:?}"));
            }
        }
    }
    assert!(files.len() >= 19, "{} error pages", files.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_good_page_is_accused() {
    let Some(data) = test_data() else { return };
    let sets = ["link-rot/drift", "languages", "charsets"].map(|set| files(&data.join(set)));
    // Two thousand posts of two publications; one in ten takes a tenth of the time.
    let posts = files(&data.join("markdown")).into_iter().step_by(10);
    let (mut count, mut wrong) = (0, Vec::new());
    for file in sets.into_iter().flatten().chain(posts) {
        let name = file.display().to_string();
        if ["json", "csv", "yml"].iter().any(|kind| name.ends_with(kind)) {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        let (title, markup, text) = from_file(&name, &String::from_utf8_lossy(&bytes));
        if text.chars().filter(|c| c.is_alphanumeric()).count() < 20 {
            continue;
        }
        count += 1;
        let verdict = judge(&page("https://quay.example/2026/03/file", &title, &markup, &text));
        if verdict.health != Health::Good {
            wrong.push(format!("{name}: {title}: {verdict:?}"));
        }
    }
    assert!(count > 200, "{count} good pages");
    assert!(wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
    println!("{count} good pages, none accused");
}

/// Title, markup, visible text. Markdown files with front matter become the page they describe.
fn from_file(name: &str, text: &str) -> (String, String, String) {
    let mut title = String::new();
    let mut body = text;
    if let Some((front, rest)) = text.strip_prefix("---\n").and_then(|t| t.split_once("\n---")) {
        let line = front.lines().find_map(|line| line.strip_prefix("title:"));
        title = line.unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned();
        body = rest;
    }
    let markup = if name.ends_with(".html") {
        body.to_owned()
    } else {
        format!("<title>{title}</title><h1>{title}</h1><p>{body}</p>")
    };
    let document = scraper::Html::parse_document(&markup);
    let select = |css: &str| scraper::Selector::parse(css).unwrap();
    if let Some(found) = document.select(&select("title")).next() {
        title = found.text().collect();
    }
    let mut words = String::new();
    for node in document.tree.nodes() {
        let hidden = |n: &scraper::Node| {
            n.as_element().is_some_and(|e| matches!(e.name(), "script" | "style" | "title" | "noscript"))
        };
        if let Some(text) = node.value().as_text()
            && !node.ancestors().any(|up| hidden(up.value()))
        {
            words.push_str(text);
            words.push(' ');
        }
    }
    (title, markup, words)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn test_data() -> Option<PathBuf> {
    let found = std::env::var_os("IBID_TEST_DATA").map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: no test data");
    }
    found
}
