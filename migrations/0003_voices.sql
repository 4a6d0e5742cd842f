-- Which stretches of a capture's text are not the page's own words: comments, captions. JSON; empty is none.
alter table capture add column text_parts text not null default '';
