//! `/desk/people`: everybody who signs in here, is invited or did once; and names above posts without a way in.

use super::{Asked, Desk, page, said_in_place};
use crate::app::App;
use crate::id::PersonId;
use crate::outside::db::Tx;
use crate::person::letter::{self, To};
use crate::person::one_time::{self, Why};
use crate::person::{Person, Role};
use crate::post::listing::{List, Tally};
use crate::publication::Publication;
use crate::time::Time;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Of names that do not sign in: an import may bring hundreds.
const A_PAGE: usize = 100;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    may_settle: bool,
    people: Vec<Row>,
    bylines: Vec<Row>,
    next: Option<PersonId>,
    typed: Typed,
    fresh: Option<Fresh>,
    problem: String,
    notice: &'static str,
}

/// A person in a line.
#[derive(Serialize)]
pub(super) struct Row {
    id: PersonId,
    pub(super) name: String,
    picture: String,
    email: String,
    role: Role,
    /// `here`, `invited`, `deactivated` or `byline`.
    pub(super) state: &'static str,
    /// `last seen 3 November 2026, 09.30`
    state_words: String,
    /// `3 posts`; empty where readers see none.
    posts: String,
    /// Their page, where readers find one.
    path: String,
}

/// A one-time address, shown once.
#[derive(Serialize)]
pub(super) struct Fresh {
    name: String,
    address: String,
    lasts: &'static str,
    /// Where it was sent as well.
    mailed: Option<String>,
}

#[derive(Deserialize, Serialize, Clone, Default)]
pub(in crate::web) struct Typed {
    name: String,
    email: String,
    role: String,
}

pub(in crate::web) async fn list(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    if !signed_in.person.role.may_edit_all() {
        return Err(Error::Forbidden("Owners and editors see who else is here.".into()));
    }
    let notice = match asked.done.as_deref() {
        Some("withdraw") => "The invitation was withdrawn. Its address opens nothing any more.",
        _ => "",
    };
    let after = asked.after.filter(|after| !after.is_empty()).map(|after| after.parse()).transpose()?;
    let said = Said { notice, ..Said::default() };
    show(&app, signed_in.person, after.unwrap_or(PersonId(0)), Typed::default(), said).await
}

/// What became of what somebody just did.
#[derive(Default)]
struct Said {
    fresh: Option<Fresh>,
    problem: String,
    notice: &'static str,
}

async fn show(app: &App, person: Person, after: PersonId, typed: Typed, said: Said) -> Result<Response> {
    let now = app.now();
    let Said { fresh, problem, notice } = said;
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let mut bylines = Person::bylines(tx, after, A_PAGE + 1)?;
            let more = bylines.len() > A_PAGE;
            bylines.truncate(A_PAGE);
            let next = bylines.last().filter(|_| more).map(|last| last.person_id);
            let staff = if after.0 == 0 { Person::staff(tx)? } else { Vec::new() };
            let mut row = |person| Row::of(tx, person, &zone, now);
            let people = staff.into_iter().map(&mut row).collect::<Result<_>>()?;
            let bylines = bylines.into_iter().map(&mut row).collect::<Result<_>>()?;
            let desk = Desk::of(&publication, "people", Some(&person));
            let may_settle = person.role.may_settle();
            Ok(Page { desk, may_settle, people, bylines, next, typed, fresh, problem, notice })
        })
        .await?;
    page(app, "desk/people.html", &shown)
}

impl Row {
    pub(super) fn of(tx: &mut Tx, person: Person, zone: &TimeZone, now: Time) -> Result<Row> {
        let tally = Tally::of(tx, &List::author(person.person_id))?;
        let posts = tally.map_or(0, |tally| usize::try_from(tally.posts).unwrap_or(0));
        let (state, state_words) = match &person {
            Person { email: None, .. } => ("byline", "does not sign in".to_owned()),
            Person { deactivated_at: Some(at), .. } => {
                ("deactivated", format!("deactivated on {}", words::day(*at, zone)))
            }
            Person { joined_at: None, .. } => match one_time::open_until(tx, person.person_id, now)? {
                Some(until) => ("invited", format!("invited until {}", words::day(until, zone))),
                None => ("invited", "without an open invitation".to_owned()),
            },
            Person { seen_at: Some(at), .. } => ("here", format!("last seen {}", words::moment(*at, zone))),
            _ => ("here", "never seen at the desk".to_owned()),
        };
        Ok(Row {
            id: person.person_id,
            state,
            state_words,
            posts: if posts == 0 { String::new() } else { words::count(posts, "post", "posts") },
            path: if posts == 0 { String::new() } else { format!("/author/{}", person.slug) },
            picture: person.picture,
            email: person.email.unwrap_or_default(),
            role: person.role,
            name: person.name,
        })
    }
}

/// Adds somebody and shows the address with which they come in; all or nothing.
pub(in crate::web) async fn invite(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    may(&signed_in)?;
    let (now, wanted) = (app.now(), typed.clone());
    let outcome = async {
        let role = role(&typed.role)?;
        let to = To { name: typed.name.trim().to_owned(), role, why: Why::Invitation };
        let add = move |tx: &mut Tx| Person::add(tx, &wanted.email, &wanted.name, role, now);
        fresh(&app, &signed_in.person, &to, add).await
    };
    let outcome = outcome.await;
    match outcome {
        Ok(fresh) => {
            let said = Said { fresh: Some(fresh), ..Said::default() };
            show(&app, signed_in.person, PersonId(0), Typed::default(), said).await
        }
        Err(error) if said_in_place(&error) => {
            let said = Said { problem: error.to_string(), ..Said::default() };
            let mut response = show(&app, signed_in.person, PersonId(0), typed, said).await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// A one-time address for somebody, added or found in the same transaction.
pub(super) async fn fresh(
    app: &App,
    by: &Person,
    to: &To,
    find: impl FnOnce(&mut Tx) -> Result<Person> + Send + 'static,
) -> Result<Fresh> {
    let publication = app.db.read(Publication::load).await?.name;
    let (person, address) = letter::invite(app, &publication, by, to, find).await?;
    let mailed = person.email.filter(|_| !app.mailer.is_off());
    Ok(Fresh { name: person.name, address, lasts: to.why.lasts_words(), mailed })
}

pub(super) fn role(typed: &str) -> Result<Role> {
    Role::parse(typed).ok_or_else(|| Error::Invalid("Choose owner, editor, author or contributor.".into()))
}

pub(super) fn may(signed_in: &SignedIn) -> Result<()> {
    match signed_in.person.role.may_settle() {
        true => Ok(()),
        false => Err(Error::Forbidden("The owner decides who comes in.".into())),
    }
}
