//! Counting and moving stock.

use std::time::Duration;

use entrepot_core::{AppError, RequestContext, backoff};
use entrepot_store::Scoped;
use entrepot_store::own_stock::{LedgerEntry, LedgerRow, LevelRow, StockItemRow};
use serde::Serialize;

use crate::goods::Kind;
use crate::ledger::Movement;
use crate::{LONGEST_TEXT, Stock, check_not_linked, check_pieces, check_sku, check_text};

/// Somebody else changed the same level in the same moment: so many looks, with longer and longer waits.
const LOOKS: i64 = 40;
const FIRST_WAIT: Duration = Duration::from_millis(2);
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// How many lie somewhere, as they were counted.
#[derive(Clone, Debug)]
pub struct Count {
    pub sku: String,
    pub location: String,
    /// None: as many as before; only the buffer changes.
    pub on_hand: Option<i64>,
    /// Kept back. None: as it was, and 0 at first.
    pub buffer: Option<i64>,
    pub reason: String,
    /// Of the client's choice: the same count is made once.
    pub key: Option<String>,
    /// Goods that no product has yet are meant.
    pub new: bool,
}

/// So many more, or fewer.
#[derive(Clone, Debug)]
pub struct Adjustment {
    pub sku: String,
    pub location: String,
    pub by: i64,
    pub reason: String,
    /// Of the client's choice: the same adjustment is made once.
    pub key: Option<String>,
}

/// What was written down.
#[derive(Clone, Debug, Serialize)]
pub struct Adjusted {
    pub sku: String,
    pub location: String,
    pub on_hand: i64,
    pub buffer: i64,
    /// None: only the buffer changed, or nothing.
    pub movement: Option<Movement>,
    /// It had been made with the same key before.
    pub repeated: bool,
}

/// A level as it is to be.
struct Wanted {
    on_hand: i64,
    buffer: i64,
}

/// What a movement with a key is told by.
#[derive(Clone, Copy)]
enum Amount {
    By(i64),
    To(i64),
}

impl Amount {
    fn is_of(self, entry: &LedgerRow) -> bool {
        match self {
            Self::By(by) => by == entry.on_hand_delta,
            Self::To(on_hand) => on_hand == entry.on_hand_after,
        }
    }
}

struct Why<'a> {
    amount: Option<Amount>,
    kind: &'a str,
    reason: &'a str,
    key: Option<&'a str>,
}

impl Stock {
    /// Sets how many there are. The first time, the goods are counted here from now on, and no longer by their shop.
    pub async fn count(&self, context: &RequestContext, count: &Count) -> Result<Adjusted, AppError> {
        let Count { sku, location, on_hand, buffer, reason, key, new } = count;
        check_sku(sku)?;
        check_why(reason, key.as_deref())?;
        on_hand.map_or(Ok(()), |pieces| check_pieces("on_hand", pieces))?;
        buffer.map_or(Ok(()), |pieces| check_pieces("buffer", pieces))?;
        if on_hand.is_none() && buffer.is_none() {
            return Err(AppError::Stock(
                "nothing is given to change: say how many there are, or how many to keep back".into(),
            ));
        }
        self.location(&context.tenant, location).await?;
        let why = Why { amount: on_hand.map(Amount::To), kind: "count", reason, key: key.as_deref() };
        self.move_stock(context, (sku, *new), location, why, |level| {
            Ok(Wanted { on_hand: on_hand.unwrap_or(level.0), buffer: buffer.unwrap_or(level.1) })
        })
        .await
    }

    /// So many more or fewer than there are, whoever else counts.
    pub async fn adjust(&self, context: &RequestContext, adjustment: &Adjustment) -> Result<Adjusted, AppError> {
        let Adjustment { sku, location, by, reason, key } = adjustment;
        check_why(reason, key.as_deref())?;
        check_pieces("by", by.saturating_abs())?;
        if *by == 0 {
            return Err(AppError::Stock("by is 0, which changes nothing".into()));
        }
        self.location(&context.tenant, location).await?;
        // What nobody counted yet is not moved.
        self.item(&self.scoped(context), sku).await?;
        let why = Why { amount: Some(Amount::By(*by)), kind: "adjust", reason, key: key.as_deref() };
        self.move_stock(context, (sku, false), location, why, |(on_hand, buffer)| {
            let after = on_hand + by;
            if after < 0 {
                return Err(AppError::Stock(format!(
                    "{on_hand} of {sku} are at {location}, and {by} would leave {after}; count what is there"
                )));
            }
            check_pieces("what is then on hand", after)?;
            Ok(Wanted { on_hand: after, buffer })
        })
        .await
    }

    /// None: the first count makes it.
    async fn item_to_count(&self, scoped: &Scoped, sku: &str, new: bool) -> Result<Option<StockItemRow>, AppError> {
        match scoped.stock_item(sku).await? {
            Some(item) => check_counted(&item).map(|()| Some(item)),
            None => {
                check_not_linked(scoped, sku).await?;
                match new || !scoped.counted_variants(sku).await?.is_empty() {
                    true => Ok(None),
                    false => Err(AppError::NoStockItem(sku.to_owned())),
                }
            }
        }
    }

