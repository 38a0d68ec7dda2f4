-- Whose data it is. Every key of a seller's data leads with it.
CREATE TABLE tenants (
    id         TEXT  PRIMARY KEY, -- ten_…
    name       TEXT   NOT NULL,    -- for people
    created_at BIGINT NOT NULL     -- ms since the epoch
);

INSERT INTO tenants (id, name, created_at) VALUES ('ten_default', 'Default', 0);

-- One seller's account at one marketplace.
CREATE TABLE channels (
    tenant_id  TEXT  NOT NULL REFERENCES tenants (id), -- whose
    id         TEXT  NOT NULL, -- chn_…
    adapter_id TEXT  NOT NULL, -- which adapter speaks to it
    name       TEXT   NOT NULL, -- the operator's name for it
    settings   TEXT NOT NULL, -- answers to the manifest's settings schema, checked
    account    TEXT,          -- what the marketplace said of the account at the last test
    problem    TEXT,            -- why it needs attention, e.g. credentials refused; null: fine
    created_at BIGINT NOT NULL, -- ms since the epoch
    removed_at BIGINT,          -- ms since the epoch; null: in use
    PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX channels_name ON channels (tenant_id, name) WHERE removed_at IS NULL;

-- Secrets of channels, sealed: key id, nonce and ciphertext, bound to this very row.
CREATE TABLE channel_secrets (
    tenant_id  TEXT  NOT NULL, -- whose
    channel_id TEXT  NOT NULL, -- of which channel
    name       TEXT  NOT NULL, -- the manifest's name for it, e.g. consumer_secret
    sealed     BLOB NOT NULL, -- envelope made by the vault
    updated_at BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, channel_id, name),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);
