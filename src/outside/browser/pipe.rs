//! The Chrome DevTools Protocol over a pipe: JSON messages, each ended by a zero byte.
//!
//! A page can make its browser say much, so whatever nobody waits for is dropped where it arrives, and no message is taken that is
//! longer than a page may be.

use super::Trouble;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than any page's markup that is kept, escaped as JSON.
const LONGEST: u64 = 64 << 20;
/// Answers come at once, or something hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The few events that decide anything.
const HEARD: &[&str] = &["Page.loadEventFired", "Page.javascriptDialogOpening", "Inspector.targetCrashed"];

pub(super) struct Pipe {
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    waiting: Arc<Waiting>,
    events: mpsc::Receiver<String>,
    reading: JoinHandle<()>,
    answered: bool,
    last: u64,
}

pub(super) type Answer = oneshot::Receiver<Result<Value, String>>;

/// Who waits for the answer to which message; nobody any more once the other side is gone.
type Waiting = Mutex<Option<HashMap<u64, oneshot::Sender<Result<Value, String>>>>>;

impl Pipe {
    pub(super) fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Pipe {
        let waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let (tell, events) = mpsc::channel(64);
        let reading = tokio::spawn(read(BufReader::new(reader), waiting.clone(), tell));
        Pipe { writer: Box::new(writer), waiting, events, reading, answered: false, last: 0 }
    }

    pub(super) async fn ask(&mut self, session: &str, method: &str, params: Value) -> Result<Value, Trouble> {
        let answer = self.send(session, method, params).await?;
        let answer = timeout(PATIENCE, answer).await.map_err(|_| Trouble::Hung)?;
        self.understood(method, answer)
    }

    /// Asks without waiting.
    pub(super) async fn send(
        &mut self,
        session: &str,
        method: &str,
        params: Value,
    ) -> Result<Answer, Trouble> {
        self.last += 1;
        let (answer, answered) = oneshot::channel();
        match self.waiting.lock().expect("nothing panics while noting who waits").as_mut() {
            Some(waiting) => drop(waiting.insert(self.last, answer)),
            None => return Err(Trouble::Gone),
        }
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let writing = async {
            self.writer.write_all(&bytes).await?;
            self.writer.flush().await
        };
        timeout(PATIENCE, writing).await.map_err(|_| Trouble::Hung)?.map_err(|_| Trouble::Gone)?;
        Ok(answered)
    }

    /// What an answer says, however it came.
    pub(super) fn understood(
        &mut self,
        method: &str,
        answer: Result<Result<Value, String>, oneshot::error::RecvError>,
    ) -> Result<Value, Trouble> {
        let answer = answer.map_err(|_| Trouble::Gone)?;
        self.answered = true;
        answer.map_err(|said| match said.contains("crashed") {
            true => Trouble::Crashed,
            false => Trouble::Refused(method.into(), said),
        })
    }

    /// Whether the other side ever answered.
    pub(super) fn has_answered(&self) -> bool {
        self.answered
    }

    /// The next of the few events that are heard; nothing once the other side is gone.
    pub(super) async fn event(&mut self) -> Option<String> {
        self.events.recv().await
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn read(
    mut reader: BufReader<impl AsyncRead + Unpin>,
    waiting: Arc<Waiting>,
    events: mpsc::Sender<String>,
) {
    let mut message = Vec::new();
    loop {
        message.clear();
        match (&mut reader).take(LONGEST).read_until(0, &mut message).await {
            Ok(_) if message.pop_if(|end| *end == 0).is_some() => {}
            // It hung up, or goes on without end.
            _ => break,
        }
        let Ok(mut message) = serde_json::from_slice::<Value>(&message) else { continue };
        if let Some(id) = message["id"].as_u64() {
            let mut waiting = waiting.lock().expect("nothing panics while looking up who waits");
            let Some(answer) = waiting.as_mut().and_then(|waiting| waiting.remove(&id)) else { continue };
            let _ = answer.send(match message.get_mut("error") {
                Some(error) => Err(error["message"].as_str().unwrap_or_default().to_owned()),
                None => Ok(message["result"].take()),
            });
        } else if let Some(method) = message["method"].as_str().filter(|method| HEARD.contains(method)) {
            // Whoever fills the queue is a page at its tricks; what matters came before.
            let _ = events.try_send(method.to_owned());
        }
    }
    // Whoever waits hears at once that nobody will answer.
    waiting.lock().expect("nothing panics while noting who waits").take();
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    /// A browser that answers the first message with these bytes.
    async fn check(answer: &[u8], expected: &str) {
        let (ours, theirs) = duplex(1 << 16);
        let (from_us, mut to_us) = tokio::io::split(theirs);
        let answer = answer.to_vec();
        let browser = tokio::spawn(async move {
            let mut asked = Vec::new();
            BufReader::new(from_us).read_until(0, &mut asked).await.unwrap();
            to_us.write_all(&answer).await.unwrap();
            drop(to_us);
            String::from_utf8(asked).unwrap()
        });
        let (reader, writer) = tokio::io::split(ours);
        let mut pipe = Pipe::new(reader, writer);
        let said = match pipe.ask("s", "Page.enable", json!({})).await {
            Ok(value) => value.to_string(),
            Err(trouble) => trouble.to_string(),
        };
        assert_eq!(said, expected);
        let asked = browser.await.unwrap();
        assert_eq!(asked, "{\"id\":1,\"method\":\"Page.enable\",\"params\":{},\"sessionId\":\"s\"}\0");
    }

    #[tokio::test]
    async fn answers_find_whoever_asked() {
        check(b"{\"id\":1,\"result\":{\"a\":1}}\0", r#"{"a":1}"#).await;
        check(b"{\"method\":\"Page.frameNavigated\"}\0{\"id\":9}\0no json\0{\"id\":1,\"result\":2}\0", "2")
            .await;
        check(
            b"{\"id\":1,\"error\":{\"message\":\"no such thing\"}}\0",
            "The browser refused Page.enable: no such thing.",
        )
        .await;
    }

    #[tokio::test]
    async fn a_browser_that_hangs_up_leaves_nobody_waiting() {
        check(b"", "The browser ended on its own.").await;
        check(b"{\"id\":1,\"result\":{}}", "The browser ended on its own.").await;
    }

    #[tokio::test]
    async fn only_what_decides_anything_is_heard() {
        let (ours, theirs) = duplex(1 << 20);
        let (reader, writer) = tokio::io::split(ours);
        let mut pipe = Pipe::new(reader, writer);
        let (_from_us, mut to_us) = tokio::io::split(theirs);
        for n in 0..500 {
            to_us
                .write_all(format!("{{\"method\":\"Network.dataReceived\",\"params\":{n}}}\0").as_bytes())
                .await
                .unwrap();
        }
        to_us.write_all(b"{\"method\":\"Page.loadEventFired\",\"params\":7}\0").await.unwrap();
        assert_eq!(pipe.event().await.as_deref(), Some("Page.loadEventFired"));
    }
}
