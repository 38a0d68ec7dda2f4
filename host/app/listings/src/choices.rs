//! What an account offers for a setting of its channel: shipping profiles, policies, locations. The marketplace is asked by an operation.

use async_trait::async_trait;
use entrepot_core::{ActiveOperation, AppError, Operation, RequestContext, StartedOperation};
use entrepot_store::channels::ChannelRow;
use serde::{Deserialize, Serialize};

use crate::Listings;

/// Values that are told; no account has more.
const MOST: usize = 1_000;

/// Asks a channel's marketplace what there is to choose from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskChoices {
    pub channel: String,
    /// The key of the setting.
    pub setting: String,
}

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedChoices {
    pub channel: String,
    pub setting: String,
    pub choices: Vec<OfferedChoice>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedChoice {
    /// What the setting is set to.
    pub value: String,
    /// As the account calls it.
    pub name: String,
}

impl Listings {
    /// Asks, and waits for the answer.
    pub async fn ask_choices(
        &self,
        context: &RequestContext,
        channel: &str,
        setting: &str,
    ) -> Result<AskedChoices, AppError> {
        let started = self.start_asking_choices(context, channel, setting).await?;
        self.operations.carry::<AskChoices>(self, &context.tenant, &started.id).await
    }

    pub async fn start_asking_choices(
        &self,
        context: &RequestContext,
        channel: &str,
        setting: &str,
    ) -> Result<StartedOperation, AppError> {
        let row = self.selling_channel(&context.tenant, channel).await?;
        self.live_setting(context, &row, setting).await?;
        let ask = AskChoices { channel: row.id, setting: setting.to_owned() };
        self.operations.start(&context.tenant, &context.actor, &ask).await
    }

    async fn live_setting(&self, context: &RequestContext, row: &ChannelRow, setting: &str) -> Result<(), AppError> {
        let open = self.channels.open_as_stored(&context.tenant, &row.id).await?;
        let settings = &open.generation.manifest.settings;
        if settings.get(setting).is_some_and(|setting| setting.live_choices) {
            return Ok(());
        }
        let live = settings.iter().filter(|(_, setting)| setting.live_choices);
        let all: Vec<&str> = live.map(|(key, _)| key.as_str()).collect();
        let told = match all.is_empty() {
            true => format!("the account of {} is asked for no setting's values", row.name),
            false => {
                format!("the account of {} is asked for values of {}; not of {setting:?}", row.name, all.join(", "))
            }
        };
        Err(AppError::Listing(told))
    }
}

#[async_trait]
impl Operation for AskChoices {
    type Context = Listings;
    type Outcome = AskedChoices;
    const KIND: &'static str = "ask_choices";

    async fn run(&self, listings: &Listings, active: &ActiveOperation) -> Result<Option<AskedChoices>, AppError> {
        let channel = listings.channels.open_channel(active.tenant(), &self.channel).await?;
        let (adapter, session) = (&channel.generation.adapter, channel.session(&listings.services));
        let asked = adapter.live_choices(&channel.view, session, self.setting.clone()).await;
        // Calls that failed count, too.
        listings.channels.account(active.scoped(), &channel).await;
        let choices = asked?.into_iter().take(MOST).map(|(value, name)| OfferedChoice { value, name }).collect();
        Ok(Some(AskedChoices { channel: self.channel.clone(), setting: self.setting.clone(), choices }))
    }
}
