//! An author puts templates and a stylesheet of their own into the data folder.

mod press;

use press::{Page, Press, until};

fn writes(press: &Press, name: &str, text: &str) {
    let file = press.data().join("theme").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

async fn front_shows(press: &Press, words: &str) -> Page {
    until(&format!("the front to show “{words}”"), async || {
        let front = press.reader().opens("/").await;
        if front.text().contains(words) { Ok(front) } else { Err(front.text()) }
    })
    .await
}

const HOME: &str = "{% extends \"base.html\" %}\n{% block main %}\n<h1>By the water</h1>\n\
                    {% for post in posts %}<p>{{ post.title }}</p>{% endfor %}\n{% endblock %}\n";

#[tokio::test]
async fn a_theme_is_taken_up_while_the_server_runs() {
    let press = Press::start().await;
    press.ida().publishes("Tides & <em>trams</em>", "Calm.").await;
    let plain = press.reader().opens("/").await.attributes("link[rel=stylesheet]", "href").remove(0);
    writes(&press, "home.html", HOME);
    let front = front_shows(&press, "By the water").await;
    front.shows("Tides & <em>trams</em>").shows("Archive");

    writes(&press, "site.css", "body { color: #222 }\n");
    let own = until("the theme's stylesheet", async || {
        let address = press.reader().opens("/").await.attributes("link[rel=stylesheet]", "href").remove(0);
        if address != plain { Ok(address) } else { Err(address) }
    })
    .await;
    assert_eq!(press.reader().opens(&own).await.is(200).html(), "body { color: #222 }\n");
    press.ida().settles("accent", "#0b4f8a").await;
    let coloured = press.reader().opens("/").await.attributes("link[rel=stylesheet]", "href").remove(0);
    let css = press.reader().opens(&coloured).await.is(200).html();
    assert!(css.starts_with("body { color: #222 }\n") && css.contains("--link: #0b4f8a"), "{css}");

    std::fs::remove_file(press.data().join("theme/home.html")).unwrap();
    until("the built-in front again", async || {
        let front = press.reader().opens("/").await.text();
        if front.contains("By the water") { Err(front) } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn what_is_broken_is_told_to_the_author_and_shown_to_nobody() {
    let press = Press::start().await;
    press.ida().publishes("The night ferry", "It sails at nine.").await;
    let desk = press.ida().signs_in().await;
    let told = async |words: &str| {
        until(&format!("the desk to say “{words}”"), async || {
            press.reader().opens("/").await.is(200);
            let page = desk.opens("/desk").await.is(200).text();
            if page.contains(words) { Ok(()) } else { Err(page) }
        })
        .await;
        let doctor = press.command(&["doctor"]).run().await;
        assert_eq!(doctor.status, Some(1), "{}", doctor.stdout);
        assert!(doctor.stdout.contains(words), "{}", doctor.stdout);
    };
    // It cannot be read, it names what is not there, and what it includes does.
    writes(&press, "home.html", &HOME.replace("{% endfor %}", ""));
    told("theme/home.html, line 5: ").await;
    writes(&press, "home.html", &HOME.replace("post.title", "post.subject.line"));
    told("theme/home.html, line 4: undefined value").await;
    writes(&press, "home.html", &HOME.replace("By the water", "{% include \"part/posted.html\" %}"));
    writes(&press, "part/posted.html", "\n\n{{ nothing_of_the_kind }}");
    told("theme/part/posted.html, line 3: undefined value").await;
    writes(&press, "site.css", "body { color: red }\n\nmain { color: blue\n");
    told("theme/site.css, line 3: The { here is never closed.").await;
    writes(&press, "stile.css", "body { color: red }");
    told("theme/stile.css, line 1: The program has no template or stylesheet of this name.").await;
    press.reader().opens("/").await.is(200).shows("The night ferry").shows("Archive");

    std::fs::remove_dir_all(press.data().join("theme")).unwrap();
    until("nothing to be wrong any more", async || {
        let page = desk.opens("/desk").await.text();
        if page.contains("theme/") { Err(page) } else { Ok(()) }
    })
    .await;
    // What the owner must mend is nobody else's trouble.
    writes(&press, "home.html", "{% if %}");
    told("theme/home.html, line 1: ").await;
    let tomas = press.hires("Tomas Berg", "author").await.signs_in().await;
    tomas.opens("/desk").await.is(200).hides("theme/");
}
