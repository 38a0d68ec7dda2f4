-- Stock alone: levels that have no item of their own are found by their variant, and an older number does not replace a newer one.
ALTER TABLE inventory_levels ADD COLUMN set_at BIGINT NOT NULL DEFAULT 0; -- ms since the epoch: when the number was last told
DROP INDEX inventory_levels_item;
CREATE INDEX inventory_levels_item ON inventory_levels (tenant_id, (COALESCE(item_id, variant_source_id)), location_id);
-- Levels of what is not in the catalogue, as told by runs of scope stock.
ALTER TABLE runs ADD COLUMN unknown BIGINT NOT NULL DEFAULT 0;
