//! Another master key: everything that is written under earlier ones is written anew under the one in use, while hosts go on.
// See docs/decisions/0065-changing-the-master-key.md

mod channel;
mod connection;
mod second_factor;

use async_trait::async_trait;
use entrepot_adapters::Rekeyed;
use entrepot_domain::TenantId;
use serde::{Deserialize, Serialize};

use entrepot_core::{ActiveOperation, AppError, Operation, OperationReport, Operations, Progress, StartedOperation};

use crate::Channels;
use crate::key_use::marks;

/// Channels and connections that are looked for at once.
const AT_ONCE: i64 = 100;

/// Changing master keys. Cheap to clone.
#[derive(Clone)]
pub struct KeyRotation {
    channels: Channels,
    operations: Operations,
}

/// Writes everything anew under that master key, which has to be the one in use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RotateKey {
    pub to: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotated {
    pub key_id: String,
    /// What was written anew.
    pub rewritten: i64,
    /// What is not as this host wrote it, and was left as it is.
    pub unfit: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// The log says that it begins.
    #[default]
    Begin,
    Adapters,
    Channels,
    Connections,
    SecondFactors,
    Log,
    /// Nothing was found any more.
    End,
}

/// How far it is. Whatever was written anew is not found a second time, so a lost checkpoint costs a look.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    stage: Stage,
    /// Tenant and id of the last channel or connection of this stage.
    after: (String, String),
    /// The last entry of the log.
    entry: i64,
    rewritten: i64,
    unfit: i64,
    total: i64,
    /// By this pass over everything: hosts that did not know the key yet may have written with another one behind it.
    found: i64,
}

impl Checkpoint {
    fn progress(&self) -> Progress {
        Progress { done: self.rewritten, total: Some(self.total.max(self.rewritten)) }
    }

    fn count(&mut self, rekeyed: Rekeyed) {
        self.rewritten += rekeyed.done;
        self.found += rekeyed.done;
        self.unfit += rekeyed.unfit;
    }

    fn enter(&mut self, stage: Stage) {
        (self.stage, self.after, self.entry) = (stage, Default::default(), 0);
    }
}

impl KeyRotation {
    pub fn new(channels: Channels, operations: Operations) -> Self {
        Self { channels, operations }
    }

    /// Brings everything under the key in use and waits for the end; goes on where another process stopped. Who wants to know how far it
    /// is gets the operation from `started`.
    pub async fn rotate(
        &self,
        tenant: &TenantId,
        actor: &str,
        started: impl FnOnce(&StartedOperation),
    ) -> Result<Rotated, AppError> {
        let to = self.channels.services().keys().ids().into_iter().next().unwrap_or_default();
        let operation = self.operations.start(tenant, actor, &RotateKey { to }).await?;
        started(&operation);
        self.operations.carry::<RotateKey>(self, tenant, &operation.id).await
    }

    pub async fn report(&self, tenant: &TenantId, id: &str) -> Result<OperationReport, AppError> {
        self.operations.operation(tenant, id).await
    }

    /// One step of a stage, and which stage is next.
    async fn step(&self, key_id: &str, by: &str, at: &mut Checkpoint) -> Result<(), AppError> {
        let (channels, marks) = (&self.channels, marks(key_id));
        let admission = channels.services().admission();
        match at.stage {
            Stage::Begin => {
                let others = channels.master_keys().await?.into_iter().filter(|key| !key.in_use && key.given);
                at.total = others.map(|key| key.rows + key.sealed + key.entries).sum();
                admission.record_rekey_begun(key_id, by).await?;
                at.enter(Stage::Adapters);
            }
            Stage::Adapters => {
                (at.found, at.unfit) = (0, 0);
                at.count(admission.rekey_rows(&marks).await?);
                at.enter(Stage::Channels);
            }
            Stage::Channels => {
                let page = channels.services().db().channels_not_under(&marks, &at.after, AT_ONCE).await?;
                for (tenant, id) in &page {
                    at.count(channels.rekey_channel(key_id, &TenantId::from(tenant.as_str()), id).await?);
                }
                match page.into_iter().next_back() {
                    Some(last) => at.after = last,
                    None => at.enter(Stage::Connections),
                }
            }
            Stage::Connections => {
                let page = channels.services().db().connections_not_under(&marks, &at.after, AT_ONCE).await?;
                for row in &page {
                    at.count(channels.rekey_connection(row).await?);
                }
                match page.into_iter().next_back() {
                    Some(last) => at.after = (last.tenant_id, last.id),
                    None => at.enter(Stage::SecondFactors),
                }
            }
            Stage::SecondFactors => {
                let page = channels.services().db().second_factors_not_under(&marks, &at.after.1, AT_ONCE).await?;
                for row in &page {
                    at.count(channels.rekey_second_factor(row).await?);
                }
                match page.into_iter().next_back() {
                    Some(last) => at.after.1 = last.id,
                    None => at.enter(Stage::Log),
                }
            }
            Stage::Log => match admission.rekey_log(at.entry).await? {
                Some((last, rekeyed)) => {
                    at.count(rekeyed);
                    at.entry = last;
                }
                None if at.found > 0 => at.enter(Stage::Adapters),
                None => at.enter(Stage::End),
            },
            Stage::End => {}
        }
        Ok(())
    }
}

#[async_trait]
impl Operation for RotateKey {
    type Context = KeyRotation;
    type Outcome = Rotated;
    const KIND: &'static str = "rotate_key";

    async fn run(&self, rotation: &KeyRotation, active: &ActiveOperation) -> Result<Option<Rotated>, AppError> {
        let services = rotation.channels.services();
        services.keys().refresh();
        if services.keys().ids().first() != Some(&self.to) {
            let why = format!(
                "the host {} writes with the master key {}, not with {}; give every host both, {} first, and rotate again",
                services.host_name(),
                services.keys().ids().first().map_or("", String::as_str),
                self.to,
                self.to
            );
            return Err(AppError::Operation { code: "key".to_owned(), why });
        }
        let mut at = active.checkpoint::<Checkpoint>()?.unwrap_or_default();
        while at.stage != Stage::End {
            rotation.step(&self.to, active.actor(), &mut at).await?;
            active.keep_alone(&at, at.progress()).await?;
            if active.is_turn_over() {
                return Ok(None);
            }
        }
        let (done, unfit) = (at.rewritten, at.unfit);
        services.admission().record_rekey_done(&self.to, active.actor(), Rekeyed { done, unfit }).await?;
        tracing::info!(rewritten = done, unfit, "everything is under the master key {}", self.to);
        Ok(Some(Rotated { key_id: self.to.clone(), rewritten: done, unfit }))
    }
}
