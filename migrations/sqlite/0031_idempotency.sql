-- What was answered to a POST that named a key: given again, the same request gets the same answer and is not done twice.
CREATE TABLE idempotency_keys (
    tenant_id       TEXT NOT NULL REFERENCES tenants (id), -- whose
    idempotency_key TEXT NOT NULL, -- as the client chose it
    request         TEXT NOT NULL, -- MAC over address and body: ID:HEX, by which master key
    claimed_by      TEXT NOT NULL, -- which request has it, at random
    status          BIGINT, -- of the answer; null: it is under way
    media           TEXT, -- content type of the answer
    location        TEXT, -- where what was made is
    body            BLOB, -- of the answer
    expires_at      BIGINT NOT NULL, -- ms since the epoch; then it may be used for something else
    PRIMARY KEY (tenant_id, idempotency_key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
