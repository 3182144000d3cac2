-- +goose Up
-- A topic's days, as JSON: [{"on": "2026-12-01", "title": "…"}], in their order.

ALTER TABLE topic ADD COLUMN dates TEXT NOT NULL DEFAULT '[]';

-- What readers looked for and did not find, once it was asked for often enough; nothing of who asked. It is no part of a
-- backup.
CREATE TABLE missed_search (
    query TEXT   PRIMARY KEY, -- in small letters
    times BIGINT NOT NULL,
    last  BIGINT NOT NULL     -- microseconds UTC
);
CREATE INDEX missed_search_last ON missed_search (last);
