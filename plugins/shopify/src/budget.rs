//! What a query may cost. Shopify counts an object as one point and a connection by the page asked for, before it runs.

use entrepot_guest::prelude::Error;

use crate::context::Context;

/// A single query may cost 1,000 on every plan; how the shop counts is its business, so not all of it is used.
pub(crate) const MOST: u32 = 900;

/// A product's own objects, its metafields and collections.
const PRODUCT: u32 = 8 + METAFIELDS + COLLECTIONS;
const METAFIELDS: u32 = 20;
const COLLECTIONS: u32 = 10;
/// A medium with its image and its sources.
const MEDIUM: u32 = 4;
/// A variant without its levels: image, options, item, measurement, weight, cost.
const VARIANT: u32 = 7;
/// A level with its location and its quantity.
pub(crate) const LEVEL: u32 = 3;
/// Of one variant in the first query; the others are followed.
const MOST_LEVELS: u32 = 30;

/// What an empty bucket takes to fill: on every plan it holds twenty seconds' worth of points.
pub(crate) const FULL_MS: u64 = 20_000;

/// What is wanted, as far as it is known how large it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Want {
    pub(crate) id: u64,
    pub(crate) variants: u32,
    pub(crate) media: u32,
}

/// How much of each connection is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) media: u32,
    pub(crate) metafields: u32,
    pub(crate) collections: u32,
    pub(crate) variants: u32,
    pub(crate) levels: u32,
}

impl Sizes {
    /// Enough for each of these; what is over is followed page by page.
    fn of(wants: &[Want], context: &Context) -> Self {
        let most = |of: fn(&Want) -> u32| wants.iter().map(of).max().unwrap_or(1);
        Self {
            media: most(|want| want.media).clamp(1, 50),
            metafields: METAFIELDS,
            collections: COLLECTIONS,
            variants: most(|want| want.variants).clamp(1, 250),
            levels: levels(context),
        }
    }

    pub(crate) fn cost(&self) -> u32 {
        PRODUCT + MEDIUM * self.media + self.variants * variant(self.levels)
    }
}

/// A level for each location, within reason.
pub(crate) fn levels(context: &Context) -> u32 {
    locations(context).min(MOST_LEVELS)
}

fn locations(context: &Context) -> u32 {
    u32::try_from(context.locations.len()).unwrap_or(u32::MAX).clamp(1, 1_000)
}

pub(crate) fn variant(levels: u32) -> u32 {
    VARIANT + LEVEL * levels
}

/// How many of the first of these fit into one query, at least one, and how much of each is asked for.
pub(crate) fn fitting(wants: &[Want], context: &Context, budget: u32) -> (usize, Sizes) {
    let mut count = 1;
    while count < wants.len() && (count as u32 + 1) * Sizes::of(&wants[..=count], context).cost() <= budget {
        count += 1;
    }
    let mut sizes = Sizes::of(&wants[..count.min(wants.len())], context);
    if sizes.cost() > budget {
        sizes.media = sizes.media.min(10);
        let left = budget.saturating_sub(PRODUCT + MEDIUM * sizes.media);
        sizes.variants = sizes.variants.min(left / variant(sizes.levels)).max(1);
    }
    (count, sizes)
}

/// What reading this one product costs in all, over as many queries as it takes.
pub(crate) fn whole(want: Want, context: &Context) -> u32 {
    PRODUCT
        .saturating_add(MEDIUM.saturating_mul(want.media))
        .saturating_add(want.variants.saturating_mul(variant(locations(context))))
}

/// More than the shop's bucket bears at once: it would be throttled in its middle again and again.
pub(crate) fn too_large(want: Want, context: &Context) -> bool {
    whole(want, context) > (context.bucket / 5 * 4).max(MOST)
}

pub(crate) fn sum(wants: &[Want], context: &Context) -> u32 {
    wants.iter().fold(0, |sum, want| sum.saturating_add(whole(*want, context)))
}

/// A refusal for want of points says when that one query can be paid for. Whoever is refused begins anew, so this says when all of
/// it can.
pub(crate) fn patient(error: Error, points: u32, context: &Context) -> Error {
    match error {
        Error::RateLimited(Some(wait)) => {
            let share = FULL_MS * u64::from(points.min(context.bucket)) / u64::from(context.bucket.max(1));
            Error::RateLimited(Some(wait.max(share)))
        }
        other => other,
    }
}
