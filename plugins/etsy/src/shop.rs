//! What a run needs to know of the shop, asked once: sections, categories, processing profiles. Travels as the run's context.

use std::collections::BTreeMap;

use entrepot_guest::paging;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::client::{Answer, As, Client};
use crate::pages::STATES;
use entrepot_guest::lenient::{Fields, Raw};

/// How long it takes until a thing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) state: String,
    pub(crate) min_days: Option<u64>,
    pub(crate) max_days: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shop {
    pub(crate) sections: BTreeMap<u64, String>,
    /// Id to name and parent (0 at the root).
    taxonomy: BTreeMap<u64, (String, u64)>,
    pub(crate) profiles: BTreeMap<u64, Profile>,
    /// Listings in all states when the run began.
    pub(crate) total: Option<u64>,
}

impl Shop {
    /// What an earlier page found out, or else Etsy is asked.
    pub(crate) fn of<T: Transport>(client: &Client<'_, T>, context: Option<&str>) -> Result<(Self, bool), Error> {
        match paging::decode::<Option<Self>>(context)? {
            Some(shop) => Ok((shop, false)),
            None => Ok((Self::discover(client)?, true)),
        }
    }

    fn discover<T: Transport>(client: &Client<'_, T>) -> Result<Self, Error> {
        let requests = [
            client.request(As::App, &client.of_shop("/sections"), &[]),
            client.request(As::App, "/seller-taxonomy/nodes", &[]),
            // Without an offset: paged, this list loses records.
            client.request(As::Shop, &client.of_shop("/readiness-state-definitions"), &[("limit", "100")]),
        ];
        let mut answers = client.get_all(&requests).into_iter();
        let mut next = || answers.next().unwrap_or(Err(Error::NotFound));
        let sections = match next() {
            Err(Error::NotFound) => return Err(unknown(client.settings.shop)),
            answer => sections(&answer?)?,
        };
        // It is the same for all shops, and always there: without it, all listings would lose their category.
        let taxonomy = match next() {
            Err(Error::Unauthorized(_)) => BTreeMap::new(),
            Err(Error::NotFound) => {
                return Err(Error::Unavailable("Etsy does not find its list of categories (HTTP 404)".to_owned()));
            }
            answer => taxonomy(&answer?)?,
        };
        let profiles = match optional(next())? {
            Some(answer) => profiles(&answer)?,
            None => BTreeMap::new(),
        };
        Ok(Self { sections, taxonomy, profiles, total: None })
    }

    /// Names from the root down to and including this one.
    pub(crate) fn path(&self, id: u64) -> Vec<&str> {
        entrepot_guest::shapes::path(id, |id| {
            let (name, parent) = self.taxonomy.get(id)?;
            Some((name.as_str(), Some(*parent)))
        })
    }
}

/// How many listings there are in each state, with what Etsy said of its limits last.
pub(crate) fn counts<T: Transport>(client: &Client<'_, T>) -> Result<(Vec<Option<u64>>, Option<Answer>), Error> {
    let requests = STATES.map(|state| client.listings(state, 1, 0, ""));
    let (mut counts, mut last) = (Vec::new(), None);
    for answer in client.get_all(&requests) {
        let answer = answer?;
        counts.push(answer.list()?.0);
        last = Some(answer);
    }
    Ok((counts, last))
}

pub(crate) fn unknown(shop: u64) -> Error {
    Error::Unauthorized(format!("Etsy knows no shop with the ID {shop}: enter the number of the connected shop."))
}

/// Nothing where the connection may not look; other failures stop the run.
fn optional(answer: Result<Answer, Error>) -> Result<Option<Answer>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Unauthorized(_) | Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn sections(answer: &Answer) -> Result<BTreeMap<u64, String>, Error> {
    let (_, results) = answer.list()?;
    let sections = results.into_iter().map(Raw::fields);
    Ok(sections.filter_map(|s| Some((s.get("shop_section_id").id()?, s.get("title").name()?))).collect())
}

fn taxonomy(answer: &Answer) -> Result<BTreeMap<u64, (String, u64)>, Error> {
    let (_, results) = answer.list()?;
    let mut nodes = BTreeMap::new();
    let mut waiting: Vec<(Fields<'_>, u64)> = results.into_iter().map(|node| (node.fields(), 0)).collect();
    while let Some((node, parent)) = waiting.pop() {
        let (Some(id), Some(name)) = (node.get("id").id(), node.get("name").name()) else { continue };
        nodes.insert(id, (name, parent));
        waiting.extend(node.get("children").records().into_iter().map(|child| (child, id)));
    }
    Ok(nodes)
}

fn profiles(answer: &Answer) -> Result<BTreeMap<u64, Profile>, Error> {
    let (_, results) = answer.list()?;
    let number = |raw: Raw<'_>| raw.word()?.parse().ok();
    let profile = |fields: Fields<'_>| {
        let profile = Profile {
            state: fields.get("readiness_state").word()?.into_owned(),
            min_days: number(fields.get("min_processing_days")),
            max_days: number(fields.get("max_processing_days")),
        };
        Some((fields.get("readiness_state_id").id()?, profile))
    };
    Ok(results.into_iter().map(Raw::fields).filter_map(profile).collect())
}
