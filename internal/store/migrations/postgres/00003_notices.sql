-- +goose Up
-- What the operator was told, by what it is about. Times are microseconds UTC, 0 for none. It is no part of a backup:
-- what is broken here is not broken where that is restored.

CREATE TABLE notice (
    key        TEXT   PRIMARY KEY,
    text       TEXT   NOT NULL,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    times      BIGINT NOT NULL,
    mailed_at  BIGINT NOT NULL,
    cleared_at BIGINT NOT NULL, -- 0 while it is open
    relief     TEXT   NOT NULL  -- what is to be mailed of its end; '' for nothing
);
CREATE INDEX notice_last ON notice (last_at);
