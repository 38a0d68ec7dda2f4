-- With which settings an item was mapped: another digest, and it is mapped again; null: it was before anybody noted it.
ALTER TABLE source_items ADD COLUMN mapped_with TEXT COLLATE "C";
-- [text]: the currencies in which the last full run found prices; null: none has yet.
ALTER TABLE channels ADD COLUMN currencies JSONB;
