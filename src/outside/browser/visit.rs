//! What is done with a page: opened, let come to rest, scrolled once for what loads late, and taken down.

use super::pipe::{PATIENCE, Pipe};
use super::proxy::Proxy;
use super::{Rendered, Trouble};
use crate::outside::fetch::{Exchange, Failure};
use crate::time::Time;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

/// For the first of the page to come: longer than the door waits for it.
const ANSWERED: Duration = Duration::from_secs(25);
/// For the page to say that it is loaded.
const LOADED: Duration = Duration::from_secs(15);
/// So long nobody asks for anything: it is at rest.
const REST: Duration = Duration::from_millis(600);
/// How long a page may go on asking.
const RESTLESS: Duration = Duration::from_secs(8);
/// How long a page may show nothing once it is at rest, and what is nothing.
const WORDLESS: Duration = Duration::from_secs(5);
const FEW: u64 = 60;
const LETTERS: &str =
    "() => document.body instanceof HTMLElement ? document.body.innerText.trim().length : 0";
const SCROLLED: Duration = Duration::from_secs(6);
/// More exchanges than these are in the notes as a number.
const NAMED: usize = 3;

/// Run in a world of its own, where the page cannot reach it.
const SCROLL: &str = include_str!("scroll.js");
const TAKE: &str = include_str!("take.js");

/// A page that was taken down, before it is known which answer was which.
pub(super) struct Visited {
    asked: Url,
    /// As the page calls itself.
    called: String,
    markup: String,
    notes: Vec<String>,
}

pub(super) async fn visit(pipe: &mut Pipe, proxy: &Proxy, url: &Url) -> Result<Visited, Trouble> {
    let mut notes = Vec::new();
    let mut tab = Tab::open(pipe).await?;
    let navigated = tab.ask(ANSWERED, "Page.navigate", json!({ "url": url.as_str() })).await;
    // Nothing runs yet that could keep it from answering.
    let navigated =
        navigated.map_err(|trouble| if trouble == Trouble::Hung { Trouble::Slow } else { trouble })?;
    if let Some(said) = navigated["errorText"].as_str().filter(|said| !said.is_empty()) {
        return Err(not_opened(proxy, url, said));
    }
    if !tab.is_loaded().await? {
        notes.push("It was still loading after 15 seconds.".to_owned());
    }
    let mut at_rest = tab.rests(proxy).await?;
    // A page that cannot be scrolled is taken as it is.
    match tab.run(SCROLLED, SCROLL).await {
        Ok(_) => at_rest = tab.rests(proxy).await?,
        Err(Trouble::Refused(..)) => {}
        Err(trouble) => return Err(trouble),
    }
    tab.has_words().await?;
    if !at_rest {
        notes.push("It never came to rest: it was taken as it was then.".to_owned());
    }
    let taken = tab.run(PATIENCE, TAKE).await?;
    let text = |name: &str| taken[name].as_str().unwrap_or_default().to_owned();
    let (called, markup) = (text("url"), text("markup"));
    if taken["whole"] == false {
        notes.push("It is longer than what is kept of a page.".to_owned());
    }
    match markup.is_empty() {
        true => Err(Trouble::Refused("Runtime.evaluate".into(), "the page is nothing at all".into())),
        false => Ok(Visited { asked: url.clone(), called, markup, notes }),
    }
}

/// A page in a browser, and what was heard of it.
struct Tab<'a> {
    pipe: &'a mut Pipe,
    session: String,
    loaded: bool,
}

