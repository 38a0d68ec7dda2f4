-- Work that a request started and did not wait for, and what came of it.
CREATE TABLE operations (
    tenant_id   TEXT COLLATE "C" NOT NULL REFERENCES tenants (id), -- whose
    id          TEXT COLLATE "C" NOT NULL, -- opn_…
    kind        TEXT NOT NULL, -- replay_dead_letters, propose_links, apply_links, undo_links
    same        TEXT COLLATE "C" NOT NULL, -- BLAKE3 of kind and input, hex: who asks for the same while it is under way joins it
    input       TEXT NOT NULL, -- what was asked for, as JSON
    actor       TEXT NOT NULL, -- who asked first
    state       TEXT NOT NULL, -- queued, running, done, failed
    checkpoint  TEXT, -- how far it is, as JSON of its kind; null: nothing is done yet
    done        BIGINT NOT NULL, -- steps that are done
    total       BIGINT, -- how many steps there are; null: nobody knows
    losses      BIGINT NOT NULL, -- workers that died on it since its last checkpoint
    result      TEXT, -- what came of it, as JSON; null: it is not done
    code        TEXT, -- stable reason of a failure
    failure     TEXT, -- why it failed, and what to do
    lease_owner TEXT, -- which worker has it
    lease_until BIGINT, -- ms since the epoch: and until when, if it is not heard of
    created_at  BIGINT NOT NULL, -- ms since the epoch
    started_at  BIGINT, -- ms since the epoch
    finished_at BIGINT, -- ms since the epoch
    PRIMARY KEY (tenant_id, id)
);

-- The same is done once at a time.
CREATE UNIQUE INDEX operations_active ON operations (tenant_id, same) WHERE state IN ('queued', 'running');
CREATE INDEX operations_finished ON operations (finished_at);

-- A browser that comes back says by its state alone whose connection it is.
CREATE INDEX connections_by_state ON connections (state_hash);
