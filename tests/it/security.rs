//! What an attacker tries: requests, adapters, and changes of the database.

mod admission;
mod audit_log;
mod audit_numbers;
mod browsers;
mod changed_rows;
mod cross_origin_requests;
mod file_permissions;
mod grants;
mod host_header;
mod key_rotation;
mod limits;
mod lost_master_key;
mod master_key;
mod moved_channels;
mod restored_rows;
mod rows_without_mac;
mod tampering_messages;
mod tenants;
