-- About how many bytes a product is, so that a page of them can be kept small; 0: it was written before anybody counted.
ALTER TABLE products ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
-- Ids that the page said are gone. They are deleted when the run ends, unless it is too many of them.
ALTER TABLE run_pages ADD COLUMN gone JSONB NOT NULL DEFAULT '[]';
-- Does a run get anywhere?
ALTER TABLE runs ADD COLUMN fruitless BIGINT NOT NULL DEFAULT 0; -- pages in a row that brought nothing it had not seen
ALTER TABLE runs ADD COLUMN throttled BIGINT NOT NULL DEFAULT 0; -- of the failed tries of a page, those after which the marketplace asked to slow down
ALTER TABLE runs ADD COLUMN progressed_at BIGINT; -- ms since the epoch: when something new came last; null: nothing yet
ALTER TABLE runs ADD COLUMN stalled_at BIGINT; -- ms since the epoch: when it was noticed that nothing comes; null: it goes on
-- How many items deliveries deleted since a moment, and how many there were then.
ALTER TABLE webhook_inboxes ADD COLUMN deleting_since BIGINT NOT NULL DEFAULT 0; -- ms since the epoch
ALTER TABLE webhook_inboxes ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_inboxes ADD COLUMN deleted_of BIGINT NOT NULL DEFAULT 0;
