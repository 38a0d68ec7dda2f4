//! Trying a new version on some channels first.
// See docs/decisions/0017-upgrade-judgement-and-canary.md

/// Of the generations in force (newest first, each with the percent of channels it counts for), the one for this channel.
pub fn generation_for(channel: &str, in_force: &[(i64, i64)]) -> Option<i64> {
    in_force.iter().find(|(_, share)| place(channel) < *share).map(|(generation, _)| *generation)
}

/// From 0 to 99, the same every time: a channel that got the new version keeps it when the share grows.
fn place(channel: &str) -> i64 {
    // FNV-1a: ids end in random characters, so anything that mixes will do; `Hash` may change with the compiler.
    let mixed = channel
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    ((mixed >> 32) % 100) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrepot_domain::{ChannelId, Id};

    #[test]
    fn a_share_is_about_that_many_channels_and_always_the_same() {
        let channels: Vec<ChannelId> = (0..5_000).map(|at| ChannelId::make(1_790_000_000_000 + at)).collect();
        let tried = |share: i64| -> Vec<&ChannelId> {
            channels.iter().filter(|id| generation_for(id.as_str(), &[(2, share), (1, 100)]) == Some(2)).collect()
        };
        let (tenth, third) = (tried(10), tried(33));
        assert!(
            (400..600).contains(&tenth.len()) && (1_450..1_850).contains(&third.len()),
            "{} {}",
            tenth.len(),
            third.len()
        );
        assert!(tenth.iter().all(|id| third.contains(id)), "nobody goes back when the share grows");
        assert!(tried(0).is_empty());
        assert_eq!(generation_for("chn_1", &[]), None);
    }
}
