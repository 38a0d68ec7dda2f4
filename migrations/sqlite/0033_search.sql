-- What products are found by: a narrow row each, so that a look through all of them is short.
CREATE TABLE product_search (
    tenant_id         TEXT NOT NULL, -- whose
    product_id        TEXT NOT NULL, -- which product; what is deleted has no row
    channel_id        TEXT NOT NULL, -- from which channel
    status            TEXT NOT NULL, -- active, draft, archived
    words             TEXT NOT NULL, -- title, brand, id, SKUs and GTINs in small letters, a line each
    PRIMARY KEY (tenant_id, product_id)
) WITHOUT ROWID;

-- Products that are there already. Of other alphabets SQLite leaves capitals as they are until the product changes.
INSERT INTO product_search (tenant_id, product_id, channel_id, status, words)
SELECT p.tenant_id, p.id, p.channel_id, p.status,
       substr(lower(p.title || char(10) || COALESCE(p.brand, '') || char(10) || p.source_id || char(10) || COALESCE((SELECT group_concat(COALESCE(v.sku, '') || char(10) || COALESCE(v.gtin, ''), char(10))
           FROM variants v WHERE v.tenant_id = p.tenant_id AND v.product_id = p.id), '')), 1, 4000)
FROM products p WHERE p.deleted_at IS NULL;
