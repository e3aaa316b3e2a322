"""The tables of the durable store."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS instance (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, execution_id TEXT NOT NULL, status TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, input TEXT, output TEXT, custom_status TEXT, version TEXT,
    parent_id TEXT, started TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS instance_status ON instance (status);
CREATE TABLE IF NOT EXISTS turn (
    id TEXT NOT NULL, number INTEGER NOT NULL, events TEXT NOT NULL, PRIMARY KEY (id, number)
);
CREATE TABLE IF NOT EXISTS work (
    id TEXT NOT NULL, task_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, input TEXT,
    fire_at TEXT, created TEXT, PRIMARY KEY (id, task_id)
);
CREATE TABLE IF NOT EXISTS message (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, execution_id TEXT NOT NULL, event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_instance ON message (id);
"""
"""The rows hold texts of megabytes, so no table is WITHOUT ROWID: a search there reads every row it compares whole.

`turn.events`: a turn's events as JSON texts joined by commas. `work`: what runs or waits. `message`: events that no
turn has taken yet. Times are ISO texts in UTC with six fraction digits, so that they sort."""
