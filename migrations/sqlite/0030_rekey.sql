-- The log is only ever added to. When the master key changes, each entry is proved under the new one as it stands, so that the old
-- key can be taken away.
CREATE TABLE audit_proofs (
    seq   BIGINT PRIMARY KEY, -- the entry
    proof TEXT NOT NULL -- ID:HEX, over the entry, its own hash and the hash of the one before it
);

-- Another key has taken its place: nothing is sealed with it any more.
ALTER TABLE master_keys ADD COLUMN retired_at BIGINT; -- ms since the epoch; null: it may be in use
