//! Adapters coming in: read, review, grant, activate
