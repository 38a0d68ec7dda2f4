-- Where the time of a run went.
ALTER TABLE runs ADD COLUMN spent JSONB NOT NULL DEFAULT '{}'; -- microseconds by phase
