-- What the host wrote is authenticated under keys that the database does not hold: whoever changes a row cannot make its MAC. Rows from
-- before have none; the host gives them theirs once, at the start that brings this, and says so in the audit log.
ALTER TABLE adapters ADD COLUMN mac TEXT; -- over the row without its state and bytes: ID:HEX, by which master key
ALTER TABLE grants ADD COLUMN mac TEXT; -- over the row without revoked_at
ALTER TABLE channels ADD COLUMN mac TEXT; -- over tenant, id, adapter, name and settings; null: removed
ALTER TABLE webhook_inboxes ADD COLUMN mac TEXT; -- over tenant, channel and callback_url

-- What counts of several rows: an old row that was brought back, or a newest one that was taken away, would be in order by itself.
CREATE TABLE heads (
    name TEXT COLLATE "C" PRIMARY KEY, -- grants:ADAPTER or trusted-keys
    body TEXT NOT NULL, -- which rows count, JSON text
    mac  TEXT NOT NULL -- over both
);

-- What proves that a master key is the one this database was written with. The key cannot be found from it.
CREATE TABLE master_keys (
    key_id      TEXT COLLATE "C" PRIMARY KEY, -- the master key's id
    check_value TEXT NOT NULL, -- derived from the master key, hex
    known_since BIGINT NOT NULL -- ms since the epoch
);
