use anyhow::Result;

use crate::host::Host;
use crate::output::{Output, moment, operator, table};

pub(super) async fn run(host: &Host, key: Option<&str>, output: Output) -> Result<()> {
    let admission = host.app.services.admission();
    if let Some(key) = key {
        let trusted = admission.trust(key, &operator()).await?;
        return output.say(&trusted, || {
            format!("what {} signs with the key {} is let in from now on", trusted.publisher, trusted.key_id)
        });
    }
    let keys = admission.trusted_keys().await?;
    output.say(&keys, || {
        if keys.is_empty() {
            return "no key is trusted; entrepot adapter trust KEY".into();
        }
        let cells: Vec<Vec<String>> = keys
            .iter()
            .map(|key| vec![key.publisher.clone(), key.key_id.clone(), key.trusted_by.clone(), moment(key.trusted_at)])
            .collect();
        table(&["PUBLISHER", "KEY", "TRUSTED BY", "SINCE"], &cells)
    })
}
