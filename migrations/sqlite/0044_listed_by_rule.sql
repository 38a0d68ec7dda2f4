-- Listings that a channel's rule makes by itself.
ALTER TABLE listings ADD COLUMN by_rule TEXT NOT NULL DEFAULT ''; -- made: by the rule; ended: and by it taken off; empty: a person's
ALTER TABLE listings ADD COLUMN ruled_at BIGINT; -- ms since the epoch: when the rule did that
ALTER TABLE listing_lanes ADD COLUMN lists BIGINT NOT NULL DEFAULT 0; -- 1: the rule says which products are listed
ALTER TABLE listing_lanes ADD COLUMN ends_held BIGINT NOT NULL DEFAULT 0; -- listings that the rule would end, which are too many to be believed
ALTER TABLE listing_lanes ADD COLUMN ends_allowed BIGINT NOT NULL DEFAULT 0; -- so many a person said may be ended
CREATE INDEX listings_by_rule ON listings (tenant_id, channel_id, by_rule, ruled_at) WHERE by_rule <> '';

-- Products that a channel's rule has not looked at since they changed.
CREATE TABLE listing_candidates (
    tenant_id  TEXT NOT NULL REFERENCES tenants (id), -- whose
    channel_id TEXT NOT NULL, -- whose rule looks
    product_id TEXT NOT NULL, -- at what
    state      BIGINT NOT NULL, -- 0: to be looked at; 1: its listing is to end as soon as all were looked at
    touches    BIGINT NOT NULL, -- counts changes: one that began before is not the last
    PRIMARY KEY (tenant_id, channel_id, product_id)
) WITHOUT ROWID;
CREATE INDEX listing_candidates_open ON listing_candidates (tenant_id, channel_id, state);
