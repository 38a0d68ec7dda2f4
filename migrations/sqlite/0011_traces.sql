-- The trace in which a delivery was taken in, so that working on it goes on in the same one; null: nobody traced it. (W3C traceparent)
ALTER TABLE webhook_deliveries ADD COLUMN traceparent TEXT;
