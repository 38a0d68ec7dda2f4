mod compilation;
mod quarantine;
mod released_interfaces;
mod rollback;
mod upgrades;
mod usage;
