//! `ibid user add` and `ibid user address`.

use super::Ending;
use crate::app::App;
use crate::config::Config;
use crate::person::{self, Person, Role, one_time};
use crate::{Error, Result, error::Context};
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(super) enum User {
    /// Add a person; prints an address that signs in once, unless a password is given
    Add(Add),
    /// Print a fresh address that signs a person in once and lets them choose a new password
    Address(Address),
}

#[derive(Args)]
pub(super) struct Address {
    email: String,
}

#[derive(Args)]
pub(super) struct Add {
    email: String,
    #[arg(long)]
    name: String,
    /// owner, editor, author or contributor
    #[arg(long, value_parser = role)]
    role: Role,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "choose owner, editor, author or contributor".into())
}

impl User {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        match self {
            User::Add(add) => add.run(config).await,
            User::Address(address) => address.run(config).await,
        }
    }
}

impl Address {
    async fn run(self, config: Config) -> Result<Ending> {
        let app = App::open_existing(config).await?;
        let now = app.now();
        let token = app.db.write(move |tx| {
            let person = Person::by_email(tx, &self.email)?
                .ok_or_else(|| Error::Invalid(format!("Nobody here has the address {}.", self.email)))?;
            if person.deactivated_at.is_some() {
                return Err(Error::Invalid(format!(
                    "{} was deactivated. An owner can bring them back, in the desk under People.",
                    person.name
                )));
            }
            one_time::make(tx, &person, now)
        });
        println!("{}", app.url(&one_time::path(&token.await?)));
        Ok(Ending::Done)
    }
}

impl Add {
    async fn run(self, config: Config) -> Result<Ending> {
        let add = self;
        let password = add.password_stdin.then(password_from_stdin).transpose()?;
        let app = App::open(config).await?;
        let hash = match password {
            Some(password) => Some(person::hash_password(&app, password).await?),
            None => None,
        };
        let now = app.now();
        let token = app
            .db
            .write(move |tx| {
                let person = Person::add(tx, &add.email, &add.name, add.role, now)?;
                match hash {
                    Some(hash) => Person::set_password(tx, person.person_id, &hash, now).map(|()| None),
                    None => one_time::make(tx, &person, now).map(Some),
                }
            })
            .await?;
        if let Some(token) = token {
            println!("{}", app.url(&one_time::path(&token)));
        }
        Ok(Ending::Done)
    }
}

fn password_from_stdin() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).outside("The password cannot be read")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        Err(Error::Invalid("No password came on standard input.".into()))
    } else {
        Ok(password)
    }
}
