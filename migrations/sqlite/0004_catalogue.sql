-- Items as the marketplace sent them, so that a mended adapter can map them again without fetching.
CREATE TABLE source_items (
    tenant_id         TEXT  NOT NULL, -- whose
    channel_id        TEXT  NOT NULL, -- from which channel
    source_id         TEXT  NOT NULL, -- the marketplace's id
    product_id        TEXT,            -- what it became; null: nothing yet
    content_hash      BLOB NOT NULL, -- BLAKE3 of the body: same hash, nothing to do
    body              BLOB NOT NULL, -- the raw item, JSON text compressed with LZ4 (size first)
    source_updated_at BIGINT,          -- ms since the epoch, by the marketplace
    fetched_at        BIGINT NOT NULL, -- ms since the epoch: when this content came
    processed_at      BIGINT,          -- ms since the epoch: when it was last mapped
    adapter_digest    TEXT   NOT NULL, -- which artifact mapped it
    problem           TEXT,            -- code of the reason why it was not imported; null: it was
    deleted_at        BIGINT,          -- ms since the epoch: when a completed run no longer saw it
    PRIMARY KEY (tenant_id, channel_id, source_id)
);

CREATE TABLE products (
    tenant_id         TEXT  NOT NULL, -- whose
    id                TEXT  NOT NULL, -- prd_…, kept when the product vanishes and comes back
    channel_id        TEXT  NOT NULL, -- from which channel
    source_id         TEXT  NOT NULL, -- the marketplace's id
    title             TEXT   NOT NULL, -- plain text
    description_html  TEXT,            -- sanitised
    summary_html      TEXT,            -- sanitised
    status            TEXT   NOT NULL, -- active, draft, archived
    url               TEXT,            -- the product's page
    handle            TEXT,            -- its slug
    brand             TEXT,            -- its brand
    product_type      TEXT,            -- the seller's kind of goods
    tags              TEXT NOT NULL, -- [text]
    options           TEXT NOT NULL, -- [{name, values}]
    media             TEXT NOT NULL, -- [{source_id, url, alt, kind, position}]
    collections       TEXT NOT NULL, -- [source_id]; the collections themselves are rows of their own
    attributes        TEXT NOT NULL, -- [{namespace, key, kind, value}]
    seo               TEXT,          -- {title, description}
    warnings          TEXT NOT NULL, -- [{path, code, message}]
    extras            TEXT NOT NULL, -- what has no place in the model
    source_created_at BIGINT,          -- ms since the epoch, by the marketplace
    source_updated_at BIGINT,          -- ms since the epoch, by the marketplace
    created_at        BIGINT NOT NULL, -- ms since the epoch
    updated_at        BIGINT NOT NULL, -- ms since the epoch
    deleted_at        BIGINT,          -- ms since the epoch; null: it exists
    PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX products_source ON products (tenant_id, channel_id, source_id);

CREATE TABLE variants (
    tenant_id         TEXT  NOT NULL, -- whose
    product_id        TEXT  NOT NULL, -- of which product
    source_id         TEXT  NOT NULL, -- the marketplace's id
    position          BIGINT NOT NULL, -- order within the product
    sku               TEXT,            -- stock keeping unit
    gtin              TEXT,            -- digits, check digit valid
    mpn               TEXT,            -- the manufacturer's number
    title             TEXT,            -- its own title
    option_values     TEXT NOT NULL, -- [text], one for each option of the product
    enabled           BOOLEAN NOT NULL, -- false: exists and cannot be bought
    currency          TEXT,            -- ISO 4217, of all amounts in this row
    price             BIGINT,          -- minor units; null: it has none
    compare_at        BIGINT,          -- minor units, before the reduction in force
    cost              BIGINT,          -- minor units
    sale              TEXT,          -- {price, starts_at, ends_at}
    weight            TEXT,          -- {value, unit}
    dimensions        TEXT,          -- {length, width, height, unit}
    taxable           BOOLEAN,         -- null: not known
    tax_class         TEXT,            -- null: the standard one
    requires_shipping BOOLEAN,         -- null: not known
    in_stock          BOOLEAN,         -- for items that are not counted; null: it is counted, see inventory_levels
    media_ids         TEXT NOT NULL, -- [source_id]
    extras            TEXT NOT NULL, -- what has no place in the model
    PRIMARY KEY (tenant_id, product_id, source_id)
) WITHOUT ROWID;

CREATE INDEX variants_sku ON variants (tenant_id, sku) WHERE sku IS NOT NULL;

-- Stock per variant and place.
CREATE TABLE inventory_levels (
    tenant_id         TEXT  NOT NULL, -- whose
    product_id        TEXT  NOT NULL, -- of which product
    variant_source_id TEXT  NOT NULL, -- of which variant
    location_id       TEXT  NOT NULL, -- the marketplace's place, "default" where it has one only
    location_name     TEXT,            -- for people
    item_id           TEXT,            -- levels of the same item are one pool: never add them up
    available         BIGINT NOT NULL, -- what can be sold; may be negative
    backorder         BOOLEAN NOT NULL, -- can be bought when nothing is left
    PRIMARY KEY (tenant_id, product_id, variant_source_id, location_id)
) WITHOUT ROWID;

CREATE TABLE collections (
    tenant_id  TEXT  NOT NULL, -- whose
    channel_id TEXT  NOT NULL, -- from which channel
    source_id  TEXT  NOT NULL, -- the marketplace's id
    title      TEXT   NOT NULL, -- plain text
    path       TEXT NOT NULL, -- [title], root first
    PRIMARY KEY (tenant_id, channel_id, source_id)
);

-- Items that could not be imported: nothing is lost, everything says why. The raw item is in source_items.
CREATE TABLE dead_letters (
    tenant_id      TEXT  NOT NULL, -- whose
    id             TEXT  NOT NULL, -- dlt_…
    channel_id     TEXT  NOT NULL, -- from which channel
    source_id      TEXT  NOT NULL, -- the marketplace's id
    run_id         TEXT  NOT NULL, -- the run that met it last
    code           TEXT   NOT NULL, -- stable reason, kebab-case
    reason         TEXT   NOT NULL, -- what is wrong and what to do
    issues         TEXT NOT NULL, -- [{path, code, message}]
    adapter_digest TEXT   NOT NULL, -- which artifact failed on it
    attempts       BIGINT NOT NULL, -- how often it was tried
    first_at       BIGINT NOT NULL, -- ms since the epoch
    last_at        BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX dead_letters_item ON dead_letters (tenant_id, channel_id, source_id);
