-- +goose Up
-- A topic's days, as JSON: [{"on": "2026-12-01", "title": "…"}], in their order.

ALTER TABLE topic ADD COLUMN dates TEXT NOT NULL DEFAULT '[]';
