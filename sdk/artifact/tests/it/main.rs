//! What a user of artifacts, keys and registries would notice.

mod arbitrary_bytes;
mod downloads;
mod keys;
mod oci;
mod publishing;
mod registry_reading;
mod rotations;
mod signatures;
mod sources;
mod support;
