-- +goose Up
-- As before: times are microseconds UTC, 0 for none; structured values are JSON in TEXT, here '' where there is
-- nothing to say, so that a million rows are read without decoding. BYTEAs travel in a dump as base64.

CREATE TABLE alert (
    id          TEXT   PRIMARY KEY,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    story_id    TEXT   NOT NULL REFERENCES story (id),
    original    TEXT   NOT NULL, -- the first of its chain of corrections, itself if it replaces none
    replaces    TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    composed_at BIGINT NOT NULL,
    leaves_at   BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    rest        TEXT   NOT NULL  -- what nothing is looked up by
);
CREATE INDEX alert_composed ON alert (composed_at, id);
CREATE INDEX alert_story    ON alert (story_id, composed_at, id);
CREATE INDEX alert_chain    ON alert (original, composed_at, id);
CREATE INDEX alert_state    ON alert (state, composed_at, id);
CREATE INDEX alert_started  ON alert (started_at, id);

-- What became of an alert by push service, once it is over.
CREATE TABLE alert_record (
    alert_id TEXT PRIMARY KEY REFERENCES alert (id),
    record   TEXT NOT NULL
);

-- The ledger. A delivery is an alert's numbers over all its chunks; who writes anything of an alert's ledger locks
-- this row first.
CREATE TABLE delivery (
    alert_id TEXT   PRIMARY KEY REFERENCES alert (id),
    audience BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    gone     BIGINT NOT NULL,
    failed   BIGINT NOT NULL,
    retrying BIGINT NOT NULL,
    undone   BIGINT NOT NULL  -- chunks with something left to do
);

-- A chunk is 256 consecutive subscription numbers. bits are five sets of 32 bytes, audience, accepted, gone, failed
-- and retry; empty ones at the end are left out.
CREATE TABLE delivery_chunk (
    alert_id TEXT   NOT NULL REFERENCES delivery (alert_id),
    n        BIGINT NOT NULL,
    node     TEXT   NOT NULL, -- who leased it; '' if it is free
    done     BIGINT NOT NULL, -- 1 if nothing is left to do
    bits     BYTEA  NOT NULL,
    PRIMARY KEY (alert_id, n)
);
CREATE INDEX delivery_chunk_undone ON delivery_chunk (alert_id, node, n) WHERE done = 0;

-- Until when a node's chunks of an alert are its own.
CREATE TABLE delivery_lease (
    alert_id TEXT   NOT NULL REFERENCES delivery (alert_id),
    node     TEXT   NOT NULL,
    till     BIGINT NOT NULL,
    PRIMARY KEY (alert_id, node)
);

-- The last number given to a subscription; none is given twice. Who saves subscriptions locks it first.
CREATE TABLE subscription_seq (one BIGINT PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO subscription_seq (one, n) VALUES (1, 0);

CREATE TABLE subscription (
    number       BIGINT PRIMARY KEY,
    hash         BYTEA  NOT NULL UNIQUE, -- SHA-256 of the endpoint
    endpoint     TEXT   NOT NULL,
    keys         BYTEA  NOT NULL,
    key_id       TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    topics       TEXT   NOT NULL,
    stories      TEXT   NOT NULL,
    only_chosen  BIGINT NOT NULL,
    importance   TEXT   NOT NULL,
    quiet        TEXT   NOT NULL,
    most_per_day BIGINT NOT NULL,
    language     TEXT   NOT NULL,
    failures     BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    moved_at     BIGINT NOT NULL  -- when another endpoint of the same browser took the place of its last one
);
CREATE INDEX subscription_state ON subscription (state);

-- Browsers of the staff, apart from readers' for good.
CREATE TABLE staff_device (
    hash       BYTEA  PRIMARY KEY, -- SHA-256 of the endpoint
    person_id  TEXT   NOT NULL REFERENCES person (id),
    endpoint   TEXT   NOT NULL,
    keys       BYTEA  NOT NULL,
    key_id     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX staff_device_person ON staff_device (person_id);

-- VAPID keys, sealed with a key file that is not in the database.
CREATE TABLE push_key (
    id         TEXT   PRIMARY KEY,
    public     TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    is_current BIGINT NOT NULL, -- exactly one is
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX push_key_current ON push_key (is_current) WHERE is_current = 1;

CREATE TABLE mail_subscription (
    id           TEXT   PRIMARY KEY,
    email        TEXT   NOT NULL, -- lower case; one confirmed and one unconfirmed at most
    secret       TEXT   NOT NULL,
    only_chosen  BIGINT NOT NULL,
    topics       TEXT   NOT NULL,
    stories      TEXT   NOT NULL,
    importance   TEXT   NOT NULL,
    language     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL
);
CREATE INDEX mail_subscription_email ON mail_subscription (email);
CREATE INDEX mail_subscription_unconfirmed ON mail_subscription (created_at) WHERE confirmed_at = 0;

-- The links in mails sent before a confirmed address chose anew: they still stop it.
CREATE TABLE mail_link (
    id     TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    email  TEXT NOT NULL
);
CREATE INDEX mail_link_email ON mail_link (email);

-- +goose Down
SELECT 1;
