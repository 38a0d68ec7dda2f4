-- Whose signatures are believed. Only operators add rows; a rotation that a trusted key signed adds its successor.
CREATE TABLE trusted_keys (
    publisher  TEXT COLLATE "C" NOT NULL, -- whose key
    key_id     TEXT COLLATE "C" NOT NULL, -- fingerprint: first 16 hex digits of the key's SHA-256
    public_key TEXT NOT NULL, -- as it is written: entrepot-ed25519:PUBLISHER:BASE64
    trusted_by TEXT NOT NULL, -- who
    trusted_at BIGINT NOT NULL, -- ms since the epoch
    removed_at BIGINT, -- ms since the epoch; null: believed
    PRIMARY KEY (publisher, key_id)
);

-- Where an artifact came from and who signed it.
ALTER TABLE adapters ADD COLUMN source TEXT NOT NULL DEFAULT 'upload';
ALTER TABLE adapters ADD COLUMN signer TEXT;

-- What an operator or the host did with adapters. Rows are chained: each is authenticated together with the one before it.
CREATE TABLE audit_log (
    seq        BIGINT PRIMARY KEY, -- counts up without gaps
    at         BIGINT NOT NULL, -- ms since the epoch
    actor      TEXT NOT NULL, -- operator, api, or host
    action     TEXT NOT NULL, -- install, trust, untrust, approve, upgrade, rollback, revoke, ...
    adapter_id TEXT COLLATE "C", -- which adapter, if it is about one
    details    TEXT NOT NULL, -- JSON, byte for byte as it was authenticated
    key_id     TEXT NOT NULL, -- id of the master key whose derived key authenticates it
    hash       TEXT NOT NULL -- HMAC-SHA256, hex, over this row and the hash of the one before
);
CREATE INDEX audit_log_adapter ON audit_log (adapter_id, seq);

-- Nobody changes what was written, by mistake at least; the chain finds the rest.
CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only();
