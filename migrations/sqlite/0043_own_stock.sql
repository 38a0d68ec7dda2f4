-- Where goods lie.
CREATE TABLE locations (
    tenant_id  TEXT NOT NULL REFERENCES tenants (id), -- whose
    code       TEXT NOT NULL, -- what people call it in commands
    name       TEXT   NOT NULL, -- what people read
    kind       TEXT   NOT NULL, -- warehouse, store, third-party
    enabled    BIGINT NOT NULL, -- 0: what lies there is not for sale
    created_at BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, code)
) WITHOUT ROWID;

-- Goods that are counted here, each under a SKU.
CREATE TABLE stock_items (
    tenant_id  TEXT NOT NULL REFERENCES tenants (id), -- whose
    id         TEXT NOT NULL, -- itm_…
    sku        TEXT NOT NULL, -- variants with this SKU, and those linked with them, are these goods
    kind       TEXT   NOT NULL, -- simple, bundle, untracked, shop (the shop's number counts)
    created_at BIGINT NOT NULL, -- ms since the epoch
    updated_at BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX stock_items_sku ON stock_items (tenant_id, sku);

-- What a bundle is made of.
CREATE TABLE bundle_parts (
    tenant_id TEXT NOT NULL REFERENCES tenants (id), -- whose
    item_id   TEXT NOT NULL, -- the bundle
    part_id   TEXT NOT NULL, -- one of its parts
    units     BIGINT NOT NULL CHECK (units > 0), -- of it in one bundle
    PRIMARY KEY (tenant_id, item_id, part_id)
) WITHOUT ROWID;

CREATE INDEX bundle_parts_part ON bundle_parts (tenant_id, part_id);

-- How many lie where.
CREATE TABLE stock_levels (
    tenant_id   TEXT NOT NULL REFERENCES tenants (id), -- whose
    item_id     TEXT NOT NULL, -- of which goods
    location    TEXT NOT NULL, -- where
    on_hand     BIGINT NOT NULL CHECK (on_hand >= 0), -- pieces
    reserved    BIGINT NOT NULL CHECK (reserved >= 0), -- of those, promised
    buffer      BIGINT NOT NULL CHECK (buffer >= 0), -- of those, kept back
    changed_at  BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, item_id, location)
) WITHOUT ROWID;

-- Every movement of stock. Rows are added, and none is changed or deleted.
CREATE TABLE stock_ledger (
    tenant_id      TEXT NOT NULL REFERENCES tenants (id), -- whose
    item_id        TEXT NOT NULL, -- of which goods
    id             TEXT NOT NULL, -- sorts by time
    location       TEXT NOT NULL, -- where
    kind           TEXT   NOT NULL, -- count, adjust, reconcile
    on_hand_delta  BIGINT NOT NULL, -- pieces
    reserved_delta BIGINT NOT NULL, -- pieces
    on_hand_after  BIGINT NOT NULL, -- pieces
    reserved_after BIGINT NOT NULL, -- pieces
    reason         TEXT   NOT NULL, -- what people said
    actor          TEXT   NOT NULL, -- who did it
    key            TEXT,         -- of the client's choice: the same movement is made once
    at             BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, item_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX stock_ledger_key ON stock_ledger (tenant_id, key) WHERE key IS NOT NULL;
