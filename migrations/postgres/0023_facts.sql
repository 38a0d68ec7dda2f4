-- {name: value}: facts of the shop that mapping depends on, as the last full run found them; null: none has told any.
ALTER TABLE channels ADD COLUMN facts JSONB;
