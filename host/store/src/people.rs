//! People and what they have: accounts, roles, tenants, sessions, keys, and mails that wait to be sent.
//!
//! Accounts belong to no tenant, so most of this is read and written outside of a tenant's handle. What belongs to a tenant (its members
//! and keys) is listed and changed through one.

pub mod api_keys;
pub mod email_tokens;
pub mod mails;
pub mod memberships;
pub mod refresh_tokens;
pub mod sealed_second_factors;
pub mod second_factors;
pub mod sessions;
pub mod sign_in_failures;
pub mod tenants;
pub mod users;
