//! Addresses that lead elsewhere: a post's former ones, which lead to it for ever, and those that somebody gave.
//!
//! Whatever has an address of its own answers first; a redirect speaks only where nothing else does. One that leads to a
//! post follows it wherever it goes, so former addresses make no chains.

use super::Post;
use crate::id::PostId;
use crate::outside::db::{Tx, record, sql};
use crate::time::Time;
use crate::{Error, Result};

record! {
    #[derive(Debug, Clone)]
    pub struct Redirect {
        pub path: String,
        pub post_id: Option<PostId>,
        pub target: String,
    }
}

/// So many in a row are followed when somebody adds one more.
const LONGEST_CHAIN: usize = 100;

impl Redirect {
    /// Where an address leads that nothing else answers.
    pub fn lead(tx: &mut Tx, path: &str, now: Time) -> Result<Option<String>> {
        let Some(redirect) = Redirect::at(tx, &plain(path))? else { return Ok(None) };
        let Some(id) = redirect.post_id else { return Ok(Some(redirect.target)) };
        let post = Post::find(tx, id)?;
        Ok(post.is_public(now).then(|| post.path()))
    }

    fn at(tx: &mut Tx, path: &str) -> Result<Option<Redirect>> {
        tx.first(
            sql!(
                "-- Redirect::at
                select path, post_id, target from redirect where path = ?1"
            ),
            (path,),
        )
    }

    /// In the order of the alphabet, from behind a path on.
    pub fn all(tx: &mut Tx, after: &str, limit: usize) -> Result<Vec<Redirect>> {
        tx.all(
            sql!(
                "-- Redirect::all
                select path, post_id, target from redirect where path > ?1 order by path limit ?2"
            ),
            (after, limit),
        )
    }

    /// Leads one address to another: a path of ours, or an address elsewhere. Neither in a circle, nor away from a post.
    pub fn add(tx: &mut Tx, from: &str, to: &str, base_url: &str, now: Time) -> Result<()> {
        let (from, to) = (understood(from, base_url), understood(to, base_url));
        let from =
            from.filter(|path| path.starts_with('/') && !path.contains(['?', '#'])).map(|path| plain(&path));
        let from = from.filter(|path| path.len() > 1).ok_or_else(|| {
            Error::Invalid("The old address is one of this publication, such as /old/page.".into())
        })?;
        if ["/desk", "/api"].iter().any(|own| from == *own || from.starts_with(&format!("{own}/"))) {
            return Err(Error::Invalid(format!("The program itself answers at {from}.")));
        }
        if post_at(tx, &from, now)? {
            return Err(Error::Conflict(format!("A post answers at {from}. Give it another address first.")));
        }
        let to = to.ok_or_else(|| {
            Error::Invalid("The new address is a path such as /about, or begins with https://.".into())
        })?;
        if circles(tx, &from, &to)? {
            return Err(Error::Conflict(format!("{to} leads back to {from}: nobody would ever arrive.")));
        }
        tx.run(
            sql!(
                "-- Redirect::add
                insert into redirect (path, post_id, target, created_at) values (?1, null, ?2, ?3)
                on conflict (path) do update set post_id = null, target = excluded.target"
            ),
            (from, to, now),
        )?;
        Ok(())
    }

    pub fn remove(tx: &mut Tx, path: &str) -> Result<()> {
        tx.run(
            sql!(
                "-- Redirect::remove
                delete from redirect where path = ?1"
            ),
            (path,),
        )?;
        Ok(())
    }
}

/// A post's former address leads to it from now on.
pub fn follow(tx: &mut Tx, path: &str, post: PostId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- redirect::follow
            insert into redirect (path, post_id, target, created_at) values (?1, ?2, '', ?3)
            on conflict (path) do update set post_id = excluded.post_id, target = ''"
        ),
        (path, post, now),
    )?;
    Ok(())
}

/// The same for an address it had elsewhere, unless that leads somewhere else already. Says whether it leads to the post now.
pub fn offer(tx: &mut Tx, path: &str, post: PostId, now: Time) -> Result<bool> {
    let led: Option<(Option<PostId>,)> = tx.first(
        sql!(
            "-- redirect::offer
            insert into redirect (path, post_id, target, created_at) values (?1, ?2, '', ?3)
            on conflict (path) do update set path = excluded.path returning post_id"
        ),
        (path, post, now),
    )?;
    Ok(led == Some((Some(post),)))
}

fn circles(tx: &mut Tx, from: &str, to: &str) -> Result<bool> {
    let mut at = to.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let path = plain(at.split(['?', '#']).next().unwrap_or_default());
        if path == from {
            return Ok(true);
        }
        match Redirect::at(tx, &path)? {
            Some(next) if next.post_id.is_none() => at = next.target,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn post_at(tx: &mut Tx, path: &str, now: Time) -> Result<bool> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let found = match parts[..] {
        [slug] => Post::public_page(tx, slug, now),
        [year, month, slug] => Post::public(tx, &format!("{year}/{month}"), slug, now),
        _ => return Ok(false),
    };
    match found {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A path of this publication, or an address elsewhere; none for anything else.
fn understood(typed: &str, base_url: &str) -> Option<String> {
    let typed = typed.trim();
    match typed.strip_prefix(base_url) {
        Some("") => return Some("/".into()),
        Some(path) if path.starts_with('/') => return Some(path.to_owned()),
        _ => {}
    }
    if typed.starts_with('/') && !typed.starts_with("//") && !typed.contains('\\') {
        return Some(typed.to_owned());
    }
    let url = url::Url::parse(typed).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// Percent signs read, and without a slash at its end.
pub fn plain(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, more @ ..] = rest {
        let hex = |at: usize| more.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    let path = String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned());
    match path.trim_end_matches('/') {
        "" => "/".into(),
        path => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_however_it_is_written() {
        let check = |typed, expected: Option<&str>| {
            assert_eq!(understood(typed, "https://gazette.example").as_deref(), expected, "{typed}");
        };
        check(" /old/page?a=b ", Some("/old/page?a=b"));
        check("https://gazette.example/old", Some("/old"));
        check("https://gazette.example", Some("/"));
        check("https://gazette.example.org/a", Some("https://gazette.example.org/a"));
        check("https://elsewhere.example/a?b=c", Some("https://elsewhere.example/a?b=c"));
        for refused in [
            "",
            "old",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "javascript:alert(1)",
            "ftp://x.example/",
        ] {
            check(refused, None);
        }
        for (written, known_by) in [
            ("/old/page/", "/old/page"),
            ("/%C3%BCberfahrt", "/überfahrt"),
            ("/100%", "/100%"),
            ("/%ff", "/%ff"),
            ("/", "/"),
        ] {
            assert_eq!(plain(written), known_by);
        }
    }
}
