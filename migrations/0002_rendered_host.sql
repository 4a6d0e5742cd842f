-- Hosts whose pages only a browser can read: found out once, so that later captures ask it at once.
create table rendered_host (
    host text primary key,
    -- When a page was last good in a browser that was not as it was sent.
    learned_at bigint not null
);
