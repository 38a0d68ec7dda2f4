-- How many mails somebody was sent lately is counted by address.
CREATE INDEX mails_recipient ON mails (recipient, created_at);

-- Which of a customer's subscriptions is the newer one.
ALTER TABLE tenants ADD COLUMN billing_began BIGINT; -- ms since the epoch, by the billing system's clock: when the subscription that counts was made; null: not known
