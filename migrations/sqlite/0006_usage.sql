-- Where the time of a run went.
ALTER TABLE runs ADD COLUMN spent TEXT NOT NULL DEFAULT '{}'; -- microseconds by phase

-- What adapters really did, counted by the hour.
CREATE TABLE adapter_usage (
    adapter_id TEXT NOT NULL, -- which adapter
    hour       BIGINT NOT NULL, -- ms since the epoch: the hour's beginning
    generation BIGINT NOT NULL, -- under which grant
    tenant_id  TEXT NOT NULL, -- for whom
    channel_id TEXT NOT NULL, -- over which channel
    kind       TEXT NOT NULL, -- call, stopped, request, credential, denied, reported, memory, cpu, wall_clock, outbound_calls
    operation  TEXT NOT NULL, -- during which export
    rule       TEXT NOT NULL, -- which rule of the grant allowed it; empty: none was part of it
    name       TEXT NOT NULL, -- host, credential, refused request, why it was stopped
    sealed     BIGINT NOT NULL, -- entry of the audit log that holds it; 0: none yet
    count      BIGINT NOT NULL, -- how often
    most       BIGINT NOT NULL, -- of what is measured
    PRIMARY KEY (adapter_id, hour, generation, tenant_id, channel_id, kind, operation, rule, name, sealed)
);
CREATE INDEX adapter_usage_unsealed ON adapter_usage (hour) WHERE sealed = 0;
CREATE INDEX adapter_usage_sealed ON adapter_usage (sealed) WHERE sealed > 0;

-- Percent of an adapter's channels that a grant counts for. Less than 100: it is tried beside the one before.
ALTER TABLE grants ADD COLUMN share BIGINT NOT NULL DEFAULT 100;

-- Channels whose adapter was stopped again and again: nothing is called for them for a while.
CREATE TABLE quarantine (
    tenant_id  TEXT NOT NULL, -- whose
    channel_id TEXT NOT NULL, -- which channel
    generation BIGINT NOT NULL, -- under which grant; another one is another chance
    strikes    BIGINT NOT NULL, -- how often in a row; the wait grows with it
    until      BIGINT NOT NULL, -- ms since the epoch
    reason     TEXT NOT NULL, -- what stopped it
    since      BIGINT NOT NULL, -- ms since the epoch: the first strike
    PRIMARY KEY (tenant_id, channel_id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);
