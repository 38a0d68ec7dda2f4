//! What a run needs to know of the shop, asked once: sections, categories, processing profiles. Travels as the run's context.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::{log, paging};
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
    /// Which of these lists could not be read, or not as a whole.
    #[serde(default)]
    pub(crate) unread: Vec<String>,
    /// For the host, which reads all of the shop again when a list can be read that could not be.
    #[serde(default)]
    facts: BTreeMap<String, String>,
}

/// From this attempt on, a list that cannot be read does not stop the run: listings come without what it says, and say so.
const RESIGNED: u32 = 3;

pub(crate) const SECTIONS: &str = "sections";
pub(crate) const TAXONOMY: &str = "categories";
pub(crate) const PROFILES: &str = "profiles";

impl Shop {
    /// What an earlier page found out, or else Etsy is asked. `attempt`: of the same page.
    pub(crate) fn of<T: Transport>(
        client: &Client<'_, T>,
        context: Option<&str>,
        attempt: u32,
    ) -> Result<(Self, bool), Error> {
        match paging::decode::<Option<Self>>(context)? {
            Some(shop) => Ok((shop, false)),
            None => Ok((Self::discover(client, attempt)?, true)),
        }
    }

    fn discover<T: Transport>(client: &Client<'_, T>, attempt: u32) -> Result<Self, Error> {
        let requests = [
            client.request(As::App, &client.of_shop("/sections"), &[]),
            client.request(As::App, "/seller-taxonomy/nodes", &[]),
            // Without an offset: paged, this list loses records.
            client.request(As::Shop, &client.of_shop("/readiness-state-definitions"), &[("limit", MOST_PROFILES)]),
        ];
        let mut answers = client.get_all(&requests).into_iter();
        let mut next = || answers.next().unwrap_or(Err(Error::NotFound));
        let (mut unread, resigned) = (Vec::new(), attempt >= RESIGNED);
        let sections = match next() {
            Err(Error::NotFound) => return Err(unknown(client.settings.shop)),
            answer => or_unread(SECTIONS, answer.and_then(|answer| sections(&answer)), resigned, &mut unread)?,
        };
        // It is the same for all shops, and always there: without it, all listings would lose their category.
        let taxonomy = match next() {
            Err(Error::Unauthorized(_)) => BTreeMap::new(),
            Err(Error::NotFound) => {
                let why = "Etsy does not find its list of categories (HTTP 404)".to_owned();
                or_unread(TAXONOMY, Err(Error::Unavailable(why)), resigned, &mut unread)?
            }
            answer => or_unread(TAXONOMY, answer.and_then(|answer| taxonomy(&answer)), resigned, &mut unread)?,
        };
        let profiles = match optional(next()) {
            Ok(None) => BTreeMap::new(),
            Ok(Some(answer)) => or_unread(PROFILES, profiles(&answer), resigned, &mut unread)?,
            Err(error) => or_unread(PROFILES, Err(error), resigned, &mut unread)?,
        };
        let fact = |list: &str| if unread.iter().any(|name| name == list) { "unread" } else { "read" };
        let facts = [SECTIONS, TAXONOMY, PROFILES].map(|list| (list.to_owned(), fact(list).to_owned()));
        Ok(Self { sections, taxonomy, profiles, total: None, facts: facts.into(), unread })
    }

    /// Whether the list lacks what a listing names, and was not read as a whole. Of sections none is named that the shop does not have.
    pub(crate) fn lacks(&self, list: &str, id: u64) -> bool {
        let has = match list {
            SECTIONS => self.sections.contains_key(&id),
            TAXONOMY => self.taxonomy.contains_key(&id),
            _ => self.profiles.contains_key(&id),
        };
        !has && (list == SECTIONS || self.unread.iter().any(|unread| unread == list))
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

/// What was read; nothing, and the list's name among the unread ones, where it cannot be.
fn or_unread<V: Default>(
    list: &str,
    read: Result<V, Error>,
    resigned: bool,
    unread: &mut Vec<String>,
) -> Result<V, Error> {
    match read {
        Err(Error::Unavailable(why) | Error::Other(why)) if resigned => {
            log::warn("a list cannot be read; listings come without what it says", &[("list", list), ("why", &why)]);
            unread.push(list.to_owned());
            Ok(V::default())
        }
        read => read,
    }
}

/// Fewer rows than Etsy counts are not the list.
fn whole(list: &str, count: Option<u64>, shown: usize) -> Result<(), Error> {
    match count.filter(|count| *count > shown as u64) {
        Some(count) => Err(Error::Unavailable(format!("Etsy shows {shown} of {count} {list}"))),
        None => Ok(()),
    }
}

/// Etsy gives no more at once.
const MOST_PROFILES: &str = "100";

fn sections(answer: &Answer) -> Result<BTreeMap<u64, String>, Error> {
    let (count, results) = answer.list()?;
    let shown = results.len() as u64;
    let sections = results.into_iter().map(Raw::fields);
    let sections: BTreeMap<_, _> =
        sections.filter_map(|s| Some((s.get("shop_section_id").id()?, s.get("title").name()?))).collect();
    whole(SECTIONS, count.max(Some(shown)), sections.len())?;
    Ok(sections)
}

fn taxonomy(answer: &Answer) -> Result<BTreeMap<u64, (String, u64)>, Error> {
    let (count, results) = answer.list()?;
    let mut nodes = BTreeMap::new();
    let mut waiting: Vec<(Raw<'_>, u64)> = results.into_iter().map(|node| (node, 0)).collect();
    while let Some((node, parent)) = waiting.pop() {
        let node = node.fields();
        let children = node.get("children");
        let are_read = children.is_null() || children.is_php_list_of(Raw::is_object);
        let (Some(id), Some(name), true) = (node.get("id").id(), node.get("name").name(), are_read) else {
            // With it go all that are below it.
            return Err(Error::Unavailable("Etsy shows a category that cannot be read".to_owned()));
        };
        nodes.insert(id, (name, parent));
        waiting.extend(children.items().into_iter().map(|child| (child, id)));
    }
    whole(TAXONOMY, count, nodes.len())?;
    Ok(nodes)
}

fn profiles(answer: &Answer) -> Result<BTreeMap<u64, Profile>, Error> {
    let (count, results) = answer.list()?;
    // Of more than come at once the first ones are all there is to have.
    if MOST_PROFILES.parse() != Ok(results.len()) {
        whole(PROFILES, count, results.len())?;
    }
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
