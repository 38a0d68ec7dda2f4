mod list;
mod replay;
