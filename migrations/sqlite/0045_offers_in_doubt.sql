-- Price and stock that were sent, as long as nobody has said what became of them.
ALTER TABLE listing_variants ADD COLUMN sent_currency TEXT; -- ISO 4217, of sent_price
ALTER TABLE listing_variants ADD COLUMN sent_price BIGINT; -- minor units
ALTER TABLE listing_variants ADD COLUMN sent_before BIGINT; -- minor units: the price before a reduction
ALTER TABLE listing_variants ADD COLUMN sent_stock BIGINT; -- pieces
ALTER TABLE listing_variants ADD COLUMN sent_at BIGINT; -- ms since the epoch; null: what was told is what the marketplace took
-- When the marketplace said first that a listing is gone; it is asked once more before that is believed.
ALTER TABLE listings ADD COLUMN gone_at BIGINT; -- ms since the epoch
