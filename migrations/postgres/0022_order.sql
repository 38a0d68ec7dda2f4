-- When a stock level's number was told, by the marketplace's own date; null: it was fetched, or has no date.
ALTER TABLE inventory_levels ADD COLUMN told_at BIGINT; -- ms since the epoch
-- How far the clock of the shop is ahead of this host's, by the Date of its answers; null: nobody knows.
ALTER TABLE channels ADD COLUMN clock_ahead BIGINT; -- ms, negative: behind
