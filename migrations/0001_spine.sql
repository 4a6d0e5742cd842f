-- Times are microseconds since 1970 UTC; JSON is text; digests are sha-256.

create table person (
    person_id id_key,
    email text unique,                   -- lower case; none: a name above posts, without sign-in
    name text not null,
    slug text not null unique,
    role text not null,                  -- owner, editor, author, contributor
    password text,                       -- Argon2id, PHC form; none until the one-time address was used
    bio text not null,
    picture text not null default '',    -- one of ours, /media/…; empty is none
    introduced_at bigint not null default 0, -- name, bio or picture last changed
    created_at bigint not null,
    joined_at bigint,                    -- chose a first password; invited until then
    seen_at bigint,                      -- used the desk, to the hour
    deactivated_at bigint
);

-- Addresses that sign in once: first run, a new person, a forgotten password.
create table one_time (
    token_hash blob primary key,
    person_id bigint not null references person (person_id),
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

create table session (
    session_id id_key,
    token_hash blob not null unique,
    person_id bigint not null references person (person_id),
    agent text not null,                 -- what the browser calls itself
    address text not null,
    created_at bigint not null,
    seen_at bigint not null,
    ended_at bigint
);
create index session_person on session (person_id);

create table token (
    token_id id_key,
    token_hash blob not null unique,
    person_id bigint not null references person (person_id),
    name text not null,
    created_at bigint not null,
    seen_at bigint,
    ended_at bigint
);

-- Counted tries, such as wrong passwords for one address; forgotten when the window is over.
create table tries (
    subject text primary key,
    count bigint not null,
    until_at bigint not null
);

create table setting (
    name text primary key,
    value text not null,
    changed_at bigint not null
);

create table post (
    post_id id_key,
    kind text not null,                  -- post, page
    slug text /*pg collate "C"*/ not null,
    month text not null,                 -- 2026/03 of first publication, fixed from then on; empty before it, and for pages
    author_id bigint not null references person (person_id),
    co_authors text not null default '', -- who wrote it with the author: ids in their order, separated by commas
    title text not null,
    excerpt text not null,               -- as written; empty means the first sentences
    markdown text not null,
    tags text not null,                  -- as written, separated by commas
    correction text not null,            -- a note shown to readers; empty is none
    cover text not null,                 -- a picture of ours, /media/…; empty is none
    cover_alt text not null,             -- what it shows, in words
    document text not null,              -- the rendered document, JSON of markup::Document
    renderer bigint not null,            -- version of the renderer and the analyser that read it
    language text not null,              -- a tag of BCP 47; empty is the publication's own
    version bigint not null,             -- counts what was saved, by whatever way: who saves over another's words is told
    preview_hash blob unique,            -- of the secret in the preview's address; none while there is no such address
    pinned_at bigint,
    first_published_at bigint,
    published_at bigint,                 -- null: not public; in the future: scheduled
    binned_at bigint,
    created_at bigint not null,
    updated_at bigint not null,          -- last change that readers can see, or last save of a draft
    listed text not null default ''      -- JSON of the lists that count it; empty while in none
);
create unique index post_address on post (kind, month, slug);
create index post_slug on post (slug, kind);
-- Each begins with what its lists ask to be equal, else SQLite takes the index of addresses and sorts everything.
create index post_pinned on post (kind, pinned_at, post_id);
create index post_published on post (kind, published_at, post_id);
create index post_author on post (kind, author_id, published_at, post_id);
create index post_renderer on post (renderer, post_id);
-- All that the desk's lists choose by, so that they read whole posts only to show them.
create index post_desk on post (updated_at, post_id, published_at, binned_at, author_id);
create index post_binned on post (binned_at, post_id) where binned_at is not null;

-- What an author typed or saved over a post and readers do not see yet.
create table working_copy (
    post_id bigint primary key references post (post_id),
    title text not null,
    excerpt text not null,
    markdown text not null,
    tags text not null,
    correction text not null,
    cover text not null,
    cover_alt text not null,
    slug text not null,                  -- asked for; empty is the post's own
    person_id bigint not null references person (person_id),
    saved_at bigint not null
);

create table revision (
    revision_id id_key,
    post_id bigint not null references post (post_id),
    why text not null,                   -- published, saved, aside
    title text not null,
    excerpt text not null,
    markdown text not null,
    tags text not null,
    correction text not null,
    cover text not null,
    cover_alt text not null,
    person_id bigint not null references person (person_id),
    saved_at bigint not null
);
create index revision_post on revision (post_id);

-- Addresses that lead elsewhere: a post's former ones, and those that somebody gave.
create table redirect (
    path text primary key,               -- percent-decoded, without a slash at the end
    post_id bigint references post (post_id),
    target text not null,                -- where no post is named: a path of ours, or an address elsewhere
    created_at bigint not null
);
create index redirect_post on redirect (post_id);

-- Posts that came from elsewhere, so that they come once.
create table imported (
    tree text not null,                  -- what was imported: markdown:/srv/old-site
    place text not null,                 -- where in it: _posts/2014-03-12-the-tide.md
    post_id bigint not null references post (post_id),
    digest blob not null,                -- of all it was made of
    version bigint not null,             -- the post's: another one was edited here since
    published_at bigint,                 -- the post's
    co_authors text not null,            -- the post's
    primary key (tree, place)
);
create index imported_post on imported (post_id);

create table post_tag (
    post_id bigint not null references post (post_id),
    slug text not null,
    name text not null,
    listed_at bigint,                    -- when its post was published; null while readers do not see it
    primary key (post_id, slug)
);
create index post_tag_slug on post_tag (slug, listed_at, post_id);

-- The same people as post.co_authors, to be found by.
create table co_author (
    post_id bigint not null references post (post_id),
    person_id bigint not null references person (person_id),
    listed_at bigint,                    -- as of a tag
    primary key (post_id, person_id)
);
create index co_author_person on co_author (person_id, listed_at, post_id);

-- How many public posts a list holds, kept so that nobody counts.
create table tally (
    kind text not null,                  -- all, year, month, day, author, tag
    number bigint not null,              -- 2026, 202603, 20260314, of an author the person; else 0
    name text not null,                  -- of a tag its slug; else empty
    posts bigint not null,
    changed_at bigint not null,          -- one of its posts changed, came or went
    primary key (kind, number, name)
);
create index tally_posts on tally (kind, posts);

-- Readers' search, told in src/search/mod.rs. What a post that readers may see holds, at a place that grows with the minute of its
-- publication.
create table searchable (
    place bigint primary key,
    wanted bigint not null,              -- the minute; others may have had its place
    post_id bigint not null,
    state text not null,                 -- new (in no list yet), settled, gone (still in lists)
    marks text not null,                 -- author, tags, year, language; one a line
    words blob not null                  -- of a settled post only which terms
);
create index searchable_post on searchable (post_id, state);
create index searchable_unsettled on searchable (place) where state <> 'settled';

-- A term's list of places, a block a row.
create table posting (
    term text /*pg collate "C"*/ not null,
    first bigint not null,
    last bigint not null,
    posts bigint not null,
    docs blob not null,                  -- places and weights
    spots blob not null,                 -- where in each post the term stands
    primary key (term, first)
);
-- Beginnings of words look through many blocks for the few they need.
create index posting_heads on posting (term, first, last, posts);

-- Words of posts that readers do not see yet.
create table analysed (
    post_id bigint primary key references post (post_id),
    words blob not null
);

-- How often a post was opened on a day (20260314, by the publication's clock), and from which sites.
create table viewed (
    day bigint not null,
    post_id bigint not null references post (post_id),
    views bigint not null,
    primary key (day, post_id)
);
create index viewed_post on viewed (post_id, day);

create table referred (
    day bigint not null,
    post_id bigint not null references post (post_id),
    site text not null,
    views bigint not null,
    primary key (day, post_id, site)
);
create index referred_post on referred (post_id, day);

create table source (
    source_id id_key,
    url text not null unique,            -- canonical
    kind text not null,                  -- source, pointer
    merged_into bigint references source (source_id),
    merged_why text not null,
    title text not null,
    site text not null,
    author text not null,
    said_at text not null,               -- the page's own date, as it gives it
    state text not null,                 -- unchecked alive moved changed blocked failing gone
    state_since bigint not null,
    evidence text not null,              -- why it is in this state, in words
    shown text not null,                 -- how much is public: setting, always, failed, passages, desk
    looked_at bigint,                    -- last time anybody tried
    created_at bigint not null,
    host text not null,                  -- without www.
    due_at bigint,                       -- when it is looked at again; null before the first copy
    quiet bigint not null default 0,     -- looks in a row that brought no news: the more, the later the next
    lost text not null default '',       -- what became of quoted words since: changed, removed; empty while all stand
    lost_at bigint,                      -- when that was seen
    listed_at bigint                     -- in the register since; null while no published post cites it
);
create index source_merged on source (merged_into);
create index source_due on source (due_at) where due_at is not null;
create index source_state on source (state, source_id);
create index source_listed on source (source_id) where listed_at is not null and merged_into is null;

-- Words of a source's address and title, by which the register is searched.
create table source_word (
    word text /*pg collate "C"*/ not null,
    source_id bigint not null references source (source_id),
    primary key (word, source_id)
);
create index source_word_source on source_word (source_id);

-- Every time somebody looked at the living page. Only ever added to.
create table look (
    look_id id_key,
    source_id bigint not null references source (source_id),
    looked_at bigint not null,
    health text not null,
    status bigint,                       -- HTTP status; null when nothing answered
    why text not null,                   -- what the health rests on, in words
    moved_to text not null,              -- where it answered, if elsewhere; empty is where it was asked
    standing double,                     -- part of the first copy's words still there, 0 to 1; null where that cannot be said
    private boolean not null,            -- an allowed private range answered: its words stay in the desk
    capture_id bigint                    -- the copy that was made; none where nothing was new
);
create index look_source on look (source_id, looked_at);

-- How a source stood, and since when: a row whenever that changed. Only ever added to.
create table stood (
    stood_id id_key,
    source_id bigint not null references source (source_id),
    since bigint not null,
    state text not null,
    evidence text not null
);
create index stood_source on stood (source_id, since);
create index stood_state on stood (state, since);

-- How many sources were in a state at the end of a day (days since 1970, UTC); days on which none came or went have no row.
create table state_day (
    state text not null,
    day bigint not null,
    sources bigint not null,
    came bigint not null,                -- into this state, that day
    primary key (state, day)
);

-- How many of a host's sources are failing or gone.
create table host_health (
    host text primary key,
    sources bigint not null,
    lost bigint not null
);
create index host_health_lost on host_health (lost, host);

create table citation (
    citation_id id_key,
    post_id bigint not null references post (post_id),
    position bigint not null,            -- index into the document's citations
    source_id bigint not null references source (source_id),
    url text not null,                   -- as typed
    words text not null,
    via boolean not null,                -- the speaker's own link
    embed boolean not null,
    keep boolean not null                -- false: marked not to be kept
);
create unique index citation_place on citation (post_id, position);
create index citation_source on citation (source_id);

-- Copies that somebody took away. Digest, dates and verdicts stay.
create table removal (
    removal_id id_key,
    reason text not null,                -- told to readers
    person_id bigint not null references person (person_id),
    removed_at bigint not null,
    undone_at bigint,
    swept_at bigint                      -- the bytes are deleted
);
create index removal_unswept on removal (removed_at) where swept_at is null and undone_at is null;

create table capture (
    capture_id id_key,
    source_id bigint not null references source (source_id),
    captured_at bigint not null,
    provenance text not null,            -- fetched, rendered, outside_archive, supplied
    supplied_by bigint references person (person_id),
    health text not null,
    evidence text not null,              -- JSON: what the health verdict rests on
    private boolean not null,            -- from an allowed private range: stays in the desk
    url text not null,                   -- asked for
    final_url text not null,             -- after redirects
    canonical text not null,             -- what the page calls its own address; empty is none
    status bigint,                       -- HTTP status; null when nothing answered
    media_type text not null,
    charset text not null,
    language text not null,
    title text not null,
    site text not null,
    author text not null,
    said_at text not null,
    description text not null,
    picture text not null,               -- address, within the capture, of the page's own picture
    text_kind text not null,             -- page, post, captions, machine_captions, none
    text_file text not null,             -- key of the visible text (UTF-8); empty is none
    text_chars bigint not null,
    text_digest text not null,
    warc_file text not null,             -- key; empty when nothing was kept
    warc_bytes bigint not null,
    payload_digest text not null,        -- of the page as sent
    removed_at bigint,                   -- its words and bytes are hidden since, and deleted in time
    removal_id bigint references removal (removal_id)
);
create index capture_payload on capture (payload_digest);
create index capture_text on capture (text_digest);
create index capture_source on capture (source_id, captured_at);
create index capture_final on capture (final_url);
create index capture_canonical on capture (canonical);

-- Where in a capture's WARC each address it kept can be read.
create table capture_record (
    capture_id bigint not null references capture (capture_id),
    url text not null,
    role text not null,                  -- page, text, requisite, data, robots
    status bigint not null,
    media_type text not null,
    digest text not null,                -- of the payload
    record text not null,                -- its WARC-Record-ID
    recorded_at bigint not null,
    place bigint not null,               -- offset of the gzip member
    length bigint not null,
    -- Of a revisit: which capture's WARC holds the payload, and where. Null: it is here.
    held_by bigint references capture (capture_id),
    held_place bigint,
    held_length bigint,
    primary key (capture_id, url, role)
);
-- Whether a payload is held already.
create index capture_record_held on capture_record (digest) where held_by is null;
-- Who else needs a capture's file.
create index capture_record_holder on capture_record (held_by) where held_by is not null;

-- What copies took on a day (20260314, UTC), so that nobody counts.
create table kept (
    day bigint primary key,
    copies bigint not null,
    bytes bigint not null,               -- of files
    saved bigint not null                -- that revisits did not keep again
);

create table quotation (
    quotation_id id_key,
    post_id bigint not null references post (post_id),
    position bigint not null,            -- index into the document's quotations
    line bigint not null,
    kind text not null,                  -- quotation, turn, reported
    words text not null,
    words_digest text not null,          -- a verdict belongs to exact words
    speaker text,
    transcript bigint,                   -- paragraphs of one transcript share a number
    source_id bigint references source (source_id),
    note text not null                   -- the writer's, shown beside the verdict
);
create unique index quotation_place on quotation (post_id, position);
create index quotation_source on quotation (source_id);

-- Only ever added to; the one in force is the latest for these words.
create table verdict (
    verdict_id id_key,
    quotation_id bigint not null references quotation (quotation_id),
    words_digest text not null,
    capture_id bigint references capture (capture_id),
    seen_capture_id bigint,              -- newest good copy known when judging: a newer one asks for a new verdict
    verdict text not null,               -- a verdict of quotecheck, or reported, or beyond (past a transcript's end)
    cut text not null,                   -- none, start, end, both
    material boolean not null,
    finding text not null,               -- JSON of quotecheck::Finding
    passage text not null,               -- JSON of quote::Passage; empty is none
    judged_at bigint not null,
    fate text not null default '',       -- of the words in the newest copy, where an older one holds them better: changed, removed
    fate_at bigint                       -- when that was seen
);
create index verdict_quotation on verdict (quotation_id);
create index verdict_fate on verdict (fate_at) where fate_at is not null;

create table job (
    job_id id_key,
    class text not null,
    work text not null,                  -- JSON of queue::Job
    run_at bigint not null,
    leased_until bigint,
    attempts bigint not null,
    problem text not null,
    created_at bigint not null,
    failed_at bigint                     -- given up; shown in the desk
);
create index job_due on job (class, run_at);
create index job_leased on job (class, leased_until) where leased_until is not null;
create unique index job_once on job (work);

create table mail (
    mail_id id_key,
    cause text not null,                 -- what it tells of, such as one_time:12
    recipient text not null,
    subject text not null,
    plain text not null,
    html text not null,
    created_at bigint not null,
    sent_at bigint,
    failed_at bigint,
    problem text not null
);
create unique index mail_once on mail (cause, recipient);

create table changes (
    change_id id_key,
    topic text not null,
    changed_at bigint not null
);

create table media (
    name text primary key,               -- as in /media/{name}
    file text not null,                  -- key
    media_type text not null,
    bytes bigint not null,
    width bigint not null,
    height bigint not null,
    narrow text not null,                -- key of a narrower one, empty for none
    alt text not null,                   -- what it shows, in words
    person_id bigint references person (person_id), -- who sent it
    created_at bigint not null
);
create index media_newest on media (created_at, name);
