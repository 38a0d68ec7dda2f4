mod agreements;
mod command;
mod connect;
mod ebay;
mod failures;
mod keys_by_post;
