//! Mail: rows in an outbox, sent by a job, to nobody, to a folder or through an SMTP server.
//!
//! Whoever has something to tell [`post`]s it in the transaction that causes it; nothing is sent from a page.

use crate::id::MailId;
use crate::outside::db::{Tx, record, sql};
use crate::outside::queue::{self, Job};
use crate::time::Time;
use crate::{Error, Result, error::Context};
use lettre::message::{Mailbox, Message, MultiPart, header};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::path::PathBuf;

#[derive(Debug, Clone)]
pub enum Place {
    Off,
    /// One `.eml` file each.
    Folder(PathBuf),
    /// `smtp://…` or `smtps://…`, credentials within.
    Smtp(String),
}

/// What is to be told, to whom. One cause tells one recipient once.
#[derive(Debug, Clone)]
pub struct Letter {
    pub cause: String,
    pub recipient: String,
    pub subject: String,
    pub plain: String,
    pub html: String,
}

record! {
    #[derive(Debug, Clone)]
    pub struct Mail {
        pub mail_id: MailId,
        pub recipient: String,
        pub subject: String,
        pub plain: String,
        pub html: String,
        pub created_at: Time,
        pub sent_at: Option<Time>,
        pub failed_at: Option<Time>,
    }
}

/// Puts a letter into the outbox, and the job that sends it beside it.
pub fn post(tx: &mut Tx, letter: &Letter, now: Time) -> Result<()> {
    let written: Option<(MailId,)> = tx.first(
        sql!(
            "-- mail::post
            insert into mail (cause, recipient, subject, plain, html, created_at, problem)
            values (?1, ?2, ?3, ?4, ?5, ?6, '')
            on conflict (cause, recipient) do nothing returning mail_id"
        ),
        (&letter.cause, &letter.recipient, &letter.subject, &letter.plain, &letter.html, now),
    )?;
    match written {
        Some((id,)) => queue::push(tx, &Job::Mail(id), now),
        None => Ok(()),
    }
}

pub fn find(tx: &mut Tx, id: MailId) -> Result<Mail> {
    tx.one(
        sql!(
            "-- mail::find
            select mail_id, recipient, subject, plain, html, created_at, sent_at, failed_at
            from mail where mail_id = ?1"
        ),
        (id,),
    )
}

/// Its words are not kept: they may hold an address that signs somebody in.
pub fn sent(tx: &mut Tx, id: MailId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- mail::sent
            update mail set sent_at = ?2, problem = '', plain = '', html = '' where mail_id = ?1"
        ),
        (id, now),
    )?;
    Ok(())
}

/// The address will never take it: given up, with the reason for the desk.
pub fn given_up(tx: &mut Tx, id: MailId, problem: &str, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- mail::given_up
            update mail set failed_at = ?3, problem = ?2, plain = '', html = '' where mail_id = ?1"
        ),
        (id, problem, now),
    )?;
    Ok(())
}

/// Queues what waits from a time when mail was off, unless it is too old to be of use.
pub fn take_up(tx: &mut Tx, now: Time) -> Result<()> {
    let waiting: Vec<(MailId,)> = tx.all(
        sql!(
            "-- mail::take_up
            select mail_id from mail where sent_at is null and failed_at is null and created_at > ?1 order by mail_id"
        ),
        (now.plus(-3 * crate::time::DAY),),
    )?;
    waiting.into_iter().try_for_each(|(id,)| queue::push(tx, &Job::Mail(id), now))
}

/// How many letters wait, for the desk: with mail off they wait for ever.
pub fn waiting(tx: &mut Tx) -> Result<i64> {
    let count: (i64,) = tx.one(
        sql!(
            "-- mail::waiting
            select count(*) from mail where sent_at is null and failed_at is null"
        ),
        (),
    )?;
    Ok(count.0)
}

/// What became of one try.
pub enum Fate {
    Sent,
    /// Mail is off: it stays in the outbox.
    Waits,
    /// Refused for good (5xx, or no address at all).
    Refused(String),
}

#[derive(Clone)]
pub struct Mailer {
    way: Way,
    from: Mailbox,
    domain: String,
}

#[derive(Clone)]
enum Way {
    Off,
    Folder(PathBuf),
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

impl Mailer {
    /// `from` is the publication's own address, such as `Gazette <post@gazette.example>`.
    pub fn open(place: &Place, from: &str) -> Result<Mailer> {
        let from: Mailbox = from.parse().invalid(format!("“{from}” is not an address mail can come from"))?;
        let way = match place {
            Place::Off => Way::Off,
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .outside(format!("The mail folder {} cannot be made", folder.display()))?;
                Way::Folder(folder.clone())
            }
            Place::Smtp(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                    .invalid("IBID_MAIL is not an address of a mail server")?;
                Way::Smtp(Box::new(transport.build()))
            }
        };
        let domain = from.email.domain().to_owned();
        Ok(Mailer { way, from, domain })
    }

    pub fn is_off(&self) -> bool {
        matches!(self.way, Way::Off)
    }

    /// An `Err` is a passing fault: try again later.
    pub async fn send(&self, mail: &Mail) -> Result<Fate> {
        if self.is_off() {
            return Ok(Fate::Waits);
        }
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(e) => return Ok(Fate::Refused(e.to_string())),
        };
        match &self.way {
            Way::Off => Ok(Fate::Waits),
            Way::Folder(folder) => {
                let path = folder.join(format!("{}.eml", mail.mail_id));
                let begun = path.with_extension("eml.part");
                // Whoever takes mails from the folder never finds half of one.
                std::fs::write(&begun, message.formatted())
                    .and_then(|()| std::fs::rename(&begun, &path))
                    .outside(format!("The mail {} cannot be written", path.display()))?;
                Ok(Fate::Sent)
            }
            Way::Smtp(transport) => match transport.send(message).await {
                Ok(_) => Ok(Fate::Sent),
                // A server that refuses everybody, for a wrong password say, speaks of us and not of this address.
                Err(e) if e.is_permanent() && transport.test_connection().await.is_ok_and(|good| good) => {
                    Ok(Fate::Refused(e.to_string()))
                }
                Err(e) => Err(Error::Outside(format!("The mail server did not take it: {e}"))),
            },
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message> {
        let to: Mailbox = mail.recipient.parse().invalid("This is not a mail address")?;
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            // The same letter sent twice (a crash between sending and noting it) carries the same id.
            .message_id(Some(format!("<{}.{}@{}>", mail.mail_id, mail.created_at.0, self.domain)))
            .header(header::MIME_VERSION_1_0)
            .multipart(MultiPart::alternative_plain_html(mail.plain.clone(), mail.html.clone()))
            .internal("writing a mail")
    }
}

#[cfg(test)]
mod tests;
