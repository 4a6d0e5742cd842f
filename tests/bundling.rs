//! Kept copies leave as one file: what stands in it, what it proves, and what readers are not given.

mod press;

use press::web::Answer;
use press::{Manner, Notary, Page, Post, Press, until};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use wacz::package::{Package, Weight, validate};

const REPORT: &str = "https://quay.example/report";
const MINUTES: &str = "https://quay.example/minutes";
const STYLE: &str = "https://quay.example/quay.css";
const SECRET: &str = "https://quay.example/not-yet-published";

const WORDS: &str = "The ferry carried nine hundred passengers on the day that the bridge was closed.";

/// Pages that share a stylesheet which is long enough to be kept once.
fn serve(press: &Press) {
    let style = format!("body {{ color: #123 }} /* {} */", "tide ".repeat(200));
    press.web.serves(STYLE, Answer::new(200, "text/css", style));
    for (url, title, words) in [
        (REPORT, "The quay’s report", WORDS),
        (
            MINUTES,
            "Minutes of the quay",
            "The minutes were read and nobody had anything to add to them this time.",
        ),
        (
            SECRET,
            "A page that only a draft cites",
            "Nobody should learn of this page before the post about it is out.",
        ),
    ] {
        press.web.serves(
            url,
            Answer::html(format!(
                "<!doctype html><title>{title}</title><link rel=stylesheet href=\"/quay.css\"><main><h1>{title}</h1>\
                 <p>{words} {}</p></main>",
                "It was a long day on the water. ".repeat(20)
            )),
        );
    }
}

/// A draft's page is kept first, so that the published ones refer to its stylesheet.
async fn quay(press: &Press) -> Post {
    serve(press);
    press.ida().settles("shown", "always").await;
    let draft = press.ida().drafts("Not yet", &format!("As [they say]({SECRET}).")).await;
    draft.keeps(SECRET).await;
    let text =
        format!("The office wrote that “{WORDS}” [there]({REPORT}), and [elsewhere]({MINUTES}) nothing.");
    let post = press.ida().publishes("The ferry", &text).await;
    for source in post.is_kept().await {
        assert_eq!(source["captures"][0]["health"], "good", "{source}");
    }
    post
}

fn save(press: &Press, name: &str, page: &Page) -> PathBuf {
    let path = press.folder().join(name);
    std::fs::write(&path, &page.body).unwrap();
    path
}

/// Everything in it is as it should be.
fn sound(bytes: &[u8]) -> Package<Cursor<&[u8]>> {
    let findings = validate(Cursor::new(bytes));
    let faults: Vec<String> =
        findings.iter().filter(|found| found.weight == Weight::Fault).map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{faults:?}");
    Package::open(Cursor::new(bytes)).unwrap()
}

/// Every byte of every file in it, unpacked.
fn unpacked(bytes: &[u8]) -> String {
    let mut package = sound(bytes);
    let mut all = String::new();
    for path in package.paths() {
        let mut file = Vec::new();
        package.file(&path).unwrap().read_to_end(&mut file).unwrap();
        if path.ends_with(".gz") {
            let packed = std::mem::take(&mut file);
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut file).unwrap();
        }
        all.push_str(&String::from_utf8_lossy(&file));
    }
    all
}

fn urls(package: &mut Package<Cursor<&[u8]>>) -> Vec<String> {
    let pages = package.pages().unwrap();
    let mut urls: Vec<String> = pages.into_iter().map(|page| page.url).collect();
    urls.sort();
    urls
}

async fn verified(press: &Press, file: &Path, more: &[&str]) -> press::Ran {
    let file = file.display().to_string();
    press.command(&[&["sources", "verify", &file], more].concat()).run().await
}

