//! `connection.check` on an account that works.

use super::{Outcome, Subject, recorded, told};

pub(super) async fn answers(subject: &Subject<'_>) -> Outcome {
    let (shop, replay) = subject.shop(None)?;
    let account = shop.check().await;
    recorded(&replay)?;
    let account = account.map_err(|error| told(&error))?;
    if account.name.trim().is_empty() {
        return Err("the account has no name; a person is to recognise it".into());
    }
    if let Some(currency) =
        account.currency.as_deref().filter(|currency| entrepot_domain::money::exponent(currency).is_none())
    {
        return Err(format!("{currency:?} is no currency by ISO 4217"));
    }
    Ok(format!("{:?}", account.name))
}
