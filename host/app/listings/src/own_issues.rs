//! What keeps a listing from being sent before any adapter is asked: the channel's rule, and the currency it sells in.

use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::Issue;
use entrepot_store::Scoped;
use entrepot_store::listings::ListingRow;

use crate::wanted::Wanted;

/// The currency of the account, as it told when it was connected.
pub(crate) async fn currency_of(scoped: &Scoped, channel: &ChannelId) -> Result<Option<String>, AppError> {
    let row = scoped.channel(channel.as_str()).await?;
    let account = row.and_then(|row| row.account);
    Ok(account.and_then(|account| account.0.get("currency")?.as_str().map(str::to_owned)))
}

pub(crate) fn own_issues(row: &ListingRow, wanted: &Wanted, currency: Option<&str>) -> Vec<Issue> {
    let stays = if row.external_id.is_some() {
        " What is on sale there keeps its old price; end the listing to take it off."
    } else {
        ""
    };
    let problems = wanted.effective.problems.iter();
    let mut issues: Vec<Issue> =
        problems.map(|(path, code, why)| Issue::new(path.as_str(), *code, format!("{why}{stays}"))).collect();
    let Some(currency) = currency else { return issues };
    let variants = wanted.listing.product.variants.iter().enumerate();
    let foreign = variants
        .filter_map(|(at, variant)| Some((at, variant.price.as_ref().filter(|price| price.currency != currency)?)));
    issues.extend(foreign.map(|(at, price)| {
        let why = format!(
            "The channel sells in {currency}, and the price is {price}. Set a price in {currency} for this channel."
        );
        Issue::new(format!("/variants/{at}/price"), "currency-other", why)
    }));
    issues
}
