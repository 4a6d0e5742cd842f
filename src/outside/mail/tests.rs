//! A letter's ways: into a folder, and to servers that take it, refuse it for a while or for good.

use super::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

#[tokio::test]
async fn a_folder_gets_one_file_a_letter() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(Place::Folder(folder.path().join("mail")));
    assert!(matches!(mailer.send(&letter("ida@gazette.example")).await, Ok(Fate::Sent)));
    assert!(
        matches!(mailer.send(&letter("ida@gazette.example")).await, Ok(Fate::Sent)),
        "sent twice is one file"
    );
    let kept: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().flatten().collect();
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(kept[0].path()).unwrap();
    for part in [
        "From: Gazette <post@gazette.example>\r\n",
        "To: ida@gazette.example\r\n",
        "Message-ID: <12.1800000000000000@gazette.example>\r\n",
        "multipart/alternative",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[tokio::test]
async fn with_mail_off_letters_wait() {
    assert!(matches!(mailer(Place::Off).send(&letter("ida@gazette.example")).await, Ok(Fate::Waits)));
}

#[tokio::test]
async fn what_cannot_be_an_address_is_refused_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(Place::Folder(folder.path().into()));
    for address in ["", "ida", "ida@", "ida@gazette.example\r\nBcc: all@gazette.example"] {
        assert!(matches!(mailer.send(&letter(address)).await, Ok(Fate::Refused(_))), "{address:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_server_takes_a_letter() {
    let mut server = Server::start(Manner::Takes).await;
    assert!(matches!(server.mailer().send(&letter("ida@gazette.example")).await, Ok(Fate::Sent)));
    let taken = server.taken.recv().await.unwrap();
    assert!(taken.contains("Subject: The lamps\r\n") && taken.contains("They are lit at dusk."), "{taken}");
}

#[tokio::test]
async fn a_server_that_is_busy_is_tried_again_later() {
    let server = Server::start(Manner::Answers("450 4.2.1 the mailbox is busy")).await;
    let outcome = server.mailer().send(&letter("ida@gazette.example")).await;
    let Err(Error::Outside(words)) = outcome else { panic!("a passing fault is an error") };
    assert!(words.starts_with("The mail server did not take it") && words.contains("busy"), "{words}");
}

#[tokio::test]
async fn an_address_that_a_server_does_not_know_is_given_up() {
    let server = Server::start(Manner::Answers("550 5.1.1 nobody of that name")).await;
    let outcome = server.mailer().send(&letter("ida@gazette.example")).await;
    let Ok(Fate::Refused(words)) = outcome else { panic!("refused for good") };
    assert!(words.contains("nobody of that name"), "{words}");
}

/// A wrong password in the settings is the operator's to mend; no reader's address is given up for it.
#[tokio::test]
async fn a_server_that_refuses_us_altogether_is_tried_again_later() {
    let server = Server::start(Manner::Closed("554 5.7.1 not from here")).await;
    assert!(matches!(server.mailer().send(&letter("ida@gazette.example")).await, Err(Error::Outside(_))));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again_later() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mailer = mailer(Place::Smtp(format!("smtp://{gone}")));
    assert!(matches!(mailer.send(&letter("ida@gazette.example")).await, Err(Error::Outside(_))));
}

fn mailer(place: Place) -> Mailer {
    Mailer::open(&place, "Gazette <post@gazette.example>").unwrap()
}

fn letter(recipient: &str) -> Mail {
    Mail {
        mail_id: MailId(12),
        recipient: recipient.into(),
        subject: "The lamps".into(),
        plain: "They are lit at dusk.".into(),
        html: "<p>They are lit at dusk.</p>".into(),
        created_at: Time(1_800_000_000_000_000),
        sent_at: None,
        failed_at: None,
    }
}

#[derive(Clone, Copy)]
enum Manner {
    Takes,
    /// To whoever names a recipient.
    Answers(&'static str),
    /// To whoever connects.
    Closed(&'static str),
}

/// As much of a mail server as a sender meets.
struct Server {
    address: std::net::SocketAddr,
    taken: mpsc::UnboundedReceiver<String>,
}

impl Server {
    async fn start(manner: Manner) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (taking, taken) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, manner, taking.clone()));
            }
        });
        Server { address, taken }
    }

    fn mailer(&self) -> Mailer {
        mailer(Place::Smtp(format!("smtp://{}", self.address)))
    }
}

async fn converse(
    stream: TcpStream,
    manner: Manner,
    taken: mpsc::UnboundedSender<String>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let greeting = if let Manner::Closed(words) = manner { words } else { "220 mail.example" };
    stream.write_all(format!("{greeting}\r\n").as_bytes()).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let answer = match (line.split([' ', '\r']).next().unwrap_or_default(), manner) {
            ("RCPT", Manner::Answers(words)) => words,
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut letter = String::new();
                while !letter.ends_with("\r\n.\r\n") && stream.read_line(&mut letter).await? > 0 {}
                let _ = taken.send(letter);
                "250 taken"
            }
            ("QUIT", _) => "221 good day",
            _ => "250 well",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        line.clear();
    }
    Ok(())
}
