//! People: how they sign in, what they may, and what they get by mail.

mod accounts_life;
mod address_limit;
mod api_keys;
mod cookies;
mod enumeration;
mod invitations;
mod lock_out;
mod mailboxes;
mod mails;
mod refresh;
mod roles;
mod routes;
mod second_factor;
mod takeover;
mod tenants;
mod tokens;
