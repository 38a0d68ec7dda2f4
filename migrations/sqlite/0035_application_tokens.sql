-- The token that a client has in its own name, beside the one that its seller agreed to.
ALTER TABLE channel_tokens ADD COLUMN application_expires_at BIGINT; -- ms since the epoch; null: nobody knows, or there is none
