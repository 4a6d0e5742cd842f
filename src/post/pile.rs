//! Posts as the desk lists them: by what has become of them, by words in them, a page at a time.

use super::Post;
use crate::Result;
use crate::id::PostId;
use crate::outside::db::{Tx, Value, sql, words};
use crate::person::Person;
use crate::time::Time;

words! {
    /// Which posts a list holds.
    pub enum Pile {
        All "all",
        Drafts "drafts",
        Scheduled "scheduled",
        Published "published",
        Bin "bin",
    }
}

/// What somebody wants listed.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub pile: Pile,
    /// Each must stand in the title, the tags or the text; none is every post.
    pub words: Vec<String>,
    /// The last one of the page before.
    pub before: Option<(Time, PostId)>,
}

impl Post {
    /// What was changed last comes first: all of it to editors, their own to others.
    pub fn listed(
        tx: &mut Tx,
        person: &Person,
        wanted: &Wanted,
        limit: usize,
        now: Time,
    ) -> Result<Vec<Post>> {
        let only = (!person.role.may_edit_all()).then_some(person.person_id);
        let (at, id) = wanted.before.unwrap_or((Time(i64::MAX), PostId(i64::MAX)));
        let mut asked: Vec<Value> = vec![only.into(), at.into(), id.into(), wanted.pile.into()];
        asked.extend([now.into(), limit.into()]);
        if wanted.words.is_empty() {
            return tx.all(
                sql!(
                    "-- Post::listed
                    select * from post where post_id in (
                        select post_id from post
                        where (cast(?1 as bigint) is null or author_id = ?1
                                or post_id in (select post_id from co_author where person_id = ?1))
                            and (updated_at < ?2 or (updated_at = ?2 and post_id < ?3))
                            and case when cast(?4 as text) = 'bin' then binned_at is not null else binned_at is null end
                            and case ?4 when 'drafts' then published_at is null when 'scheduled' then published_at > ?5
                                when 'published' then published_at <= ?5 else true end
                        order by updated_at desc, post_id desc limit ?6)
                    order by updated_at desc, post_id desc"
                ),
                asked,
            );
        }
        asked.extend(patterns(&wanted.words));
        tx.all(
            sql!(
                "-- Post::listed, with words
                select post.* from post join (
                    select post_id, said, lower(said) as folded from (
                        select post.post_id, post.title || ' ' || coalesce(working_copy.title, '') || ' ' || post.tags
                            || ' ' || coalesce(working_copy.markdown, post.markdown) as said
                        from post left join working_copy on working_copy.post_id = post.post_id
                        where (cast(?1 as bigint) is null or author_id = ?1
                                or post.post_id in (select post_id from co_author where person_id = ?1))
                            and (updated_at < ?2 or (updated_at = ?2 and post.post_id < ?3))
                            and case when cast(?4 as text) = 'bin' then binned_at is not null else binned_at is null end
                            and case ?4 when 'drafts' then published_at is null when 'scheduled' then published_at > ?5
                                when 'published' then published_at <= ?5 else true end
                    ) as posts
                ) as words on words.post_id = post.post_id
                where (folded like ?7 escape '!' or said like ?8 escape '!')
                    and (folded like ?9 escape '!' or said like ?10 escape '!')
                    and (folded like ?11 escape '!' or said like ?12 escape '!')
                    and (folded like ?13 escape '!' or said like ?14 escape '!')
                order by updated_at desc, post.post_id desc limit ?6"
            ),
            asked,
        )
    }
}

/// Of four words, each in lower case and as typed: a database folds the case of few letters. What is behind the fourth is
/// sought with it, as it stands.
fn patterns(words: &[String]) -> Vec<Value> {
    let mut sought: Vec<String> = words.iter().take(4).cloned().collect();
    if let [_, _, _, rest @ ..] = words {
        sought.truncate(3);
        sought.extend((!rest.is_empty()).then(|| rest.join(" ")));
    }
    sought.resize(4, String::new());
    let pattern = |word: &str| {
        let plain = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        Value::from(format!("%{plain}%"))
    };
    sought.iter().flat_map(|word| [pattern(&word.to_lowercase()), pattern(word)]).collect()
}
