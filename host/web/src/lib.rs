//! The REST API
