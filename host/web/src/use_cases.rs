//! What requests ask of the host, by context.

use entrepot_accounts::{AccountError, AccountOptions, Accounts};
use entrepot_catalog::{DeadLetters, Deliveries, Imports, ReplayDeadLetters, Scheduler, Subscriptions};
use entrepot_channels::{Channels, Connections, KeyRotation, RotateKey};
use entrepot_core::{Monitor, OperationKinds, Operations, Parts, Plans, Services};
use entrepot_linking::Links;
use entrepot_listings::Listings;
use entrepot_stock::Stock;

/// The use cases of a host, one handle a context. Cheap to clone.
#[derive(Clone)]
pub struct UseCases {
    pub services: Services,
    pub accounts: Accounts,
    pub channels: Channels,
    pub connections: Connections,
    pub key_rotation: KeyRotation,
    pub imports: Imports,
    pub deliveries: Deliveries,
    pub subscriptions: Subscriptions,
    pub scheduler: Scheduler,
    pub dead_letters: DeadLetters,
    pub links: Links,
    pub listings: Listings,
    pub stock: Stock,
    pub operations: Operations,
    pub plans: Plans,
    pub monitor: Monitor,
}

impl UseCases {
    /// Nothing runs yet: workers and routes are started with clones of these.
    pub fn new(parts: Parts, accounts: AccountOptions) -> Result<Self, AccountError> {
        let services = Services::new(parts);
        let channels = Channels::new(services.clone());
        let imports = Imports::new(channels.clone());
        let deliveries = Deliveries::new(imports.clone());
        let operations = Operations::new(services.clone());
        let listings = Listings::new(channels.clone(), operations.clone());
        Ok(Self {
            accounts: Accounts::new(services.clone(), accounts)?,
            connections: Connections::new(channels.clone()),
            key_rotation: KeyRotation::new(channels.clone(), operations.clone()),
            subscriptions: Subscriptions::new(channels.clone()),
            scheduler: Scheduler::new(imports.clone()),
            dead_letters: DeadLetters::new(deliveries.clone(), operations.clone()),
            links: Links::new(channels.clone(), operations.clone()),
            stock: Stock::new(services.clone(), listings.clone()),
            listings,
            monitor: Monitor::new(services.clone()),
            plans: Plans::new(services.clone()),
            services,
            channels,
            imports,
            deliveries,
            operations,
        })
    }

    /// Every kind of operation, with what it needs.
    pub fn operation_kinds(&self) -> OperationKinds {
        let kinds = OperationKinds::new(self.operations.clone());
        let kinds =
            self.listings.register(self.links.register(kinds)).with::<ReplayDeadLetters>(self.dead_letters.clone());
        kinds.with::<RotateKey>(self.key_rotation.clone())
    }
}
