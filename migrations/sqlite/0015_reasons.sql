-- Stable reasons, kebab-case, so that dead letters of any kind can be told apart and counted.
ALTER TABLE webhook_deliveries ADD COLUMN code TEXT; -- of a dead one
ALTER TABLE runs ADD COLUMN code TEXT; -- of a failed one
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (tenant_id, id) WHERE state = 'dead';
CREATE INDEX runs_failed ON runs (tenant_id, id) WHERE state = 'failed';
