-- What is known of the access token of a channel whose tokens the host renews. The tokens themselves are secrets.
CREATE TABLE channel_tokens (
    tenant_id   TEXT NOT NULL, -- whose
    channel_id  TEXT NOT NULL, -- which channel
    expires_at  BIGINT, -- ms since the epoch; NULL: nobody said
    renewed_at  BIGINT NOT NULL, -- ms since the epoch; 0: never by the host
    lease_owner TEXT NOT NULL, -- who renews it at this moment; empty: nobody
    lease_until BIGINT NOT NULL, -- ms since the epoch: by then it is given up
    PRIMARY KEY (tenant_id, channel_id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);
