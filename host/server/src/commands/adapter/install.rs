use anyhow::{Context, Result};
use entrepot_adapters::{FetchOptions, InstallOptions};
use entrepot_policy::Approval;
use serde_json::json;

use crate::host::Host;
use crate::output::{Output, operator};

pub(super) async fn run(
    host: &Host,
    reference: &str,
    approve: bool,
    options: InstallOptions,
    output: Output,
) -> Result<()> {
    let admission = host.app.services.admission();
    let installed = admission.install_from(reference, &fetch_options(host, options)?, options, &operator()).await?;
    let cut = match approve {
        true => admission.approve_capped(&installed.adapter_id, Approval::default(), &operator()).await?.cut,
        false => Vec::new(),
    };
    let approved = approve || installed.approved;
    let state = if approved { "approved" } else { "pending" };
    let (id, version) = (&installed.adapter_id, &installed.version);
    let (mappable, offer) = if approved { super::offer(host, &installed.adapter_id).await? } else { (0, None) };
    let document = json!({
        "adapter": id, "version": version, "digest": installed.digest, "signer": installed.signer, "state": state,
        "already_installed": installed.already, "approved_automatically": installed.approved,
        "cut": cut, "mappable": mappable,
    });
    output.say(&document, || {
        let already = if installed.already { " (it was already)" } else { "" };
        let signed = installed.signer.as_ref().map_or_else(|| "unsigned".into(), |key| format!("signed by {key}"));
        let said = if installed.approved {
            format!("{id} {version} ({signed}) is installed{already} and in use: it asks for nothing more than was granted")
        } else if approve {
            format!("{id} {version} ({signed}) is installed{already} and approved")
        } else {
            format!("{id} {version} ({signed}) is installed{already}. Look at it: entrepot adapter inspect {id}\nThen let it in: entrepot adapter approve {id}@{version}")
        };
        let mut lines = vec![said];
        lines.extend(super::cut_lines(&cut));
        lines.extend(offer);
        lines.join("\n")
    })
}

fn fetch_options(host: &Host, options: InstallOptions) -> Result<FetchOptions> {
    let config = &host.config;
    let registry = config.registry.as_deref().map(str::parse).transpose();
    Ok(FetchOptions {
        registry: registry.context("ENTREPOT_REGISTRY names no registry")?,
        allow_yanked: options.allow_yanked,
        allow_loopback_http: config.egress.allow_loopback,
        extra_roots_pem: config.egress.extra_roots_pem.clone(),
        ..FetchOptions::default()
    })
}
