-- One pass over a channel: its checkpoint and its counts.
CREATE TABLE runs (
    tenant_id     TEXT COLLATE "C"  NOT NULL, -- whose
    id            TEXT COLLATE "C"  NOT NULL, -- run_…
    channel_id    TEXT COLLATE "C"  NOT NULL, -- over which channel
    scope         TEXT   NOT NULL, -- full, changed_since
    since         BIGINT,          -- with changed_since: ms since the epoch
    state         TEXT   NOT NULL, -- queued, running, completed, incomplete, failed, cancelled
    seq           BIGINT NOT NULL, -- counts the committed checkpoints; whoever writes must know it
    page_cursor   TEXT,            -- where the next page begins, the adapter's own words
    page_context  TEXT,            -- what the adapter keeps for later pages of this run
    pages_done    BOOLEAN NOT NULL, -- the last page is committed; only closing is left
    attempt       BIGINT NOT NULL, -- failed tries of the page at the cursor
    not_before    BIGINT,          -- ms since the epoch: nothing is asked of the marketplace before
    lease_owner   TEXT,            -- which worker has it
    lease_until   BIGINT,          -- ms since the epoch: and until when, if it is not heard of
    cancel        BOOLEAN NOT NULL, -- someone asked it to stop
    allow_mass_deletion BOOLEAN NOT NULL, -- the operator said that much may vanish at once
    declared      BIGINT,          -- how many items the marketplace said it has
    fetched       BIGINT NOT NULL, -- distinct items seen
    created       BIGINT NOT NULL, -- new in the catalogue
    updated       BIGINT NOT NULL, -- changed in the catalogue
    unchanged     BIGINT NOT NULL, -- same as before, not touched
    deleted       BIGINT NOT NULL, -- gone at the marketplace
    dead_letters  BIGINT NOT NULL, -- could not be imported
    requests      BIGINT NOT NULL, -- sent to the marketplace
    rate_limited  BIGINT NOT NULL, -- answers that said "slow down"
    retries       BIGINT NOT NULL, -- pages asked for again after a failure
    failure       TEXT,            -- why it failed or is incomplete, and what to do
    created_at    BIGINT NOT NULL, -- ms since the epoch
    started_at    BIGINT,          -- ms since the epoch
    finished_at   BIGINT,          -- ms since the epoch
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);

-- At most one run at a time over a channel.
CREATE UNIQUE INDEX runs_active ON runs (tenant_id, channel_id) WHERE state IN ('queued', 'running');
CREATE INDEX runs_by_channel ON runs (tenant_id, channel_id, id);

-- One line a checkpoint: which ids this page showed. Together they are what the run has seen; kept until the run ends.
CREATE TABLE run_pages (
    tenant_id    TEXT COLLATE "C"  NOT NULL, -- whose
    run_id       TEXT COLLATE "C"  NOT NULL, -- of which run
    seq          BIGINT NOT NULL, -- the checkpoint it was committed with
    items        JSONB NOT NULL, -- ids of the items in it
    listed       JSONB NOT NULL, -- ids the marketplace listed without their items
    PRIMARY KEY (tenant_id, run_id, seq),
    FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id)
);