#[tokio::test]
async fn a_reader_takes_along_what_a_post_rests_on() {
    let press = Press::start().await;
    let post = quay(&press).await;
    let page = post.page().await;
    page.shows("The kept copies as one file");
    let link = page.attributes("#sources p a", "href").pop().unwrap();
    assert_eq!(link, format!("{}/sources.wacz", post.path));
    let file = press.reader().opens(&link).await;
    file.is(200);
    assert_eq!(file.header("content-type"), "application/wacz");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"the-ferry-sources.wacz\"");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("x-robots-tag"), "noindex");
    assert_eq!(file.header("access-control-allow-origin"), "*");

    let mut package = sound(&file.body);
    assert_eq!(urls(&mut package), [MINUTES, REPORT]);
    let about = package.manifest().unwrap();
    assert_eq!(about.title.as_deref(), Some("Sources of “The ferry”"));
    assert!(about.description.unwrap().contains("2 fetched"));
    let pages = package.pages().unwrap();
    let report = pages.iter().find(|page| page.url == REPORT).unwrap();
    assert_eq!(report.title.as_deref(), Some("The quay’s report"));
    assert!(report.text.as_deref().unwrap().contains(WORDS));
    assert_eq!(report.other["provenance"], "fetched");

    // It opens by itself: the stylesheet is there, though another copy holds it, and nothing else of that copy.
    let style = package.index().unwrap().find(STYLE);
    assert_eq!(style.len(), 3, "two copies refer to the one that is held: {style:?}");
    let held: Vec<_> = style.iter().filter(|entry| entry.filename.starts_with("held-")).collect();
    let record = package.record(held[0]).unwrap();
    assert!(String::from_utf8_lossy(record.response().unwrap().message.body).contains("tide tide"));
    let all = unpacked(&file.body);
    assert!(
        all.contains(WORDS) && !all.contains("not-yet-published") && !all.contains("Nobody should learn")
    );

    let path = save(&press, "post.wacz", &file);
    let told = verified(&press, &path, &[]).await.succeeds();
    told.prints("Sources of “The ferry”").prints("sound        yes").prints("by whoever holds the key");

    // The same publication signs everything with one key, which is nobody else's to read.
    let source = post.sources().await[0]["id"].as_str().unwrap().to_owned();
    let one = press.reader().opens(&format!("/sources/{source}/bundle.wacz")).await;
    one.is(200);
    let key = |package: &mut Package<Cursor<&[u8]>>| {
        package.manifest_digest().unwrap().signed_data.unwrap()["publicKey"].clone()
    };
    assert_eq!(key(&mut sound(&one.body)), key(&mut package));
    press.reader().opens(&format!("/sources/{source}")).await.shows("All of them as one file");
    let head = press.reader().asks_head(&link).await;
    assert_eq!((head.status, head.header("content-type")), (200, "application/wacz"));
}

#[tokio::test]
async fn readers_are_given_what_they_may_open_and_no_more() {
    let press = Press::start().await;
    let post = quay(&press).await;
    let ida = press.ida();
    let desk = ida.signs_in().await;
    let sources = post.sources().await;
    let id_of =
        |url: &str| sources.iter().find(|s| s["url"] == url).unwrap()["id"].as_str().unwrap().to_owned();
    let (report, minutes) = (id_of(REPORT), id_of(MINUTES));
    let bundle = |id: &str| format!("/sources/{id}/bundle.wacz");
    let of_post = format!("{}/sources.wacz", post.path);

    // A source that readers see only passages of.
    let list = desk.opens("/desk/sources").await;
    let form = list.form_to(&format!("/desk/sources/{report}/shown")).unwrap();
    desk.sends(&form.fill("shown", "passages")).await.is(200);
    press.reader().opens(&bundle(&report)).await.is(404);
    press.reader().opens(&format!("/sources/{report}")).await.hides("as one file");
    let left = press.reader().opens(&of_post).await;
    assert_eq!(urls(&mut sound(&left.body)), [MINUTES]);
    assert!(!unpacked(&left.body).contains(WORDS));

    // The desk has it all.
    let all = desk.opens(&format!("/desk/posts/{}/sources.wacz", post.id)).await;
    assert_eq!(urls(&mut sound(&all.is(200).body)), [MINUTES, REPORT]);
    assert_eq!(all.header("access-control-allow-origin"), "");
    desk.opens(&format!("/desk{}", bundle(&report))).await.is(200);
    let all = desk.opens("/desk/sources.wacz").await;
    assert_eq!(urls(&mut sound(&all.is(200).body)), [MINUTES, SECRET, REPORT]);
    press.reader().asks(&format!("/desk{}", bundle(&report))).await.is(303);

    // What is taken away is in no bundle from then on.
    let removal = list.links().into_iter().map(|(to, _)| to).find(|to| to.ends_with("/removal")).unwrap();
    let asked = desk.opens(&removal).await;
    let (gone, kept) = if asked.text().contains(MINUTES) { (&minutes, &report) } else { (&report, &minutes) };
    desk.sends(&asked.form_with("reason").unwrap().fill("reason", "A court ordered it.")).await.is(200);
    desk.opens(&format!("/desk{}", bundle(gone))).await.is(404);
    desk.opens(&format!("/desk{}", bundle(kept))).await.is(200);

    // What no published post cites, and what never was, are one to a stranger.
    ida.api().delete(&format!("/api/v1/posts/{}", post.id)).await.is(204);
    for path in [of_post, bundle(&minutes), bundle("4711"), bundle("x"), "/nothing/sources.wacz".into()] {
        press.reader().opens(&path).await.is(404);
    }
}

