//! What goes wrong: shops, networks, databases, disks, clocks, processes and adapters.

mod concurrency;
mod damaged_rows;
mod database_outage;
mod full_disk;
mod host_clock;
mod http_faults;
mod install_failures;
mod killed_workers;
mod page_failures;
mod runaway_adapters;
mod shop_clock;
mod shop_failures;
mod soak;
mod unreachable_shops;
