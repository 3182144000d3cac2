-- +goose Up
-- Readers, and what they say under stories. Times are microseconds UTC, 0 for none.

CREATE TABLE reader (
    id             TEXT   PRIMARY KEY,
    email          TEXT   NOT NULL UNIQUE, -- lower case
    name           TEXT   NOT NULL,        -- as shown; empty until chosen
    name_key       TEXT   NOT NULL,        -- what the name looks like; empty until chosen
    language       TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    passed         BIGINT NOT NULL,        -- comments that are shown
    rejected       BIGINT NOT NULL,
    mail_answers   BIGINT NOT NULL,
    mail_secret    TEXT   NOT NULL,        -- in the link that ends mails about answers
    suspended_till BIGINT NOT NULL,
    banned         BIGINT NOT NULL,
    told           TEXT   NOT NULL         -- to a person who may not comment
);
CREATE INDEX reader_name ON reader (name_key);

CREATE TABLE reader_sign_in (
    link       TEXT   PRIMARY KEY,
    waiting    TEXT   NOT NULL UNIQUE,
    code       TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    tries      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at   BIGINT NOT NULL,
    reader_id  TEXT   NOT NULL
);
CREATE INDEX reader_sign_in_expires ON reader_sign_in (expires_at);

CREATE TABLE reader_session (
    hash       TEXT   PRIMARY KEY,
    reader_id  TEXT   NOT NULL REFERENCES reader (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX reader_session_reader ON reader_session (reader_id);

CREATE TABLE reader_token (
    hash       TEXT   PRIMARY KEY,
    reader_id  TEXT   NOT NULL REFERENCES reader (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX reader_token_reader ON reader_token (reader_id);

CREATE TABLE comment (
    id         TEXT   PRIMARY KEY,
    story_id   TEXT   NOT NULL REFERENCES story (id),
    thread_id  TEXT   NOT NULL, -- its own id for one that begins a thread
    parent_id  TEXT   NOT NULL,
    top        BIGINT NOT NULL, -- whether it begins a thread
    seen       BIGINT NOT NULL, -- whether readers see it, as words or as a gap
    reader_id  TEXT   NOT NULL, -- empty for one without an account
    name       TEXT   NOT NULL, -- of a writer without an account
    text       TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    reasons    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at  BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    decided_by TEXT   NOT NULL,
    featured   BIGINT NOT NULL,
    likes      BIGINT NOT NULL,
    flags      BIGINT NOT NULL, -- since the last decision
    replies    BIGINT NOT NULL, -- shown ones in its thread, for one that begins it
    rank       BIGINT NOT NULL,
    block      TEXT   NOT NULL, -- of the address, keyed; empty once it was forgotten
    words      TEXT   NOT NULL  -- the same for nearly the same text
);
CREATE INDEX comment_best   ON comment (story_id, top, seen, rank, id);
CREATE INDEX comment_time   ON comment (story_id, top, seen, created_at, id);
CREATE INDEX comment_story  ON comment (story_id, created_at);
CREATE INDEX comment_thread ON comment (thread_id, seen, created_at, id);
CREATE INDEX comment_reader ON comment (reader_id, created_at);
CREATE INDEX comment_queue  ON comment (status, created_at, id);
CREATE INDEX comment_flags  ON comment (flags, id);
CREATE INDEX comment_block  ON comment (block, created_at);
CREATE INDEX comment_words  ON comment (words, created_at);
CREATE INDEX comment_all    ON comment (created_at, id);

CREATE TABLE comment_like (
    comment_id TEXT   NOT NULL REFERENCES comment (id),
    reader_id  TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (comment_id, reader_id)
);
CREATE INDEX comment_like_reader ON comment_like (reader_id);

CREATE TABLE comment_flag (
    comment_id TEXT   NOT NULL REFERENCES comment (id),
    reader_id  TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (comment_id, reader_id)
);
CREATE INDEX comment_flag_reader ON comment_flag (reader_id);

CREATE TABLE comment_log (
    id            TEXT   PRIMARY KEY,
    comment_id    TEXT   NOT NULL,
    at            BIGINT NOT NULL,
    who_id        TEXT   NOT NULL,
    who           TEXT   NOT NULL,
    action        TEXT   NOT NULL,
    before_status TEXT   NOT NULL,
    after_status  TEXT   NOT NULL,
    note          TEXT   NOT NULL,
    reasons       TEXT   NOT NULL -- those before
);
CREATE INDEX comment_log_comment ON comment_log (comment_id, id);

-- What is set for the comments of a story, and how many there are.
CREATE TABLE talk (
    story_id   TEXT   PRIMARY KEY REFERENCES story (id),
    mode       TEXT   NOT NULL,
    hold_all   BIGINT NOT NULL,
    slow       BIGINT NOT NULL, -- microseconds
    closed     BIGINT NOT NULL,
    shown      BIGINT NOT NULL,
    held       BIGINT NOT NULL,
    purged_at  BIGINT NOT NULL, -- when pages with them were last made anew
    refresh_at BIGINT NOT NULL, -- when they are to be, 0 for not
    counted_at BIGINT NOT NULL  -- when lists that count them last were
);
CREATE INDEX talk_refresh ON talk (refresh_at);

CREATE TABLE comment_rule (
    id      TEXT   PRIMARY KEY,
    made_at BIGINT NOT NULL,
    rule    TEXT   NOT NULL
);

CREATE TABLE sanction (
    id        TEXT   PRIMARY KEY,
    reader_id TEXT   NOT NULL, -- empty for one against an address alone
    block     TEXT   NOT NULL, -- empty for one against a person alone
    until_at  BIGINT NOT NULL, -- 0 for ever
    message   TEXT   NOT NULL,
    by_name   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    lifted_at BIGINT NOT NULL
);
CREATE INDEX sanction_reader ON sanction (reader_id, at);
CREATE INDEX sanction_block  ON sanction (block, until_at);

CREATE TABLE reader_note (
    id        TEXT   PRIMARY KEY,
    reader_id TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    by_name   TEXT   NOT NULL,
    text      TEXT   NOT NULL
);
CREATE INDEX reader_note_reader ON reader_note (reader_id, id);

-- +goose Down
SELECT 1;
