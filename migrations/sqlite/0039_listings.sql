-- Products as they are to stand on channels.
CREATE TABLE listings (
    tenant_id         TEXT NOT NULL REFERENCES tenants (id), -- whose
    id                TEXT   NOT NULL, -- lst_…
    channel_id        TEXT   NOT NULL, -- where it is to stand
    product_id        TEXT   NOT NULL, -- what is listed
    status            TEXT   NOT NULL, -- what the seller wants: draft, active, archived
    overrides         TEXT   NOT NULL, -- JSON: what a person set for this listing
    category_id       TEXT,            -- the marketplace's id of a category
    fields            TEXT   NOT NULL, -- JSON: what the category asks for
    external_id       TEXT,            -- the marketplace's id, once there is one
    external_url      TEXT,            -- where buyers find it
    channel_status    TEXT,            -- how it stands there: draft, active, in-review, rejected, out-of-stock, ended
    sync_status       TEXT   NOT NULL, -- pending, blocked, sending, waiting, synced, failed
    wanted_hash       TEXT,            -- BLAKE3 of what was to stand there when it was looked at last
    sent_hash         TEXT,            -- of what was sent last
    accepted_hash     TEXT,            -- of what the marketplace took last
    state             TEXT   NOT NULL, -- JSON: what the adapter keeps with it
    pending           TEXT,            -- JSON: what the adapter asks about again
    issues            TEXT   NOT NULL, -- JSON: what keeps it from being listed, and what was said of it
    sync_error        TEXT,            -- why the last try failed
    tries             BIGINT NOT NULL, -- tries in a row that failed
    not_before        BIGINT,          -- ms since the epoch: when it is looked at; null: nothing to do
    last_synced_at    BIGINT,          -- ms since the epoch: when the marketplace last took it
    version           BIGINT NOT NULL, -- counts changes by people: one that is based on an older one is refused
    touches           BIGINT NOT NULL, -- counts whatever asks for another look: one that began before is not the last
    created_at        BIGINT NOT NULL, -- ms since the epoch
    updated_at        BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX listings_product ON listings (tenant_id, channel_id, product_id);
CREATE UNIQUE INDEX listings_external ON listings (tenant_id, channel_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX listings_of_product ON listings (tenant_id, product_id);
CREATE INDEX listings_due ON listings (not_before) WHERE not_before IS NOT NULL;

-- The variants of a listing, as the marketplace knows them and was told last.
CREATE TABLE listing_variants (
    tenant_id   TEXT NOT NULL REFERENCES tenants (id), -- whose
    listing_id  TEXT NOT NULL, -- of which listing
    variant_id  TEXT NOT NULL, -- the id of the variant in its product
    external_id TEXT,          -- the marketplace's id of the variant
    item_id     TEXT,          -- the marketplace's id of its stock-keeping item
    sku         TEXT,          -- the SKU it was listed by
    currency    TEXT,          -- ISO 4217, of told_price
    told_price  BIGINT,        -- minor units; null: none was told
    told_before BIGINT,        -- minor units: the price before a reduction
    told_stock  BIGINT,        -- pieces; null: none were told
    told_at     BIGINT,        -- ms since the epoch
    PRIMARY KEY (tenant_id, listing_id, variant_id)
) WITHOUT ROWID;

-- What happened to listings, for people.
CREATE TABLE listing_events (
    tenant_id  TEXT NOT NULL REFERENCES tenants (id), -- whose
    listing_id TEXT   NOT NULL, -- of which listing
    id         TEXT   NOT NULL, -- sorts by time
    kind       TEXT   NOT NULL, -- created, edited, sent, accepted, offered, refused, failed, blocked, ended, adopted
    actor      TEXT   NOT NULL, -- who did it; host where nobody did
    detail     TEXT   NOT NULL, -- JSON
    at         BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, listing_id, id)
) WITHOUT ROWID;

-- One worker at a time sends a channel's listings.
CREATE TABLE listing_lanes (
    tenant_id   TEXT NOT NULL REFERENCES tenants (id), -- whose
    channel_id  TEXT   NOT NULL, -- which channel
    lease_owner TEXT   NOT NULL, -- empty: nobody
    lease_until BIGINT NOT NULL, -- ms since the epoch
    not_before  BIGINT NOT NULL, -- ms since the epoch: the marketplace asked to wait, or the account is not usable
    problem     TEXT,            -- why the channel as a whole waits
    rule        TEXT,            -- JSON: what the channel does with prices and stock; null: nothing
    PRIMARY KEY (tenant_id, channel_id)
) WITHOUT ROWID;
