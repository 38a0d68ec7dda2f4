-- What a tenant may have. Null: no limit.
CREATE TABLE plans (
    id                  TEXT PRIMARY KEY, -- its name; where a billing system sets plans, the lookup key of its price
    channels            BIGINT, -- in use at the same time
    skus                BIGINT, -- variants in the catalogue
    requests_per_minute BIGINT, -- of the API
    ai_tokens_per_month BIGINT, -- in and out together
    users               BIGINT, -- members of the tenant
    created_at          BIGINT NOT NULL -- ms since the epoch
);
INSERT INTO plans (id, created_at) VALUES ('default', 0);

ALTER TABLE tenants ADD COLUMN plan_id TEXT REFERENCES plans (id); -- null: default
ALTER TABLE tenants ADD COLUMN billing_customer TEXT; -- the billing system's id of who pays; null: nobody was told of
ALTER TABLE tenants ADD COLUMN billing_subscription TEXT; -- the one that the plan came with; null: none is
ALTER TABLE tenants ADD COLUMN billing_at BIGINT; -- ms since the epoch, by the billing system's clock: when the last event that counted was made
CREATE UNIQUE INDEX tenants_billing_customer ON tenants (billing_customer);

-- Events of the billing system that were taken: none is taken twice.
CREATE TABLE billing_events (
    id          TEXT PRIMARY KEY, -- the billing system's own
    kind        TEXT NOT NULL, -- such as customer.subscription.updated
    outcome     TEXT NOT NULL, -- applied, late, ignored
    received_at BIGINT NOT NULL -- ms since the epoch
);
CREATE INDEX billing_events_received ON billing_events (received_at);

-- The seller's agreement lasts as long as the refresh token.
ALTER TABLE channel_tokens ADD COLUMN refresh_expires_at BIGINT; -- ms since the epoch; null: nobody knows, or never
