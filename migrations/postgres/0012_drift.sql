-- What a full run found that deltas and webhooks had missed: {created, updated, deleted}.
ALTER TABLE runs ADD COLUMN drift JSONB NOT NULL DEFAULT '{}';
