//! What the tests stand on: application, database, clock, simulated marketplaces
