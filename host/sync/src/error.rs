use entrepot_admission::AdmissionError;
use entrepot_domain::grants::{BindError, SettingProblem};
use entrepot_queue::QueueError;
use entrepot_runtime::CallError;
use entrepot_store::StoreError;
use entrepot_vault::VaultError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum SyncError {
    #[error("there is no channel {0:?}; `entrepot channel list` shows what there is")]
    NoChannel(String),
    #[error("there is no run {0:?}; `entrepot runs` shows what there is")]
    NoRun(String),
    #[error("there is a channel of the name {0:?} already; choose another")]
    NameTaken(String),
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<SettingProblem>),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}
