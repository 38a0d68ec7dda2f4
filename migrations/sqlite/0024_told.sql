-- What the log says last of a thing is asked before it is used: a row that this host wrote earlier, and that somebody put back, is in order
-- by itself.
ALTER TABLE audit_log ADD COLUMN channel_id TEXT; -- which channel, if it is about one; authenticated with the rest
CREATE INDEX audit_log_channel ON audit_log (channel_id, seq) WHERE channel_id IS NOT NULL;
CREATE INDEX audit_log_action ON audit_log (action, adapter_id, seq);
