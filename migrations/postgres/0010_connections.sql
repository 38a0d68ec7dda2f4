-- Accounts that are being connected: the seller's browser is on its way to the marketplace and back.
CREATE TABLE connections (
    tenant_id    TEXT COLLATE "C" NOT NULL REFERENCES tenants (id), -- whose
    id           TEXT COLLATE "C" NOT NULL, -- cnn_…
    state_hash   TEXT COLLATE "C" NOT NULL, -- BLAKE3 of the state that comes back, hex
    adapter_id   TEXT COLLATE "C" NOT NULL, -- which adapter will speak to it
    name         TEXT NOT NULL, -- the operator's name for the channel
    channel_id   TEXT COLLATE "C", -- the channel that is connected anew, or the one that was made
    settings     JSONB NOT NULL, -- answers to the manifest's settings schema, checked
    sealed       BYTEA, -- the verifier of PKCE and the secrets given, sealed; null: it has ended
    redirect_uri TEXT NOT NULL, -- where the browser comes back to
    state        TEXT NOT NULL, -- pending, working, done, failed, expired
    failure      TEXT, -- why it failed
    created_at   BIGINT NOT NULL, -- ms since the epoch
    expires_at   BIGINT NOT NULL, -- ms since the epoch: by then it has come to an end, or has failed
    ended_at     BIGINT, -- ms since the epoch
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);
CREATE UNIQUE INDEX connections_state ON connections (tenant_id, state_hash);
