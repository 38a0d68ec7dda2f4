-- When imports of a channel begin by themselves.
CREATE TABLE schedules (
    tenant_id  TEXT NOT NULL, -- whose
    channel_id TEXT NOT NULL, -- which channel
    kind       TEXT NOT NULL, -- full or delta
    rule       TEXT NOT NULL, -- `every 15m`, or a cron line
    time_zone  TEXT NOT NULL, -- of the cron line, by name
    jitter_ms  BIGINT NOT NULL, -- up to so much later, so that not everything begins at once
    when_busy  TEXT NOT NULL, -- skip or queue
    enabled    BIGINT NOT NULL, -- 1: it counts
    next_at    BIGINT NOT NULL, -- ms since the epoch: when it is due
    last_at    BIGINT, -- ms since the epoch: when it was due the last time
    last_run   TEXT, -- the run it began then
    note       TEXT, -- why it began none, if so
    PRIMARY KEY (tenant_id, channel_id, kind),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);
CREATE INDEX schedules_due ON schedules (next_at) WHERE enabled = 1;