#[tokio::test]
async fn an_operator_takes_everything_along() {
    let press = Press::start().await;
    let post = quay(&press).await;
    let at = |name: &str| press.folder().join(name).display().to_string();
    let export = async |args: &[&str]| press.command(&[&["sources", "export"], args].concat()).run().await;

    let report = export(&[&at("all.wacz"), "--json"]).await.succeeds().json();
    assert_eq!((&report["copies"], &report["held"]), (&3.into(), &0.into()));
    let bytes = std::fs::read(at("all.wacz")).unwrap();
    assert_eq!(urls(&mut sound(&bytes)), [MINUTES, SECRET, REPORT], "drafts' sources too");
    export(&[&at("post.wacz"), "--post", &post.id]).await.succeeds().says("2 copies");
    assert_eq!(urls(&mut sound(&std::fs::read(at("post.wacz")).unwrap())), [MINUTES, REPORT]);

    // As WARC, it is every record, each readable by itself, and what they refer to.
    export(&[&at("post.warc.gz"), "--post", &post.id]).await.succeeds();
    let told = verified(&press, Path::new(&at("post.warc.gz")), &["--json"]).await.succeeds().json();
    assert_eq!(told["form"], "warc");
    assert!(told["digests"].as_u64().unwrap() > 10, "{told}");
    let styles = std::fs::File::open(at("post.warc.gz")).unwrap();
    let indexed = wacz::cdxj::index(wacz::warc::Reader::new(styles), "post.warc.gz");
    assert_eq!(indexed.entries.iter().filter(|entry| entry.url == STYLE).count(), 3);

    // To standard output, into a pipe.
    let piped = export(&["-", "--format", "warc"]).await.succeeds();
    assert!(piped.stdout.as_bytes().starts_with(&[0x1f]), "it is packed");
    export(&["-", "--json"]).await.ends_with(2).says("cannot both go to standard output");
    export(&[&at("all.zip")]).await.ends_with(2).says("ends neither in .wacz nor in .warc.gz");
    export(&[&at("x.wacz"), "--post", "4711"]).await.ends_with(2).says("There is no post 4711.");
    export(&[&at("x.wacz"), "--source", "quay"]).await.ends_with(2).says("“quay” is no source's id");
    export(&[&at("no/folder/x.wacz")]).await.ends_with(2).says("cannot be written");

    // One that breaks off leaves nothing under its name.
    let files = press.data().join("files/captures");
    std::fs::rename(&files, press.data().join("files/elsewhere")).unwrap();
    std::fs::write(at("old.wacz"), "the one before").unwrap();
    export(&[&at("old.wacz")]).await.ends_with(3).says("ibid doctor");
    assert_eq!(std::fs::read_to_string(at("old.wacz")).unwrap(), "the one before");
    let left: Vec<_> =
        std::fs::read_dir(press.folder()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{left:?}");
}

#[tokio::test]
async fn what_was_changed_on_the_way_is_found_out() {
    let press = Press::start().await;
    quay(&press).await;
    let path = press.folder().join("all.wacz");
    press.command(&["sources", "export", &path.display().to_string()]).run().await.succeeds();
    let good = std::fs::read(&path).unwrap();
    verified(&press, &path, &[]).await.succeeds();
    let step = good.len() / 23;
    for at in (50..good.len()).step_by(step) {
        let mut bad = good.clone();
        bad[at] ^= 0x20;
        std::fs::write(&path, &bad).unwrap();
        let told = verified(&press, &path, &["--json"]).await;
        // A byte that nothing reads, such as a date in the ZIP, changes nothing that is told.
        let harmless = told.status == Some(0) && unpacked(&bad) == unpacked(&good);
        assert!(harmless || matches!(told.status, Some(1 | 2)), "byte {at}: {told:?}");
    }
    std::fs::write(&path, &good[..good.len() / 2]).unwrap();
    verified(&press, &path, &[]).await.ends_with(2).says("is no WACZ");
    std::fs::write(&path, "PKnothing").unwrap();
    verified(&press, &path, &[]).await.ends_with(2);
    std::fs::write(&path, "words").unwrap();
    verified(&press, &path, &[]).await.ends_with(2).says("neither WACZ nor WARC");
}

/// Asks for a stamp at once, as a server does that starts.
async fn restart(press: &mut Press) {
    press.is_stopped().await;
    press.starts().await;
}

async fn stamped(press: &Press, copies: i64) {
    until("copies to be stamped", async || {
        let doctor = press.command(&["doctor", "--json"]).run().await.json();
        let stamps = &doctor["stamps"];
        if stamps["copies"] == copies && stamps["waiting"] == 0 { Ok(()) } else { Err(doctor.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn an_authority_says_since_when_a_copy_has_been_there() {
    let Some(notary) = Notary::opens().await else { return };
    let mut press = Press::prepare().await.with("IBID_TIMESTAMPS", &notary.url).start().await;
    let post = quay(&press).await;
    let source = post.sources().await[0]["id"].as_str().unwrap().to_owned();
    restart(&mut press).await;
    stamped(&press, 3).await;
    assert_eq!(notary.times_asked(), 1, "all under one stamp");
    press.command(&["doctor"]).run().await.succeeds().prints("time-stamps   3 copies, the last at");
    press.reader().opens(&format!("/sources/{source}")).await.shows("time-stamped by 127.0.0.1 on");

    let file = press.reader().opens(&format!("{}/sources.wacz", post.path)).await;
    let path = save(&press, "post.wacz", &file);
    assert_eq!(notary.times_asked(), 1, "nothing a reader does asks anybody");
    let told = verified(&press, &path, &[]).await.succeeds();
    told.prints("2 copies were there at").prints("not trusted here");
    let root = notary.file("root.crt");
    let told = verified(&press, &path, &["--trust", &root, "--json"]).await.succeeds().json();
    assert_eq!(
        (&told["stamps"][0]["copies"], &told["stamps"][0]["trusted"]),
        (&2.into(), &true.into()),
        "{told}"
    );
    assert_eq!(told["unstamped"], 0);

    // Somebody else's tool makes the same of the stamp, given the root that our path leads to.
    let mut package = sound(&file.body);
    let mut text = |path: &str| {
        let mut bytes = Vec::new();
        package.file(path).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let proofs = String::from_utf8(text("stamps/captures.jsonl")).unwrap();
    let proof: serde_json::Value = serde_json::from_str(proofs.lines().next().unwrap()).unwrap();
    let stamp = proof["stamp"].as_str().unwrap();
    std::fs::write(notary.folder.path().join("one.tsr"), text(stamp)).unwrap();
    let digest = proof["root"].as_str().unwrap().trim_start_matches("sha256:");
    let said = notary.openssl(&["ts", "-verify", "-digest", digest, "-in", "one.tsr", "-CAfile", "root.crt"]);
    assert!(said.contains("Verification: OK"), "{said}");

    // A new copy waits for others and is stamped in its turn; older ones are not stamped again.
    press.command(&["sources", "capture", REPORT]).run().await.succeeds();
    restart(&mut press).await;
    stamped(&press, 4).await;
    assert_eq!(notary.times_asked(), 2);

    // An operator's bundle is stamped itself.
    let whole = press.folder().join("whole.wacz");
    press.command(&["sources", "export", &whole.display().to_string()]).run().await.succeeds();
    let told = verified(&press, &whole, &["--trust", &root, "--json"]).await.succeeds().json();
    assert!(told["signature"]["stamped"].is_string(), "{told}");
}

#[tokio::test]
async fn an_authority_that_misbehaves_stamps_nothing_and_stops_nothing() {
    let Some(notary) = Notary::opens().await else { return };
    notary.behaves(Manner::Unavailable);
    let mut press = Press::prepare().await.with("IBID_TIMESTAMPS", &notary.url).start().await;
    let post = quay(&press).await;
    restart(&mut press).await;
    let desk = press.ida().signs_in().await;
    for (manner, words) in [
        (Manner::Unavailable, "gave no time-stamp: it answered 503"),
        (Manner::Garbage, "gave no time-stamp: the time-stamp cannot be read"),
        (Manner::Refusing, "gave no time-stamp: the authority gave no time-stamp: no such policy"),
        (Manner::ForeignNonce, "gave no time-stamp: its answer is to another question"),
        (Manner::ForeignDigest, "gave no time-stamp: the time-stamp proves nothing: it is of another digest"),
        (Manner::Endless, "gave no time-stamp: its answer cannot be read (length limit exceeded)"),
        (Manner::HangsUp, "gave no time-stamp: its answer cannot be read"),
    ] {
        notary.behaves(manner);
        until(&format!("{manner:?} to be told of in the desk"), async || {
            let work = desk.opens("/desk/work").await;
            if work.text().contains(words) {
                return Ok(());
            }
            // What waits for its hour is tried at once.
            if let Some(again) = work.forms().into_iter().find(|form| form.action.path().ends_with("/again"))
            {
                desk.sends(&again).await;
            }
            Err(work.text())
        })
        .await;
    }
    press.reader().opens(&format!("{}/sources.wacz", post.path)).await.is(200);
    let doctor = press.command(&["doctor", "--json"]).run().await.json();
    assert_eq!(
        (&doctor["stamps"]["copies"], &doctor["stamps"]["waiting"]),
        (&0.into(), &3.into()),
        "{doctor}"
    );

    notary.behaves(Manner::Proper);
    restart(&mut press).await;
    stamped(&press, 3).await;
}

#[tokio::test]
async fn a_domain_vouches_where_it_has_a_certificate() {
    let Some(notary) = Notary::opens().await else { return };
    let mut press = Press::start().await;
    let post = quay(&press).await;
    press.is_stopped().await;
    for (name, value) in [
        ("IBID_TIMESTAMPS", &notary.url),
        ("IBID_BASE_URL", &"https://gazette.example".to_owned()),
        ("IBID_SIGNING_CERT", &notary.file("gazette.crt")),
        ("IBID_SIGNING_KEY", &notary.file("gazette.key")),
    ] {
        press.set(name, value);
    }
    press.starts().await;
    stamped(&press, 3).await;
    press.command(&["doctor"]).run().await.succeeds();

    // The first reader gets the key's signature, and whoever comes once the domain has vouched, the domain's.
    let address = format!("{}/sources.wacz", post.path);
    let data = async || {
        let file = press.reader().opens(&address).await;
        sound(&file.body).manifest_digest().unwrap().signed_data.unwrap()
    };
    assert!(data().await["publicKey"].is_string());
    until("the domain to vouch", async || {
        let data = data().await;
        if data["domain"] == "gazette.example" { Ok(()) } else { Err(data.to_string()) }
    })
    .await;
    let asked = notary.times_asked();
    assert_eq!(data().await["domain"], "gazette.example");
    assert_eq!(notary.times_asked(), asked, "once for all who read the same");

    let path = press.folder().join("post.wacz");
    press
        .command(&["sources", "export", &path.display().to_string(), "--post", &post.id])
        .run()
        .await
        .succeeds();
    let root = notary.file("root.crt");
    let told = verified(&press, &path, &["--trust", &root]).await.succeeds();
    told.prints("by the domain gazette.example");
    verified(&press, &path, &[])
        .await
        .succeeds()
        .prints("in the name of gazette.example, at")
        .prints("not trusted");
}

/// Where a tool of others is, if it is.
fn tool(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["target/venv/bin", "target/tools/bin"].map(|folder| root.join(folder).join(name));
    let found = found.into_iter().find(|path| path.exists());
    let wanted = std::env::var_os("IBID_TEST_VALIDATORS").is_some();
    assert!(found.is_some() || !wanted, "{name} is not installed");
    if found.is_none() {
        println!("skipped: no {name}; bin/soak installs it");
    }
    found
}

async fn says_nothing_against(tool: &Path, args: &[&str]) -> String {
    let out = tokio::process::Command::new(tool).args(args).output().await.expect("it runs");
    let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    assert!(out.status.success(), "{} {args:?}: {said}", tool.display());
    said
}

/// Pages as servers send them, chunks and all, and what they share; and the sample. Each as a package and as WARC.
async fn exported() -> (Press, Vec<[String; 2]>) {
    let press = Press::start().await;
    quay(&press).await;
    press
        .ida()
        .publishes("Chunks", "As [they say](https://trouble.example/good-chunks).")
        .await
        .is_kept()
        .await;
    let sample = Press::prepare().await.start_with(&["--sample"]).await;
    let mut files = Vec::new();
    for (of, name) in [(&press, "quay"), (&sample, "sample")] {
        let pair = ["wacz", "warc.gz"]
            .map(|ending| press.folder().join(format!("{name}.{ending}")).display().to_string());
        for file in &pair {
            of.command(&["sources", "export", file]).run().await.succeeds();
        }
        files.push(pair);
    }
    (press, files)
}

#[tokio::test]
async fn others_find_our_records_right() {
    let Some(warcio) = tool("warcio") else { return };
    let (_press, files) = exported().await;
    for [_, warc] in &files {
        let said = says_nothing_against(&warcio, &["check", "-v", warc]).await;
        assert!(said.contains("digest pass"), "{said}");
    }
}

#[tokio::test]
async fn others_find_our_packages_valid() {
    let Some(wacz) = tool("wacz") else { return };
    let (_press, files) = exported().await;
    for [package, _] in &files {
        says_nothing_against(&wacz, &["validate", "-f", package]).await;
    }
}

#[tokio::test]
async fn others_verify_our_records() {
    let Some(warcat) = tool("warcat") else { return };
    let (_press, files) = exported().await;
    for [_, warc] in &files {
        says_nothing_against(&warcat, &["verify", warc]).await;
    }
}

#[tokio::test]
async fn others_show_our_pages() {
    let viewer = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/replayweb/package");
    if !viewer.join("sw.js").exists() {
        println!("skipped: no ReplayWeb.page; bin/test installs it");
        return;
    }
    let (press, files) = exported().await;
    for ([bundle, _], url, words) in [
        (&files[0], REPORT, WORDS),
        (
            &files[1],
            "https://lighthouse-board.example/lights/hallow-head",
            "Two white flashes every twelve seconds",
        ),
    ] {
        let pages = Package::open(std::fs::File::open(bundle).unwrap()).unwrap().pages().unwrap();
        let ts = &pages.iter().find(|page| page.url == url).unwrap().ts;
        let ts: String = ts.chars().filter(char::is_ascii_digit).take(14).collect();
        let given =
            serde_json::json!({"viewer": viewer, "bundle": bundle, "url": url, "ts": ts, "words": words});
        press::tells("replayweb", given).await;
    }
    drop(press);
}
