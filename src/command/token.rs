//! `ibid token create`: prints the token and nothing else.

use super::Ending;
use crate::app::App;
use crate::config::Config;
use crate::person::{Person, token};
use crate::{Error, Result};
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(super) enum Token {
    /// Make a bearer token that may do what its person may
    Create(Create),
}

#[derive(Args)]
pub(super) struct Create {
    /// Mail address of the person it speaks for
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// What it is for, as the desk lists it
    #[arg(long, value_name = "LABEL", default_value = "command line")]
    name: String,
}

impl Token {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        let Token::Create(create) = self;
        let app = App::open_existing(config).await?;
        let now = app.now();
        let token = app.db.write(move |tx| {
            let person = Person::by_email(tx, &create.user)?
                .ok_or_else(|| Error::Invalid(format!("Nobody here has the address {}.", create.user)))?;
            if person.deactivated_at.is_some() {
                return Err(Error::Invalid(format!(
                    "{} was deactivated; a key would open nothing.",
                    person.name
                )));
            }
            token::add(tx, person.person_id, &create.name, now)
        });
        println!("{}", token.await?);
        Ok(Ending::Done)
    }
}
