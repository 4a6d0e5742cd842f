//! Pictures and other files: sent, shown, found again, taken away.

mod press;

use press::{Page, Press, drawing};
use serde_json::json;

/// Chooses a file in the form of the media page.
async fn sends(press: &Press, desk: &press::Visitor, name: &str, bytes: &[u8], alt: &str) -> Page {
    let page = desk.opens("/desk/media").await;
    let form = page.form_with("file").expect("a form for files").fill("alt", alt);
    assert!(form.multipart, "{}", press.base());
    desk.sends_file(&form, "file", name, bytes).await
}

fn says(page: &Page, header: &str, words: &str) {
    assert!(page.header(header).contains(words), "{}: {header}: {}", page.url, page.header(header));
}

#[tokio::test]
async fn a_picture_is_kept_small_and_says_nothing_of_its_maker() {
    let press = Press::start().await;
    let desk = press.ida().signs_in().await;
    let kept = sends(&press, &desk, "The Quay (1).PNG", &drawing(2400, 60), "The quay [at dusk]").await;
    kept.is(200).shows("1920 × 48").shows("Nowhere.");
    let path = kept.attributes(".shown-file img", "src").remove(0);
    assert!(path.starts_with("/media/the-quay-1-") && path.ends_with(".png"), "{path}");
    let markdown = kept.attributes("#markdown", "value").remove(0);
    assert_eq!(markdown, format!("![The quay \\[at dusk\\]]({path})"));

    let picture = press.reader().opens(&path).await;
    picture.is(200);
    says(&picture, "content-type", "image/png");
    says(&picture, "cache-control", "immutable");
    says(&picture, "content-security-policy", "sandbox");
    says(&picture, "x-content-type-options", "nosniff");
    assert!(!picture.body.windows(8).any(|words| words == b"old lamp"));

    // The same once more is the same.
    let again = sends(&press, &desk, "the quay 1.png", &drawing(2400, 60), "Other words").await;
    assert_eq!(again.attributes(".shown-file img", "src"), [path.as_str()]);
    assert_eq!(desk.opens("/desk/media").await.is(200).pick(".rows .title"), ["The quay [at dusk]"]);

    let post = press.ida().publishes("The quay", &format!("Stone.\n\n{markdown}")).await;
    assert_eq!(post.page().await.attributes("main img", "alt"), ["The quay [at dusk]"]);
    let file = desk.opens(again.url.path()).await;
    file.shows("The quay");
    assert!(file.form_to("/delete").is_none(), "it is used");
    let deleting = format!("{}/delete", again.url.path());
    desk.posts(&deleting, &[]).await.is(409).shows("It is used, and so it stays.");

    post.rewrites(json!({"markdown": "Stone alone."})).await;
    let once = desk.opens(again.url.path()).await;
    once.shows("Earlier revisions of these posts name it").shows("The quay");
    assert!(once.form_to("/delete").is_some());
}

#[tokio::test]
async fn what_nothing_shows_can_be_deleted_by_whoever_sent_it() {
    let press = Press::start().await;
    let desk = press.hires("Mira Olsen", "contributor").await.signs_in().await;
    let kept = sends(&press, &desk, "lamp.png", &drawing(8, 8), "A lamp").await;
    let path = kept.attributes(".shown-file img", "src").remove(0);
    let described = desk.sends(&kept.form_to("/alt").unwrap().fill("alt", "A lamp, lit by hand")).await;
    described.is(200).shows("A lamp, lit by hand");

    let noor = press.hires("Noor Haddad", "author").await.signs_in().await;
    let seen = noor.opens(kept.url.path()).await;
    assert!(seen.form_to("/alt").is_none() && seen.form_to("/delete").is_none());
    noor.posts(&format!("{}/delete", kept.url.path()), &[]).await.is(403);

    press.reader().opens(&path).await.is(200);
    desk.sends(&described.form_to("/delete").unwrap()).await.is(200).shows("Deleted.");
    press.reader().opens(&path).await.is(404);
    let files = press.data().join("files/media");
    assert_eq!(std::fs::read_dir(files).map_or(0, |files| files.count()), 0);
}

