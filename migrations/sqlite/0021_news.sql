-- How a channel's webhooks were found when somebody last looked after them.
ALTER TABLE webhook_inboxes ADD COLUMN hooks_problem TEXT; -- why they are not in order; null: they are
ALTER TABLE webhook_inboxes ADD COLUMN hooks_lost TEXT; -- which ones the marketplace had switched off or removed last, for people; null: none ever
ALTER TABLE webhook_inboxes ADD COLUMN hooks_lost_at BIGINT; -- ms since the epoch: when that was found
-- Verification of deliveries that breaks is left alone for a while, on all hosts and over restarts.
ALTER TABLE webhook_inboxes ADD COLUMN paused_until BIGINT NOT NULL DEFAULT 0; -- ms since the epoch
ALTER TABLE webhook_inboxes ADD COLUMN pauses BIGINT NOT NULL DEFAULT 0; -- how many there were in a row
-- News of which too little came to know what they are about: a run of what changed is to begin.
ALTER TABLE webhook_inboxes ADD COLUMN look_wanted_at BIGINT NOT NULL DEFAULT 0; -- ms since the epoch; 0: none is wanted
ALTER TABLE webhook_inboxes ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0; -- ms since the epoch: when the last one began

-- Deliveries that were refused, counted by their reason. Strangers bring them about: no body and no header is kept.
CREATE TABLE refused_deliveries (
    tenant_id  TEXT NOT NULL, -- whose
    channel_id TEXT NOT NULL, -- to which channel
    kind       TEXT NOT NULL, -- rejected, not_verified, too_large, rate_limited, later
    reason     TEXT NOT NULL, -- in words; the adapter's, where it was the adapter that refused
    number     BIGINT NOT NULL, -- how many
    first_at   BIGINT NOT NULL, -- ms since the epoch
    last_at    BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, channel_id, kind, reason),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);
