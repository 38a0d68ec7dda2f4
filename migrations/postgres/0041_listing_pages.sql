-- The title that a person set, so that lists need not read all that is set; and in small letters, to be found by. Of other alphabets SQLite
-- leaves capitals as they are until the listing changes.
ALTER TABLE listings ADD COLUMN title TEXT;
ALTER TABLE listings ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE listings SET title = overrides::jsonb ->> 'title', words = LOWER(COALESCE(overrides::jsonb ->> 'title', ''));

-- What listings are counted by, so that a count does not read them whole.
CREATE INDEX listings_standing ON listings (tenant_id, channel_id, sync_status, status, channel_status);

-- Categories of marketplaces, as they were told last.
CREATE TABLE categories (
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id), -- whose
    channel_id TEXT COLLATE "C" NOT NULL, -- where
    id         TEXT COLLATE "C" NOT NULL, -- the marketplace's id; empty: what is asked of goods without a category
    path       TEXT,          -- JSON: names from the root down; null: not known
    fields     TEXT,          -- JSON: what it asks for; null: not asked yet
    fields_at  BIGINT,        -- ms since the epoch: when it was asked
    PRIMARY KEY (tenant_id, channel_id, id)
);

-- Filters of lists that people gave a name.
CREATE TABLE saved_views (
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id), -- whose goods are listed
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- who made it, and sees it
    list       TEXT COLLATE "C" NOT NULL, -- which list: products
    name       TEXT COLLATE "C" NOT NULL, -- as its tab says
    query      TEXT NOT NULL, -- the parameters of the list's address
    created_at BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (tenant_id, user_id, list, name)
);
