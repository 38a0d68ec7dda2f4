-- Which variants of several channels are the same goods. A variant that vanishes keeps its place, and has it when it comes back.
CREATE TABLE link_members (
    tenant_id  TEXT NOT NULL, -- whose
    product_id TEXT NOT NULL, -- the product
    variant_id TEXT NOT NULL, -- its variant, by the marketplace's id
    channel_id TEXT NOT NULL, -- the product's channel
    link_id    TEXT NOT NULL, -- lnk_…, the same for all that are the same
    PRIMARY KEY (tenant_id, product_id, variant_id)
) WITHOUT ROWID;

-- At most one of each channel.
CREATE UNIQUE INDEX link_members_link ON link_members (tenant_id, link_id, channel_id);

-- Why they are: each says of two variants that they are the same. A link is what hangs together by those that are not ended. Of the two,
-- the one whose product and variant come first in order stands first.
CREATE TABLE link_pairs (
    tenant_id        TEXT   NOT NULL, -- whose
    id               TEXT   NOT NULL, -- lpr_…
    product_id       TEXT   NOT NULL, -- the first product
    variant_id       TEXT   NOT NULL, -- and its variant
    other_product_id TEXT   NOT NULL, -- the second product
    other_variant_id TEXT   NOT NULL, -- and its variant
    batch_id         TEXT,            -- the batch that made it; null: made by hand
    proposal         BIGINT,          -- and which of its proposals
    made_by          TEXT   NOT NULL, -- who says so
    made_at          BIGINT NOT NULL, -- ms since the epoch
    ended_by         TEXT,            -- who says so no longer
    ended_at         BIGINT,          -- ms since the epoch; null: it holds
    PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX link_pairs_holding ON link_pairs (tenant_id, product_id, variant_id, other_product_id, other_variant_id)
    WHERE ended_at IS NULL;
CREATE INDEX link_pairs_batch ON link_pairs (tenant_id, batch_id, id) WHERE batch_id IS NOT NULL;

-- Links that are proposed, reviewed, applied and undone together.
CREATE TABLE link_batches (
    tenant_id  TEXT   NOT NULL, -- whose
    id         TEXT   NOT NULL, -- lbt_…
    channel_id TEXT   NOT NULL, -- whose products were compared
    others     TEXT   NOT NULL, -- [channel id]: with those of these
    state      TEXT   NOT NULL, -- proposing, open, undone
    compared   BIGINT NOT NULL, -- variants of the channel that were not linked yet, counted once for each other channel
    made_by    TEXT   NOT NULL, -- who asked for it
    made_at    BIGINT NOT NULL, -- ms since the epoch
    applied_by TEXT,            -- who applied it last
    applied_at BIGINT,          -- ms since the epoch
    undone_by  TEXT,            -- who undid it
    undone_at  BIGINT,          -- ms since the epoch
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);

CREATE TABLE link_proposals (
    tenant_id        TEXT   NOT NULL, -- whose
    batch_id         TEXT   NOT NULL, -- of which batch
    number           BIGINT NOT NULL, -- from 1 on; of each other channel the surest first
    product_id       TEXT   NOT NULL, -- product of the batch's channel
    variant_id       TEXT   NOT NULL, -- and its variant
    other_channel_id TEXT   NOT NULL, -- the other channel
    other_product_id TEXT   NOT NULL, -- its product
    other_variant_id TEXT   NOT NULL, -- and its variant
    confidence       BIGINT NOT NULL, -- 0 to 100
    method           TEXT   NOT NULL, -- sku, gtin, title
    reasons          TEXT   NOT NULL, -- [text]
    ours             TEXT   NOT NULL, -- {title, brand, sku, gtin, options}: what was seen of the variant
    theirs           TEXT   NOT NULL, -- the same of the other
    alternatives     TEXT   NOT NULL, -- [{channel, product, variant, name, confidence}]: what one of the two could be instead
    state            TEXT   NOT NULL, -- proposed, accepted, rejected, applied, left_out, undone
    note             TEXT,            -- why it was left out, or what happened to it
    decided_by       TEXT,            -- who accepted or rejected it
    decided_at       BIGINT,          -- ms since the epoch
    PRIMARY KEY (tenant_id, batch_id, number),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES link_batches (tenant_id, id)
) WITHOUT ROWID;