impl Tab<'_> {
    async fn open(pipe: &mut Pipe) -> Result<Tab<'_>, Trouble> {
        // What a page stores is stored in memory.
        let context = pipe.ask("", "Target.createBrowserContext", json!({ "disposeOnDetach": true })).await?;
        let context = &context["browserContextId"];
        let deny = json!({ "behavior": "deny", "browserContextId": context });
        pipe.ask("", "Browser.setDownloadBehavior", deny).await?;
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = pipe.ask("", "Target.createTarget", target).await?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = pipe.ask("", "Target.attachToTarget", attach).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        let mut tab = Tab { pipe, session, loaded: false };
        for domain in ["Inspector.enable", "Page.enable"] {
            tab.ask(PATIENCE, domain, json!({})).await?;
        }
        // That of the empty page.
        tab.loaded = false;
        Ok(tab)
    }

    /// Asks, and hears meanwhile what happens: whoever crashed does not answer, nor does a page that waits for somebody to say OK.
    async fn ask(&mut self, patience: Duration, method: &str, params: Value) -> Result<Value, Trouble> {
        let until = Instant::now() + patience;
        let mut answer = self.pipe.send(&self.session, method, params).await?;
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return self.pipe.understood(method, answer),
                event = self.pipe.event() => self.hear(event).await?,
                () = sleep_until(until) => return Err(Trouble::Hung),
            }
        }
    }

    async fn hear(&mut self, event: Option<String>) -> Result<(), Trouble> {
        match event.as_deref() {
            None => return Err(Trouble::Gone),
            Some("Inspector.targetCrashed") => return Err(Trouble::Crashed),
            Some("Page.loadEventFired") => self.loaded = true,
            Some("Page.javascriptDialogOpening") => {
                let no = json!({ "accept": false });
                drop(self.pipe.send(&self.session, "Page.handleJavaScriptDialog", no).await?);
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Whether the page said within its time that it is loaded.
    async fn is_loaded(&mut self) -> Result<bool, Trouble> {
        let until = Instant::now() + LOADED;
        while !self.loaded && Instant::now() < until {
            tokio::select! {
                event = self.pipe.event() => self.hear(event).await?,
                () = sleep_until(until) => {}
            }
        }
        Ok(self.loaded)
    }

    /// Whether the page stopped asking for things within its time.
    async fn rests(&mut self, proxy: &Proxy) -> Result<bool, Trouble> {
        // What it was just told takes a moment to be asked for.
        let (from, until) = (Instant::now() + REST, Instant::now() + RESTLESS);
        while Instant::now() < until {
            if Instant::now() >= from && proxy.quiet().is_some_and(|quiet| quiet >= REST) {
                return Ok(true);
            }
            tokio::select! {
                event = self.pipe.event() => self.hear(event).await?,
                () = sleep(Duration::from_millis(50)) => {}
            }
        }
        Ok(false)
    }

    /// Waits for the words of a page that asks for nothing and shows nothing: it may only be slow.
    async fn has_words(&mut self) -> Result<(), Trouble> {
        let until = Instant::now() + WORDLESS;
        while Instant::now() < until && self.run(PATIENCE, LETTERS).await?.as_u64() < Some(FEW) {
            sleep(REST).await;
        }
        Ok(())
    }

    /// Runs a script of ours where the page's own cannot reach it.
    async fn run(&mut self, patience: Duration, script: &str) -> Result<Value, Trouble> {
        let tree = self.ask(PATIENCE, "Page.getFrameTree", json!({})).await?;
        let world = json!({ "frameId": tree["frameTree"]["frame"]["id"], "worldName": "ibid" });
        let world = self.ask(PATIENCE, "Page.createIsolatedWorld", world).await?;
        let call = json!({
            "expression": format!("({script})()"),
            "contextId": world["executionContextId"],
            "awaitPromise": true,
            "returnByValue": true,
        });
        let mut answer = self.ask(patience, "Runtime.evaluate", call).await?;
        match answer["exceptionDetails"]["text"].as_str() {
            Some(said) => Err(Trouble::Refused("Runtime.evaluate".into(), said.to_owned())),
            None => Ok(answer["result"]["value"].take()),
        }
    }
}

/// What the door has to say of it is said rather than what the browser has.
fn not_opened(proxy: &Proxy, url: &Url, said: &str) -> Trouble {
    let (exchanges, mut next) = (proxy.take(), Some(url.clone()));
    for _ in 0..exchanges.len() {
        let Some(url) = next.take() else { break };
        let Some(step) = exchanges.iter().find(|exchange| exchange.url == url) else { break };
        if let Err(failure) = &step.outcome {
            return Trouble::Page(failure.clone());
        }
        next = step.leads_to();
    }
    match said.contains("ERR_ABORTED") {
        true => Trouble::Page(Failure::Garbage("it is a file to be stored, not a page".into())),
        false => Trouble::Page(Failure::Broken(format!("the browser says {said}"))),
    }
}

impl Visited {
    /// Which of the answers were the page's own, and what is odd about the others.
    pub(super) fn told(mut self, exchanges: Vec<Exchange>, at: Time) -> Rendered {
        let (page, besides) = parted(&self.asked, &self.called, exchanges);
        let refused: Vec<&Url> = besides
            .iter()
            .filter(|exchange| matches!(exchange.outcome, Err(Failure::Refused(_))))
            .map(|exchange| &exchange.url)
            .collect();
        if !refused.is_empty() {
            let hosts: Vec<&str> =
                refused.iter().take(NAMED).map(|url| &url[..url::Position::BeforePath]).collect();
            let count = refused.len();
            self.notes.push(format!(
                "It asked for {count} address{} that our guard refused, such as {}.",
                if count == 1 { "" } else { "es" },
                hosts.join(", ")
            ));
        }
        Rendered { page, besides, at, markup: self.markup, notes: self.notes }
    }
}

/// The page's own answers: what was asked for, where each redirect led, and where its scripts went at last.
fn parted(asked: &Url, called: &str, mut exchanges: Vec<Exchange>) -> (Vec<Exchange>, Vec<Exchange>) {
    let mut asked = asked.clone();
    asked.set_fragment(None);
    let mut page: Vec<Exchange> = Vec::new();
    let mut next = Some(asked);
    while let Some(url) = next.take() {
        let Some(at) = exchanges.iter().position(|exchange| is_page(exchange, &url)) else { break };
        let step = exchanges.remove(at);
        next = step.leads_to();
        page.push(step);
    }
    if let Ok(mut called) = Url::parse(called) {
        called.set_fragment(None);
        if page.last().is_some_and(|last| last.url != called)
            && let Some(at) = exchanges.iter().rposition(|exchange| is_page(exchange, &called))
        {
            page.push(exchanges.remove(at));
        }
    }
    (page, exchanges)
}

fn is_page(exchange: &Exchange, url: &Url) -> bool {
    exchange.url == *url && exchange.request.starts_with(b"GET ") && exchange.answer().is_some()
}
