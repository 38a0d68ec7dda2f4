//! What no tenant has for itself: the clock, the queue, and room on the disk.

use anyhow::Result;
use entrepot_queue::Queue;

use super::super::Checks;
use crate::host::Host;
use crate::output::count;

/// With less room a database soon cannot write.
const LITTLE_ROOM: u64 = 512 << 20;

/// What no tenant has for itself.
pub(in super::super) async fn of_the_host(host: &Host, checks: &mut Checks) -> Result<()> {
    clock(host, checks).await?;
    queue(host, checks).await?;
    room(host, checks).await
}

async fn clock(host: &Host, checks: &mut Checks) -> Result<()> {
    match host.db.clock_trouble().await? {
        Some(why) => checks.fault("clock", why),
        None => checks.fine("clock", "this host's is the one that the database goes by"),
    }
    Ok(())
}

async fn queue(host: &Host, checks: &mut Checks) -> Result<()> {
    let depths = Queue::depth(&host.db).await?;
    let of = |state: &str| depths.iter().filter(|depth| depth.state == state).map(|depth| depth.jobs).sum::<i64>();
    let discarded = of("discarded");
    let detail = format!("{} ready, {} under way, {} later", of("available"), of("running"), of("scheduled"));
    checks.fine("queue", detail);
    if discarded > 0 {
        let number = count(discarded, "job was", "jobs were");
        checks.note("queue", format!("{number} given up after many tries; the log says why, and new jobs are made"));
    }
    Ok(())
}

async fn room(host: &Host, checks: &mut Checks) -> Result<()> {
    let size = u64::try_from(host.db.size().await?).unwrap_or(0);
    checks.fine("size", format!("the database takes {} MiB", size >> 20));
    let folder = &host.config.data_dir;
    let Ok(stat) = nix::sys::statvfs::statvfs(folder) else { return Ok(()) };
    // Their width differs by system.
    let free = u128::from(stat.blocks_available()) * u128::from(stat.fragment_size());
    let free = u64::try_from(free).unwrap_or(u64::MAX);
    let detail = format!("{} MiB are free in {}", free >> 20, folder.display());
    if free < LITTLE_ROOM {
        checks.fault("disk", format!("{detail}; make room, or imports will stand still"));
    } else {
        checks.fine("disk", detail);
    }
    Ok(())
}
