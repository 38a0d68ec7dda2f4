mod add;
mod get;
mod list;
mod names;
