-- Who vouches for copies, and since when.

-- A proof by an authority that is not ours (RFC 3161) that many copies were there at a moment: of the root of a tree over them.
create table stamp (
    stamp_id id_key,
    authority text not null,             -- the host that was asked
    root text not null,                  -- what was stamped
    leaves bigint not null,
    reply blob not null,                 -- as it came: DER
    stamped_at bigint not null           -- as the authority says
);

-- A copy's place in such a tree, by which the proof is its own.
create table stamped (
    capture_id bigint primary key references capture (capture_id),
    stamp_id bigint not null references stamp (stamp_id),
    file_digest text not null,           -- of the WARC file as it was then
    place bigint not null,
    path text not null                   -- hashes in hex from the leaf's neighbour up, separated by blanks
);
create index stamped_stamp on stamped (stamp_id);

-- The key that signs packages, where several servers share a database; else it is a file.
create table signing_key (
    signing_key_id bigint primary key,   -- 1
    pkcs8 blob not null,
    made_at bigint not null
);

-- The last signature by the publication's domain over what readers get of a post or source, so that no reader has an authority asked.
create table vouched (
    subject text primary key,            -- post:12, source:7
    state text not null,                 -- of what was in it, as the plan has it
    manifest text not null,              -- the digest that was signed
    signed_data text not null,           -- JSON
    vouched_at bigint not null           -- the manifest's own moment, too
);
