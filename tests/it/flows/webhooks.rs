mod inbox;
mod marketplaces;
mod ordering;
mod receive;
mod refused;
mod subscriptions;
mod volume;