#[tokio::test]
async fn what_is_no_picture_and_no_file_of_ours_is_refused_in_words() {
    let press = Press::prepare().await.with("IBID_UPLOAD_MAX", "1").start().await;
    let desk = press.ida().signs_in().await;
    let whole = drawing(64, 64);
    for (name, bytes, status, words) in [
        (
            "page.png",
            &b"<html><script>alert(1)</script>"[..],
            422,
            "“page.png” is of no kind that is taken here",
        ),
        ("lamp.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 422, "is of no kind that is taken here"),
        ("cut.png", &whole[..whole.len() / 2], 422, "cut off or broken"),
        ("bomb.png", &drawing(1, 1)[..20], 422, "cut off or broken"),
        ("empty.png", b"", 422, "Choose a file first"),
        ("film.mp4", &vec![0; (1 << 20) + 1], 413, "more than 1 megabytes"),
    ] {
        sends(&press, &desk, name, bytes, "Something").await.is(status).shows(words);
    }
    let mut bomb = drawing(1, 1);
    bomb.splice(16..24, [60_000u32.to_be_bytes(), 60_000u32.to_be_bytes()].concat());
    let mut sum = flate2::Crc::new();
    sum.update(&bomb[12..29]);
    bomb.splice(29..33, sum.sum().to_be_bytes());
    sends(&press, &desk, "bomb.png", &bomb, "A bomb").await.is(422).shows("60000 by 60000 pixels");
    desk.opens("/desk/media").await.shows("Nothing yet.");
    assert!(!press.data().join("files/media").exists(), "a file without a row");
}

#[tokio::test]
async fn a_film_is_played_from_anywhere_in_it() {
    let press = Press::start().await;
    let desk = press.ida().signs_in().await;
    let mut film = b"\0\0\0\x20ftypisom".to_vec();
    film.extend((0..600_000u32).map(|n| (n % 251) as u8));
    let kept = sends(&press, &desk, "Tide.mov", &film, "The tide, \"coming\" in").await;
    kept.is(200).shows("MP4, 600 KB");
    let markdown = kept.attributes("#markdown", "value").remove(0);
    let post = press.ida().publishes("The tide", &format!("Look.\n\n{markdown}")).await;
    let path = post.page().await.attributes("main video", "src").remove(0);

    let reader = press.reader();
    let whole = reader.opens(&path).await;
    says(whole.is(200), "content-type", "video/mp4");
    says(&whole, "accept-ranges", "bytes");
    assert!(whole.body == film);
    let (tag, day) = (whole.header("etag").to_owned(), whole.header("last-modified").to_owned());
    for (headers, status, range, body) in [
        (vec![("range", "bytes=0-3")], 206, "bytes 0-3/600012", &film[..4]),
        (vec![("range", "bytes=300000-")], 206, "bytes 300000-600011/600012", &film[300_000..]),
        (vec![("range", "bytes=-5")], 206, "bytes 600007-600011/600012", &film[600_007..]),
        (vec![("range", "bytes=0-3"), ("if-range", &tag)], 206, "bytes 0-3/600012", &film[..4]),
        (vec![("range", "bytes=0-3"), ("if-range", &day)], 206, "bytes 0-3/600012", &film[..4]),
        (vec![("range", "bytes=0-3"), ("if-range", "\"other\"")], 200, "", &film[..]),
        (vec![("range", "bytes=0-3,7-9")], 200, "", &film[..]),
        (vec![("range", "bytes=600012-")], 416, "bytes */600012", b""),
        (vec![("if-none-match", &tag)], 304, "", b""),
        (vec![("if-modified-since", &day)], 304, "", b""),
    ] {
        let part = reader.asks_with(&path, &headers).await;
        assert_eq!((part.status, part.header("content-range")), (status, range), "{headers:?}");
        assert!(part.body == body, "{headers:?}: {} bytes", part.body.len());
    }
    let head = reader.asks_head(&path).await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "600012", 0));

    let letter = sends(&press, &desk, "letter.pdf", b"%PDF-1.7\n%%EOF", "The letter").await;
    letter.shows("PDF, 1 KB");
    let letter = reader.opens(&letter.attributes("figcaption a", "href")[0]).await;
    says(&letter, "content-type", "application/pdf");
    says(&letter, "content-disposition", "attachment");
}

#[tokio::test]
async fn a_script_sends_files_with_its_key() {
    let press = Press::start().await;
    let (reply, stranger) = (press.ida().api().sends_file("lamp.png", &drawing(8, 8)).await, press.api());
    let kept = reply.is(201).json();
    assert_eq!((kept["width"].as_i64(), kept["media_type"].as_str()), (Some(8), Some("image/png")));
    press.reader().opens(&press::path_of(kept["url"].as_str().unwrap())).await.is(200);
    stranger.sends_file("lamp.png", &drawing(8, 8)).await.problem(401);
    let refused = press.ida().api().sends_file("lamp.svg", b"<svg/>").await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("of no kind"), "{refused}");
}
