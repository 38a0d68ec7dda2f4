//! `entrepot user …`

use anyhow::{Result, bail};
use entrepot_accounts::{AddedUser, Handing, NewUser};
use entrepot_store::people::users::UserRow;
use serde_json::{Value, json};

use crate::cli::{UserArgs, UserCommand, from_stdin};
use crate::host::Host;
use crate::output::{Output, moment, operator, table};

/// Accounts asked for at a time.
const PAGE: i64 = 200;

pub(crate) async fn run(host: &Host, command: UserCommand, tenant: Option<&str>, output: Output) -> Result<()> {
    let accounts = &host.app.accounts;
    match command {
        UserCommand::Add(arguments) => add(host, arguments, tenant, output).await,
        UserCommand::List => list(host, output).await,
        UserCommand::Disable { user } => {
            let changed = accounts.disable_user(&user, &operator()).await?;
            output.say(&json!({"user": user, "disabled": true, "changed": changed}), || {
                if changed {
                    format!("{user} is signed out and cannot sign in")
                } else {
                    format!("{user} was disabled before")
                }
            })
        }
        UserCommand::Enable { user } => {
            let changed = accounts.enable_user(&user, &operator()).await?;
            output.say(&json!({"user": user, "disabled": false, "changed": changed}), || {
                if changed { format!("{user} can sign in again") } else { format!("{user} was not disabled") }
            })
        }
        UserCommand::Reset { user } => {
            let reset = accounts.reset_user(&user, Handing::Shown, &operator()).await?;
            output.say(&document(&reset), || {
                format!("{} is signed out, and has no second factor. {}", reset.email, link_line(&reset))
            })
        }
    }
}

async fn add(host: &Host, arguments: UserArgs, tenant: Option<&str>, output: Output) -> Result<()> {
    let UserArgs { email, role, tenant_role, name, password_stdin } = arguments;
    let tenant = match (tenant, tenant_role) {
        (Some(tenant), Some(role)) => Some((tenant.to_owned(), role)),
        (None, Some(role)) => Some((host.app.accounts.only_tenant().await?.to_string(), role)),
        (Some(_), None) => bail!("say what they are to the tenant: --as owner, --as seller or --as viewer"),
        (None, None) => None,
    };
    if tenant.is_none() && role.is_none() {
        bail!("say what they are: --role operator or --role reviewer, or --tenant T --as owner, seller or viewer");
    }
    let password = if password_stdin { Some(from_stdin("password")?) } else { None };
    let new = NewUser {
        email: &email,
        name: name.as_deref(),
        host_role: role,
        tenant: tenant.as_ref().map(|(tenant, role)| (tenant.as_str(), *role)),
        password: password.as_ref().map(|password| password.expose()),
        handing: Handing::Shown,
        by: &operator(),
    };
    let added = host.app.accounts.add_user(new).await?;
    output.say(&document(&added), || {
        let roles = [role.map(|role| role.to_string()), tenant.as_ref().map(|(_, role)| role.to_string())];
        let roles: Vec<String> = roles.into_iter().flatten().collect();
        let password = match (&added.link, password.is_some()) {
            (None, true) => "The password that was given counts from now on".to_owned(),
            _ => link_line(&added),
        };
        format!("{} is {} ({}). {password}", added.email, roles.join(" and "), added.user)
    })
}

fn document(added: &AddedUser) -> Value {
    json!({"user": added.user, "email": added.email, "link": added.link.as_ref().map(|link| link.expose())})
}

fn link_line(added: &AddedUser) -> String {
    match &added.link {
        Some(link) => format!("To choose a password, open this within an hour; it works once:\n  {}", link.expose()),
        None => "There is a password already".to_owned(),
    }
}

async fn list(host: &Host, output: Output) -> Result<()> {
    let mut rows: Vec<UserRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.id.clone()).unwrap_or_default();
        let page = host.app.accounts.users(&after, PAGE).await?;
        let last = (page.len() as i64) < PAGE;
        rows.extend(page);
        if last {
            break;
        }
    }
    let documents: Vec<Value> = rows.iter().map(listed).collect();
    output.say(&documents, || {
        if rows.is_empty() {
            return "no account yet; entrepot user add EMAIL --role operator".to_owned();
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                vec![
                    row.email.clone(),
                    row.name.clone(),
                    roles(row).join(", "),
                    state(row).to_owned(),
                    moment(row.created_at),
                    row.id.clone(),
                ]
            })
            .collect();
        table(&["E-MAIL", "NAME", "HOST", "STATE", "SINCE (UTC)", "ID"], &cells)
    })
}

fn roles(row: &UserRow) -> Vec<&'static str> {
    let roles = [(row.is_operator, "operator"), (row.is_reviewer, "reviewer")];
    roles.into_iter().filter(|(is_one, _)| *is_one == 1).map(|(_, role)| role).collect()
}

fn state(row: &UserRow) -> &'static str {
    match (row.disabled_at, row.verified_at, &row.totp) {
        (Some(_), ..) => "disabled",
        (None, None, _) => "invited",
        (None, Some(_), Some(_)) => "active, second factor",
        (None, Some(_), None) => "active",
    }
}

fn listed(row: &UserRow) -> Value {
    json!({
        "id": row.id, "email": row.email, "name": row.name, "host_roles": roles(row), "verified": row.verified_at.is_some(),
        "disabled": row.disabled_at.is_some(), "second_factor": row.totp.is_some(), "created_at": row.created_at,
    })
}
