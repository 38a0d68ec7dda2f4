//! `entrepot plan …`

use anyhow::Result;
use entrepot_core::plans::PlanReport;
use entrepot_domain::TenantId;
use entrepot_domain::plan::{Limit, PlanLimits};
use entrepot_store::plans::PlanRow;
use serde_json::{Value, json};

use crate::cli::PlanCommand;
use crate::host::Host;
use crate::output::{Output, table};

pub(crate) async fn run(host: &Host, command: PlanCommand, output: Output) -> Result<()> {
    let plans = &host.app.plans;
    match command {
        PlanCommand::List => list(&plans.plans().await?, &plans.plan_of(&host.tenant).await?, output),
        PlanCommand::Set { plan, limits } => {
            let row = plans.set(&plan, &limits).await?;
            output.say(&document(&row), || format!("the plan {plan}: {}", in_words(&row.limits.into())))
        }
        PlanCommand::Assign { tenant, plan } => {
            let tenant = host.app.accounts.tenant(&tenant).await?.id;
            plans.assign(&TenantId::from(tenant.as_str()), &plan).await?;
            output.say(&json!({"tenant": tenant, "plan": plan}), || format!("{tenant} has the plan {plan}"))
        }
    }
}

fn document(row: &PlanRow) -> Value {
    json!({"plan": row.id, "limits": PlanLimits::from(row.limits)})
}

fn list(rows: &[PlanRow], of_tenant: &PlanReport, output: Output) -> Result<()> {
    let plans: Vec<Value> = rows.iter().map(document).collect();
    output.say(&json!({"plans": plans, "tenant": of_tenant}), || {
        let cells = |row: &PlanRow| {
            let limits = PlanLimits::from(row.limits);
            let mut cells = vec![row.id.clone()];
            cells.extend(Limit::ALL.map(|limit| shown(limits.get(limit))));
            cells
        };
        let head = ["PLAN", "CHANNELS", "SKUS", "REQUESTS/MIN", "AI TOKENS/MONTH", "USERS"];
        let PlanReport { plan, limits, used } = of_tenant;
        format!(
            "{}\nthis tenant has {plan}: {} of {} channels, {} of {} SKUs",
            table(&head, &rows.iter().map(cells).collect::<Vec<_>>()),
            used.channels,
            shown(limits.channels),
            used.skus,
            shown(limits.skus)
        )
    })
}

fn in_words(limits: &PlanLimits) -> String {
    let limit = |limit: Limit| {
        format!("{}={}", limit.as_str(), limits.get(limit).map_or_else(|| "none".to_owned(), |most| most.to_string()))
    };
    Limit::ALL.map(limit).join(" ")
}

fn shown(most: Option<i64>) -> String {
    most.map_or_else(|| "any".to_owned(), |most| most.to_string())
}
