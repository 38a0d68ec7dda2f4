mod cancel;
mod get;
mod list;
mod start;
