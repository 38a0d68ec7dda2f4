//! Where goods lie.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::TenantId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::own_stock::LocationRow;
use serde::Serialize;

use crate::{LONGEST_TEXT, Stock, check_text};

const KINDS: [&str; 3] = ["warehouse", "store", "third-party"];
/// Characters of a code.
const LONGEST_CODE: usize = 40;
/// Of one tenant.
const MOST: usize = 1_000;

/// A place that is added.
#[derive(Clone, Debug)]
pub struct NewLocation {
    /// Letters, digits, `.`, `-` and `_`.
    pub code: String,
    pub name: String,
    /// warehouse, store, third-party
    pub kind: String,
}

/// What is to change of a place. None: it stays.
#[derive(Clone, Debug, Default)]
pub struct LocationChange {
    pub name: Option<String>,
    pub kind: Option<String>,
    /// False: what lies there is not for sale.
    pub enabled: Option<bool>,
}

/// A place where goods lie.
#[derive(Clone, Debug, Serialize)]
pub struct LocationReport {
    pub code: String,
    pub name: String,
    /// warehouse, store, third-party
    pub kind: String,
    /// What lies there is for sale.
    pub enabled: bool,
    pub created_at: Timestamp,
}

impl From<LocationRow> for LocationReport {
    fn from(row: LocationRow) -> Self {
        let LocationRow { code, name, kind, enabled, created_at } = row;
        Self { code, name, kind, enabled: enabled != 0, created_at }
    }
}

impl Stock {
    /// In the order they were added.
    pub async fn locations(&self, tenant: &TenantId) -> Result<Vec<LocationReport>, AppError> {
        let rows = self.services.db().tenant(tenant).locations().await?;
        Ok(rows.into_iter().map(LocationReport::from).collect())
    }

    pub async fn location(&self, tenant: &TenantId, code: &str) -> Result<LocationReport, AppError> {
        let known = self.locations(tenant).await?.into_iter().find(|known| known.code == code);
        known.ok_or_else(|| AppError::NoLocation(code.to_owned()))
    }

    pub async fn add_location(&self, context: &RequestContext, new: NewLocation) -> Result<LocationReport, AppError> {
        let NewLocation { code, name, kind } = new;
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if code.is_empty() || code.len() > LONGEST_CODE || !code.chars().all(plain) {
            let told = format!(
                "the code of a location has 1 to {LONGEST_CODE} letters, digits, \".\", \"-\" and \"_\"; this is {code:?}"
            );
            return Err(AppError::Stock(told));
        }
        check(&name, &kind)?;
        let known = self.locations(&context.tenant).await?;
        if known.iter().any(|known| known.code.eq_ignore_ascii_case(&code)) {
            return Err(AppError::Stock(format!("there is a location {code} already; choose another code")));
        }
        if known.len() >= MOST {
            return Err(AppError::Stock(format!("there are {MOST} locations already, and more are not kept")));
        }
        let mut tx = self.scoped(context).begin().await?;
        match tx.add_location(&code, &name, &kind).await {
            Err(error) if error.is_conflict() => return Err(AppError::Contested),
            done => done?,
        }
        tx.commit().await?;
        self.location(&context.tenant, &code).await
    }

    /// Listings of what lies there follow.
    pub async fn change_location(
        &self,
        context: &RequestContext,
        code: &str,
        change: LocationChange,
    ) -> Result<LocationReport, AppError> {
        self.location(&context.tenant, code).await?;
        let LocationChange { name, kind, enabled } = change;
        check(name.as_deref().unwrap_or(code), kind.as_deref().unwrap_or(KINDS[0]))?;
        let mut tx = self.scoped(context).begin().await?;
        tx.set_location(code, name.as_deref(), kind.as_deref(), enabled.map(i64::from)).await?;
        if enabled.is_some() {
            tx.touch_listings_at(code).await?;
        }
        tx.commit().await?;
        self.location(&context.tenant, code).await
    }
}

fn check(name: &str, kind: &str) -> Result<(), AppError> {
    check_text("the name of the location", name, LONGEST_TEXT)?;
    match KINDS.contains(&kind) {
        true => Ok(()),
        false => Err(AppError::Stock(format!("{kind:?} is no kind of location; there are {}", KINDS.join(", ")))),
    }
}
