//! The database of a host, below everything else.

mod statements;
