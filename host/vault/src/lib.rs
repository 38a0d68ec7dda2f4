//! Key ring, sealing and opening of secrets
