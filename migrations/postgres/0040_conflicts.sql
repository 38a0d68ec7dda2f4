-- What stood at the marketplace after a listing was sent last: what differs from it was changed there.
ALTER TABLE listings ADD COLUMN baseline TEXT; -- JSON, by field: what was sent and what stood there, in short; null: not known

-- Fields that were changed at the marketplace, and whose value counts.
CREATE TABLE listing_conflicts (
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id), -- whose
    listing_id TEXT COLLATE "C" NOT NULL, -- of which listing
    field      TEXT COLLATE "C" NOT NULL, -- title, variants/ID/price, …
    theirs     TEXT   NOT NULL, -- JSON: as it stands there
    ours       TEXT   NOT NULL, -- JSON: as it is wanted here
    seen_at    BIGINT NOT NULL, -- ms since the epoch: when it was seen first
    times      BIGINT NOT NULL, -- how often within a day it was seen to be changed there
    decision   TEXT,            -- ours, theirs, withdrawn; null: open
    decided_by TEXT,            -- who decided; host where the channel's rule did
    decided_at BIGINT,          -- ms since the epoch
    PRIMARY KEY (tenant_id, listing_id, field)
);
CREATE INDEX listing_conflicts_open ON listing_conflicts (tenant_id, listing_id) WHERE decision IS NULL;
