-- +goose Up
-- Times are microseconds UTC, 0 for none. Structured values are JSON in TEXT. Every column is BIGINT or TEXT,
-- so that one dump format serves both engines.

CREATE TABLE change_seq (one BIGINT PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO change_seq (one, n) VALUES (1, 0);

CREATE TABLE change (
    n       BIGINT PRIMARY KEY,
    kind    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    tags    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

CREATE TABLE story (
    id                 TEXT   PRIMARY KEY,
    kind               TEXT   NOT NULL,
    status             TEXT   NOT NULL,
    revision           BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    content            TEXT   NOT NULL,
    headline           TEXT   NOT NULL, -- lower case, for the desk's search
    section            TEXT   NOT NULL,
    created_at         BIGINT NOT NULL,
    changed_at         BIGINT NOT NULL,
    creator            TEXT   NOT NULL,
    creator_name       TEXT   NOT NULL,
    publish_at         BIGINT NOT NULL,
    time_zone          TEXT   NOT NULL,
    slug               TEXT   NOT NULL,
    address            TEXT   NOT NULL,
    first_published_at BIGINT NOT NULL,
    last_published_at  BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    notice             TEXT   NOT NULL,
    corrections        TEXT   NOT NULL,
    live_version       BIGINT NOT NULL, -- 0 unless published
    live_revision      BIGINT NOT NULL, -- what it was made of; another latest revision is not public yet
    shown_at           BIGINT NOT NULL, -- not before: the live version's embargo, 0 for none
    card               TEXT   NOT NULL  -- what lists show of the live version
);
CREATE INDEX story_shown   ON story (status, kind, first_published_at, id);
CREATE INDEX story_changed ON story (changed_at, id);
CREATE INDEX story_status  ON story (status, changed_at, id);
CREATE INDEX story_section ON story (section, changed_at, id);
CREATE INDEX story_due     ON story (status, publish_at);

CREATE TABLE revision (
    story_id TEXT   NOT NULL REFERENCES story (id),
    n        BIGINT NOT NULL,
    content  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    by_id    TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    PRIMARY KEY (story_id, n)
);

CREATE TABLE version (
    story_id TEXT   NOT NULL REFERENCES story (id),
    n        BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    content  TEXT   NOT NULL, -- all but the document
    doc      TEXT   NOT NULL, -- the document, read only where it is needed
    body     TEXT   NOT NULL, -- the document as it was rendered
    text     TEXT   NOT NULL, -- its words
    change   TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    by_id    TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    PRIMARY KEY (story_id, n)
);

-- What the live version of a story stands under: kind is section, topic or author.
CREATE TABLE listing (
    kind               TEXT   NOT NULL,
    slug               TEXT   NOT NULL,
    first_published_at BIGINT NOT NULL,
    story_id           TEXT   NOT NULL REFERENCES story (id),
    shown_at           BIGINT NOT NULL, -- as the story's: lists are counted by this table alone
    PRIMARY KEY (kind, slug, first_published_at, story_id)
);
CREATE INDEX listing_story ON listing (story_id);

-- The topics of a story's latest revision, for the desk's lists.
CREATE TABLE story_topic (
    story_id TEXT NOT NULL REFERENCES story (id),
    topic    TEXT NOT NULL,
    PRIMARY KEY (story_id, topic)
);
CREATE INDEX story_topic_topic ON story_topic (topic, story_id);

-- Every address that ever answered; never given to another story.
CREATE TABLE address (
    path     TEXT   PRIMARY KEY,
    state    TEXT   NOT NULL, -- now, moved
    story_id TEXT   NOT NULL, -- may be written just before its story
    since    BIGINT NOT NULL
);
CREATE INDEX address_story ON address (story_id);

CREATE TABLE section (
    slug     TEXT   PRIMARY KEY,
    name     TEXT   NOT NULL,
    name_key TEXT   NOT NULL UNIQUE, -- lower case
    position BIGINT NOT NULL
);
CREATE TABLE topic (
    slug     TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    aliases  TEXT NOT NULL
);
CREATE TABLE author (
    slug     TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    bio      TEXT NOT NULL
);

CREATE TABLE picture (
    id         TEXT   PRIMARY KEY,
    token      TEXT   NOT NULL UNIQUE,
    hash       TEXT   NOT NULL,
    type       TEXT   NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    caption    TEXT   NOT NULL,
    credit     TEXT   NOT NULL,
    alt        TEXT   NOT NULL,
    copyright  TEXT   NOT NULL,
    colour     BIGINT NOT NULL,
    renditions TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    by_name    TEXT   NOT NULL
);
CREATE INDEX picture_created ON picture (created_at);
CREATE INDEX picture_hash ON picture (hash);

-- Which live versions show which pictures: a picture is public through these alone.
CREATE TABLE picture_use (
    picture_id TEXT NOT NULL REFERENCES picture (id),
    story_id   TEXT NOT NULL REFERENCES story (id),
    PRIMARY KEY (picture_id, story_id)
);
CREATE INDEX picture_use_story ON picture_use (story_id);

CREATE TABLE front (
    one      BIGINT PRIMARY KEY,
    lead     TEXT   NOT NULL,
    pins     TEXT   NOT NULL,
    revision BIGINT NOT NULL
);
INSERT INTO front (one, lead, pins, revision) VALUES (1, '', '[]', 0);

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE person (
    id         TEXT   PRIMARY KEY,
    email      TEXT   NOT NULL UNIQUE, -- lower case
    name       TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    disabled   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE sign_in_link (
    hash       TEXT   PRIMARY KEY,
    person_id  TEXT   NOT NULL, -- empty: sets up the first admin
    expires_at BIGINT NOT NULL
);
CREATE TABLE session (
    hash       TEXT   PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE token (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    hash       TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);

CREATE TABLE replay (
    token     TEXT   NOT NULL,
    key       TEXT   NOT NULL,
    body_hash TEXT   NOT NULL,
    status    BIGINT NOT NULL, -- 0 while the first request is under way
    header    TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (token, key)
);
CREATE INDEX replay_at ON replay (at);

-- The record: who did what.
CREATE TABLE entry (
    id      TEXT   PRIMARY KEY,
    at      BIGINT NOT NULL,
    who_id  TEXT   NOT NULL,
    who     TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    note    TEXT   NOT NULL
);
CREATE INDEX entry_subject ON entry (subject, id);

CREATE TABLE job (
    id         TEXT   PRIMARY KEY,
    kind       TEXT   NOT NULL,
    args       TEXT   NOT NULL,
    run_at     BIGINT NOT NULL,
    attempt    BIGINT NOT NULL,
    lease      TEXT   NOT NULL, -- who holds it; empty when waiting
    lease_till BIGINT NOT NULL,
    unique_key TEXT   NOT NULL, -- the id itself when none was asked for
    failed_at  BIGINT NOT NULL, -- set when given up
    error      TEXT   NOT NULL,
    UNIQUE (kind, unique_key)
);
CREATE INDEX job_next ON job (failed_at, run_at, lease_till);

CREATE TABLE node (
    name       TEXT   PRIMARY KEY,
    applied    BIGINT NOT NULL,
    lease_till BIGINT NOT NULL
);

-- What an import brought, and from what; original is the text as it came.
CREATE TABLE imported (
    source      TEXT NOT NULL,
    old_id      TEXT NOT NULL,
    kind        TEXT NOT NULL, -- story, picture
    ours        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    original    TEXT NOT NULL,
    PRIMARY KEY (source, kind, old_id)
);

-- +goose Down
SELECT 1;
