-- What an operator lets vanish is bound to what was shown: so many items and no more. A run that was allowed everything, and is under way
-- when this comes, asks once more.
ALTER TABLE runs ADD COLUMN may_delete BIGINT; -- at most so many are deleted without being asked about; null: as many as usually believed
ALTER TABLE runs ADD COLUMN held_back JSONB; -- {gone, of, most, sample}: what would have been deleted; null: nothing was held back
ALTER TABLE runs DROP COLUMN allow_mass_deletion;
