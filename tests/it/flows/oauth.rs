mod command;
mod connect;
mod failures;