    async fn move_stock(
        &self,
        context: &RequestContext,
        (sku, new): (&str, bool),
        location: &str,
        why: Why<'_>,
        wanted: impl Fn((i64, i64)) -> Result<Wanted, AppError>,
    ) -> Result<Adjusted, AppError> {
        let scoped = self.scoped(context);
        for look in 0..LOOKS {
            // Whoever looks once more gives the others time, each another one.
            if look > 0 {
                tokio::time::sleep(backoff(FIRST_WAIT, look - 1).min(LONGEST_WAIT)).await;
            }
            let item = self.item_to_count(&scoped, sku, new).await?;
            if let Some(entry) = made_before(&scoped, why.key).await? {
                return repeated(&scoped, item.as_ref(), (sku, location), &why, entry).await;
            }
            let level = match &item {
                Some(item) => level(&scoped, &item.id, location).await?,
                None => None,
            };
            let from = level.as_ref().map(|level| (level.on_hand, level.buffer));
            let (on_hand, buffer, reserved) =
                level.as_ref().map_or((0, 0, 0), |level| (level.on_hand, level.buffer, level.reserved));
            let to = wanted((on_hand, buffer))?;
            let mut tx = scoped.begin().await?;
            // The goods with their first level, or neither: goods without a level are none that can be sold.
            let item = match item {
                Some(item) => item,
                None => match tx.add_stock_item(sku, Kind::Simple.as_str()).await {
                    Err(error) if error.is_conflict() => continue,
                    item => item?,
                },
            };
            if !tx.set_stock_level((&item.id, location), from, (to.on_hand, to.buffer)).await? {
                continue;
            }
            // A count that finds what was thought is worth an entry; a buffer alone moves nothing.
            let counts = why.kind == "count" && to.buffer == buffer;
            let moves = to.on_hand != on_hand || counts || from.is_none() || why.key.is_some();
            let entry = LedgerEntry {
                item: &item.id,
                location,
                kind: why.kind,
                on_hand_delta: to.on_hand - on_hand,
                on_hand_after: to.on_hand,
                reserved_after: reserved,
                reason: why.reason,
                actor: &context.actor,
                key: why.key,
            };
            let movement = match moves {
                true => match tx.add_stock_entry(entry).await {
                    Err(error) if error.is_conflict() => continue,
                    entry => Some(Movement::from(entry?)),
                },
                false => None,
            };
            tx.touch_listings_of_goods(&item.id, sku).await?;
            tx.commit().await?;
            let (sku, location) = (sku.to_owned(), location.to_owned());
            return Ok(Adjusted { sku, location, on_hand: to.on_hand, buffer: to.buffer, movement, repeated: false });
        }
        Err(AppError::Stock(format!("others change {sku} at {location} all the time; nothing was done, try again")))
    }
}

async fn made_before(scoped: &Scoped, key: Option<&str>) -> Result<Option<LedgerRow>, AppError> {
    match key {
        Some(key) => Ok(scoped.stock_entry(key).await?),
        None => Ok(None),
    }
}

/// Nothing is done once more; another movement with the key is refused.
async fn repeated(
    scoped: &Scoped,
    item: Option<&StockItemRow>,
    (sku, location): (&str, &str),
    why: &Why<'_>,
    entry: LedgerRow,
) -> Result<Adjusted, AppError> {
    let same = |item: &&StockItemRow| {
        (item.id.as_str(), location, why.kind) == (&entry.item_id, entry.location.as_str(), entry.kind.as_str())
    };
    let item = item.filter(same).filter(|_| why.amount.is_none_or(|amount| amount.is_of(&entry)));
    let Some(item) = item else {
        let key = why.key.unwrap_or_default();
        return Err(AppError::Stock(format!("another movement was made with the key {key:?}; give each its own")));
    };
    let level = level(scoped, &item.id, location).await?;
    let (on_hand, buffer) = level.map_or((0, 0), |level| (level.on_hand, level.buffer));
    let (sku, location) = (sku.to_owned(), location.to_owned());
    Ok(Adjusted { sku, location, on_hand, buffer, movement: Some(entry.into()), repeated: true })
}

async fn level(scoped: &Scoped, item: &str, location: &str) -> Result<Option<LevelRow>, AppError> {
    Ok(scoped.stock_levels(&[item]).await?.into_iter().find(|level| level.location == location))
}

fn check_why(reason: &str, key: Option<&str>) -> Result<(), AppError> {
    check_text("the reason", reason, LONGEST_TEXT)?;
    key.map_or(Ok(()), |key| check_text("the key", key, LONGEST_TEXT))
}

fn check_counted(item: &StockItemRow) -> Result<(), AppError> {
    let sku = &item.sku;
    let why = match Kind::parse(&item.kind) {
        Some(Kind::Simple) => return Ok(()),
        Some(Kind::Bundle) => format!("{sku} is a bundle: count its parts"),
        Some(Kind::Untracked) => {
            format!("{sku} is not counted; `entrepot stock kind {sku} simple` has it counted again")
        }
        _ => format!("{sku} is counted by its shop; `entrepot stock kind {sku} simple` has it counted here again"),
    };
    Err(AppError::Stock(why))
}
