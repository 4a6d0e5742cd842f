//! Nothing that was acknowledged is ever lost, whatever happens to the machine.
//!
//! Five rounds; `IBID_SOAK_ROUNDS=100` for a night of them.

mod press;

use press::{Api, Press, until};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const WRITERS: usize = 8;

/// Posts by id: what was last acknowledged, and what was sent since and may or may not have been taken.
type Promised = Arc<Mutex<HashMap<String, Text>>>;

#[derive(Clone, Debug)]
struct Text {
    acknowledged: String,
    attempted: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_it_keeps_every_promise() {
    let rounds = std::env::var("IBID_SOAK_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let mut press = Press::start().await;
    let promised = Promised::default();
    for round in 0..rounds {
        let load = load(&press, &promised, round);
        // A different moment each round, told by what was done rather than by a clock.
        let enough = 5 + (round * 37) % 60;
        until("writes to be acknowledged", async || {
            let done = load.acknowledged.load(Ordering::SeqCst);
            if done >= enough { Ok(()) } else { Err(format!("{done} of {enough}")) }
        })
        .await;
        press.is_killed().await;
        load.ends().await;
        press.starts().await;
        keeps_its_promises(&press, &promised, round).await;
    }
    press.is_killed().await;
    press.starts_in_its_stead().await;
    every_source_is_tried_in_the_end(&press).await;
    press.command(&["doctor"]).run().await.succeeds();
    // What the kills left behind is old a day later: then it is found, and swept.
    let later = |args: &[&str]| press.command(args).with("IBID_CLOCK", "+100000").run();
    let found = later(&["doctor", "--repair", "--json"]).await.json();
    for none in ["missing_files", "torn_files", "problems"] {
        assert_eq!(found[none], json!([]), "{found:#}");
    }
    assert_eq!(later(&["doctor", "--json"]).await.succeeds().json()["stray_files"], json!([]));
    assert_eq!(press.is_stopped().await, Some(0));
}

struct Load {
    acknowledged: Arc<AtomicUsize>,
    writers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    async fn ends(self) {
        for writer in self.writers {
            writer.await.expect("a writer that only ends");
        }
    }
}

/// Writers who publish and revise until nobody answers any more.
fn load(press: &Press, promised: &Promised, round: usize) -> Load {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writers = (0..WRITERS).map(|writer| {
        let (api, promised, acknowledged) = (press.ida().api(), promised.clone(), acknowledged.clone());
        tokio::spawn(async move {
            for number in 0.. {
                if write(
                    &api,
                    &promised,
                    &format!("Round {round} writer {writer} number {number}"),
                    &acknowledged,
                )
                .await
                .is_err()
                {
                    break;
                }
            }
        })
    });
    let writers = writers.collect();
    Load { acknowledged, writers }
}

async fn write(
    api: &Api,
    promised: &Promised,
    title: &str,
    acknowledged: &AtomicUsize,
) -> Result<(), reqwest::Error> {
    let seed = title.bytes().map(usize::from).sum::<usize>();
    let page = [
        "https://library.example/reading-room",
        "https://ministry.example/releases/dredging",
        "https://trouble.example/410",
    ][seed % 3];
    let first = format!("{title} cites [a page]({page}?of={}) and says it once.", seed % 17);
    let post = json!({"title": title, "markdown": first, "status": "published"});
    let reply = api.try_send("POST", "/api/v1/posts", Some(post)).await?.is(201);
    let id = reply.json()["id"].as_str().expect("an id").to_owned();
    promised.lock().unwrap().insert(id.clone(), Text { acknowledged: first.clone(), attempted: None });
    acknowledged.fetch_add(1, Ordering::SeqCst);

    let second = format!("{first} And again.");
    promised.lock().unwrap().get_mut(&id).unwrap().attempted = Some(second.clone());
    api.try_send("PATCH", &format!("/api/v1/posts/{id}"), Some(json!({"markdown": second}))).await?.is(200);
    promised.lock().unwrap().insert(id, Text { acknowledged: second, attempted: None });
    acknowledged.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

async fn keeps_its_promises(press: &Press, promised: &Promised, round: usize) {
    let api = press.ida().api();
    let promises = promised.lock().unwrap().clone();
    for (id, text) in &promises {
        let post = api.get(&format!("/api/v1/posts/{id}")).await.is(200).json();
        let stands = post["markdown"].as_str().unwrap_or_default();
        let fair = stands == text.acknowledged || Some(stands) == text.attempted.as_deref();
        assert!(fair, "round {round}: post {id} says “{stands}”, not {text:?}");
        // From now on what stands is what was acknowledged: it was read after the restart.
        promised
            .lock()
            .unwrap()
            .insert(id.clone(), Text { acknowledged: stands.to_owned(), attempted: None });
    }
    // No row without its file: every good copy that readers are told of can be opened.
    for source in all(&press.api(), "/api/v1/sources").await {
        for capture in source["captures"].as_array().into_iter().flatten().filter(|c| c["health"] == "good") {
            let copy = press.reader().opens(&press::path_of(capture["url"].as_str().unwrap())).await;
            assert_eq!(copy.status, 200, "round {round}: {capture}");
        }
    }
    let doctor = press.command(&["doctor", "--json"]).run().await;
    assert_eq!(doctor.status, Some(0), "round {round}: {doctor:?}");
}

/// A job whose worker died is taken up again.
async fn every_source_is_tried_in_the_end(press: &Press) {
    let api = press.ida().api();
    until("every source to be tried", async || {
        let waiting: Vec<Value> = all(&api, "/api/v1/sources")
            .await
            .into_iter()
            .filter(|source| source["state"] == "unchecked")
            .collect();
        if waiting.is_empty() {
            Ok(())
        } else {
            Err(format!("{} wait, such as {}", waiting.len(), waiting[0]))
        }
    })
    .await;
}

async fn all(api: &Api, list: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{list}?limit=100{cursor}")).await.is(200).json();
        items.extend(page["items"].as_array().expect("items").clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[tokio::test]
async fn stopped_in_the_middle_of_a_capture_it_takes_it_up_again() {
    let mut press = Press::start().await;
    const URL: &str = "http://library.example/reading-room";
    press.web.serves(URL, press::web::Answer::silent());
    let post = press.ida().publishes("Waiting", &format!("See [the room]({URL}).")).await;
    until("the capture to be under way", async || {
        if press.web.times_asked(URL) > 0 { Ok(()) } else { Err("nobody asked".into()) }
    })
    .await;
    press.is_killed().await;
    press.web.serves(
        URL,
        press::web::Answer::page(
            "The room",
            "<p>The room is open again, and the lamps are lit for everybody.</p>",
        ),
    );
    press.starts_in_its_stead().await;
    let post_id = post.id.clone();
    let api = press.ida().api();
    until("the capture to be made", async || {
        let sources = api.get(&format!("/api/v1/posts/{post_id}/sources")).await.is(200).items();
        if sources.iter().any(|s| s["captures"][0]["health"] == "good") {
            Ok(())
        } else {
            Err(format!("{sources:?}"))
        }
    })
    .await;
}
