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

-- Readers' passkeys (W3C Web Authentication): the public halves, by the credential's id in base64url. data is JSON of
-- package auth.
CREATE TABLE passkey (
    id         TEXT   PRIMARY KEY,
    reader_id  TEXT   NOT NULL REFERENCES reader (id),
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL -- 0 for never
);
CREATE INDEX passkey_reader ON passkey (reader_id);

-- Challenges that wait for their answer, by their hash; each is taken once.
CREATE TABLE passkey_ask (
    challenge  TEXT   PRIMARY KEY,
    reader_id  TEXT   NOT NULL, -- whose new passkey it is about; empty for a sign-in
    data       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
