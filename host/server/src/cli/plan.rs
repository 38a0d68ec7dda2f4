//! `entrepot plan …`

use clap::Subcommand;
use entrepot_domain::plan::Limit;

#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// List plans, and what is used of this tenant's
    List,
    /// Make a plan, or change its limits; what is not named stays
    Set {
        /// What it is called
        plan: String,
        /// channels, skus, requests_per_minute, ai_tokens_per_month or users, and a number, or `none` for no limit
        #[arg(value_name = "LIMIT=VALUE", value_parser = limit)]
        limits: Vec<(Limit, Option<i64>)>,
    },
    /// Give a tenant a plan
    Assign {
        /// Id of the tenant
        tenant: String,
        /// Its new plan
        plan: String,
    },
}

fn limit(text: &str) -> Result<(Limit, Option<i64>), String> {
    let known = || Limit::ALL.map(Limit::as_str).join(", ");
    let (name, value) = text.split_once('=').ok_or("write LIMIT=VALUE, as in skus=5000 or skus=none")?;
    let limit = Limit::ALL.into_iter().find(|limit| limit.as_str() == name);
    let limit = limit.ok_or_else(|| format!("there is no limit {name:?}; there is: {}", known()))?;
    if value == "none" {
        return Ok((limit, None));
    }
    match value.parse() {
        Ok(most) if most >= 0 => Ok((limit, Some(most))),
        _ => Err(format!("{name} is {value:?}; write a number from 0 on, or none")),
    }
}
