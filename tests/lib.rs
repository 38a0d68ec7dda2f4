#![doc = include_str!("README.md")]

mod app;
mod database;
mod edited;
mod marketplaces;
mod process;

pub use app::{App, SHOP};
pub use database::{Database, postgres_url};
pub use edited::{edited, version, with_version};
pub use marketplaces::Marketplace;
pub use process::{Ended, Entrepot, Running, adapters_folder, entrepot_program, test_compiler};

/// Runs one test body on both databases.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: App) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn body($app: $crate::App) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                body($crate::App::start($crate::Database::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if $crate::postgres_url().is_some() {
                    body($crate::App::start($crate::Database::Postgres).await).await;
                }
            }
        }
    )*};
}
