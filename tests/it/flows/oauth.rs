mod agreements;
mod command;
mod connect;
mod failures;
mod keys_by_post;
