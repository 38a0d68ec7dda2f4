//! The adapter against scripted answers: every trap that concerns reading, signing in or webhooks.

mod bulk;
mod bulk_traps;
mod documents;
mod shop;
