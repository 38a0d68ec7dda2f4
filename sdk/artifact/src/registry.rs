//! The registry folder: what lies where, and what may be done with it. `plugin-registry/README.md` describes the format.

mod choose;
mod error;
mod folder;
mod index;
mod keys;
mod publish;
mod verify;
mod yank;

pub use choose::choose;
pub use error::{NotListed, RegistryError};
pub use folder::Registry;
pub use index::{About, Index, IndexError, IndexVersion};
pub use keys::PublisherKeys;
pub use publish::{PublishOptions, Published};
pub use verify::{Problem, Report};
