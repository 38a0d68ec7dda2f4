//! What a whole import took of the limits the manifest asks for.

use entrepot_domain::usage::UseKind;

use super::{Outcome, Subject};

/// Percent: shops grow, and machines are slower than this one.
const MOST: u64 = 50;

pub(super) async fn headroom(subject: &Subject<'_>) -> Outcome {
    let (shop, _) = subject.shop(None)?;
    if subject.kit.has("connection/check") {
        // How the calls end is not what this is about.
        drop(shop.check().await);
    }
    if let Some(walk) = &subject.walk {
        drop(shop.walk().await);
        let mut mapper = shop.mapper();
        for item in &walk.items {
            drop(mapper.map(item).await);
        }
    }
    let taken = shop.ledger().take();
    let most = |kind| taken.iter().filter(|(of, _)| of.kind == kind).map(|(_, amount)| amount.most).max().unwrap_or(0);
    let limits = subject.kit.manifest.limits.or_defaults();
    let rows = [
        ("memory", UseKind::Memory, limits.memory.map(|size| size.bytes())),
        ("cpu", UseKind::Cpu, limits.cpu.map(|span| span.0)),
        ("wall_clock", UseKind::WallClock, limits.wall_clock.map(|span| span.0)),
        ("outbound_calls", UseKind::OutboundCalls, limits.outbound_calls.map(u64::from)),
    ];
    let mut shares = Vec::new();
    for (limit, kind, of) in rows {
        let Some(of) = of.filter(|of| *of > 0) else { continue };
        let percent = most(kind).saturating_mul(100) / of;
        if percent > MOST {
            return Err(format!(
                "{limit}: {percent}% is taken of what the manifest asks for; ask for more, or take less"
            ));
        }
        shares.push(format!("{limit} {percent}%"));
    }
    Ok(shares.join(", "))
}
