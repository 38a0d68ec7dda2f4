use std::sync::Arc;

use entrepot_core::Services;
use entrepot_domain::clock::Timestamp;
use entrepot_store::Db;

use crate::hashing::Hasher;
use crate::mail::Mailer;
use crate::{AccountError, AccountOptions};

/// The use cases of people. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    services: Services,
    options: AccountOptions,
    hasher: Hasher,
    mailer: Mailer,
}

impl Accounts {
    /// Fails where mails could not be sent as the options say.
    pub fn new(services: Services, options: AccountOptions) -> Result<Self, AccountError> {
        let hasher = Hasher::new(options.hashing_at_once)?;
        let mailer = Mailer::new(&options)?;
        Ok(Self(Arc::new(Inner { services, options, hasher, mailer })))
    }

    pub(crate) fn services(&self) -> &Services {
        &self.0.services
    }

    pub(crate) fn db(&self) -> &Db {
        self.0.services.db()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.db().clock().now()
    }

    pub fn options(&self) -> &AccountOptions {
        &self.0.options
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    pub(crate) fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }
}
