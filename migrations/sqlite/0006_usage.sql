-- Where the time of a run went.
ALTER TABLE runs ADD COLUMN spent TEXT NOT NULL DEFAULT '{}'; -- microseconds by phase
