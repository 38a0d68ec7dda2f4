-- Bodies are compressed at every delivery: LZ4 takes a fraction of the time. A server that was built without it keeps its own way.
DO $$
BEGIN
    ALTER TABLE webhook_deliveries ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
