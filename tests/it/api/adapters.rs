mod connect;
mod get;
mod install;
mod list;
mod promote;
mod remove;
