mod agreements;
mod command;
mod connect;
mod failures;
