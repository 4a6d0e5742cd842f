//! Letters to people who write here: an invitation, a way back for whoever forgot a password, word of a change to how they sign in.

use super::one_time::{self, Why};
use super::{Person, Role, secret};
use crate::app::App;
use crate::outside::db::Tx;
use crate::outside::mail::{self, Letter};
use crate::time::{HOUR, Time};
use crate::{Error, Result};
use serde::Serialize;

/// What a letter says, in the order it is read.
#[derive(Serialize)]
struct Words {
    publication: String,
    subject: String,
    hello: String,
    before: Vec<String>,
    button: &'static str,
    /// Where the button leads; empty where there is none.
    address: String,
    after: Vec<String>,
}

/// Whom a letter greets, before they may even be here.
pub struct To {
    pub name: String,
    pub role: Role,
    pub why: Why,
}

impl To {
    pub fn of(person: &Person) -> To {
        To { name: person.name.clone(), role: person.role, why: Why::of(person) }
    }
}

/// Opens a way in for somebody, added or found in the same transaction; those from before open nothing any more. Answers them and
/// the address, to be handed on by hand; it is sent as well where mail is set up.
pub async fn invite(
    app: &App,
    publication: &str,
    by: &Person,
    to: &To,
    find: impl FnOnce(&mut Tx) -> Result<Person> + Send + 'static,
) -> Result<(Person, String)> {
    let (token, now) = (secret(), app.now());
    let address = app.url(&one_time::path(&token));
    let letter = match app.mailer.is_off() {
        true => None,
        false => Some(letter(app, invitation(publication, by, to, &address))?),
    };
    let person = app.db.write(move |tx| {
        let person = find(tx)?;
        one_time::end_all(tx, person.person_id, now)?;
        one_time::open(tx, &person, &token, now)?;
        if let Some(letter) = letter {
            let cause = format!("one_time:{}:{}", person.person_id, now.0);
            mail::post(tx, &Letter { cause, recipient: person.address().to_owned(), ..letter }, now)?;
        }
        Ok(person)
    });
    Ok((person.await?, address))
}

/// To whoever forgot a password and asked for another. Those who may not come in get no letter.
pub async fn way_back(app: &App, publication: &str, to: &Person) -> Result<()> {
    let (token, now) = (secret(), app.now());
    let address = app.url(&one_time::path(&token));
    // One such letter an hour and person: asking again and again fills nobody's mailbox.
    let cause = format!("way_back:{}:{}", to.person_id, now.0 / HOUR);
    let letter = letter(app, back(publication, &To::of(to), &address))?;
    let id = to.person_id;
    let opened = app.db.write(move |tx| {
        let to = Person::find(tx, id)?;
        one_time::open(tx, &to, &token, now)?;
        mail::post(tx, &Letter { cause, recipient: to.address().to_owned(), ..letter }, now)
    });
    match opened.await {
        Err(Error::Conflict(_) | Error::NotFound) => Ok(()),
        other => other,
    }
}

/// Word of a change to how somebody signs in, to the address that they had before: whoever made it may not have been them. None where
/// mail is off.
pub fn change(
    app: &App,
    publication: &str,
    person: &Person,
    what: String,
    now: Time,
) -> Result<Option<Letter>> {
    if app.mailer.is_off() {
        return Ok(None);
    }
    let words = Words {
        publication: publication.to_owned(),
        subject: format!("How you sign in at {publication} was changed"),
        hello: format!("Hello {},", person.name),
        before: vec![what],
        button: "",
        address: String::new(),
        after: vec![
            "If it was not you, somebody knows your password: ask an owner at once for an address to choose another with.".into(),
        ],
    };
    let cause = format!("change:{}:{}", person.person_id, now.0);
    Ok(Some(Letter { cause, recipient: person.address().to_owned(), ..letter(app, words)? }))
}

fn invitation(publication: &str, by: &Person, to: &To, address: &str) -> Words {
    let lasts = to.why.lasts_words();
    let address = address.to_owned();
    match to.why {
        Why::Invitation => Words {
            publication: publication.to_owned(),
            subject: format!("{} invites you to {publication}", by.name),
            hello: format!("Hello {},", to.name),
            before: vec![format!("{} would like you to {} {publication}.", by.name, calling(to.role))],
            button: "Choose a password",
            address,
            after: vec![
                format!(
                    "This address works once, within {lasts}. From then on you sign in with your password."
                ),
                "If you know nothing of this, do nothing: nobody is signed in by this letter.".into(),
            ],
        },
        Why::Password => Words {
            subject: format!("A new password for {publication}"),
            before: vec![format!("{} has made you an address to choose a new password with.", by.name)],
            ..back(publication, to, &address)
        },
    }
}

fn back(publication: &str, to: &To, address: &str) -> Words {
    let lasts = to.why.lasts_words();
    Words {
        publication: publication.to_owned(),
        subject: format!("A way back into {publication}"),
        hello: format!("Hello {},", to.name),
        before: vec!["somebody, we hope you, asked for a new password.".into()],
        button: "Choose a new password",
        address: address.to_owned(),
        after: vec![
            format!("This address works once, within {lasts}. Wherever you are signed in now ends with it."),
            "If it was not you, do nothing: your password stays as it is.".into(),
        ],
    }
}

fn calling(role: Role) -> &'static str {
    match role {
        Role::Owner => "help run",
        Role::Editor => "edit",
        Role::Author | Role::Contributor => "write for",
    }
}

/// Whom it goes to, and for what cause, is known where it is posted.
fn letter(app: &App, words: Words) -> Result<Letter> {
    #[derive(Serialize)]
    struct Shown<'a> {
        letter: &'a Words,
    }
    Ok(Letter {
        cause: String::new(),
        recipient: String::new(),
        html: app.templates.render("mail/letter.html", Shown { letter: &words })?,
        plain: words.plain(),
        subject: words.subject,
    })
}

impl Words {
    fn plain(&self) -> String {
        let before = std::iter::once(&self.hello).chain(&self.before).cloned();
        let button = (!self.address.is_empty()).then(|| [format!("{}:", self.button), self.address.clone()]);
        before
            .chain(button.into_iter().flatten())
            .chain(self.after.iter().cloned())
            .collect::<Vec<_>>()
            .join("\n\n")
            + "\n"
    }
}
