//! The binary `entrepot`: one file per command
