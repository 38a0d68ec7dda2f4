//! All listings of the shop, read whole: the proof of what is there, and of what is not.

use std::collections::BTreeSet;

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;

use crate::client::Client;
use crate::item::Row;
use crate::pages::{Cursor, STATES, Taken};

const PAGE: u64 = 100;
/// No shop has more pages.
const MOST_PAGES: usize = 2_000;

/// Each row of the list of each state, a hundred of them in a request. A list that shows fewer listings than it counts proves nothing of
/// those that are missing, so it is an error.
pub(crate) fn each<T: Transport>(client: &Client<'_, T>, mut take: impl FnMut(Raw<'_>)) -> Result<(), Error> {
    for (list, state) in STATES.into_iter().enumerate() {
        let (mut cursor, mut counted, mut shown) = (Some(Cursor::of_list(list)), None, BTreeSet::new());
        for _ in 0..MOST_PAGES {
            let Some(at) = cursor.take() else { break };
            let answer = client.get(&client.listings(state, PAGE, at.offset, ""))?;
            let (count, rows) = answer.list()?;
            counted = count;
            let marks: Vec<_> = rows.iter().map(|row| Row::of(*row).mark()).collect();
            cursor = match at.take(&marks, count, PAGE)? {
                Taken::From(from, next) => {
                    for row in &rows[from..] {
                        shown.extend(Row::of(*row).id);
                        take(*row);
                    }
                    next
                }
                Taken::Lost(back) => Some(back),
            };
        }
        let is_whole = cursor.is_none() && counted.is_some_and(|count| count <= shown.len() as u64);
        if !is_whole {
            let count = counted.map_or_else(|| "does not count".to_owned(), |count| format!("counts {count}"));
            let why = format!("Etsy {count} listings that are {state}, and shows {} of them", shown.len());
            return Err(Error::Unavailable(why));
        }
    }
    Ok(())
}

/// Which of these are in one of the lists, although Etsy does not find them by their ids.
pub(crate) fn shown<T: Transport>(client: &Client<'_, T>, ids: &[u64]) -> Result<Vec<u64>, Error> {
    let mut there = Vec::new();
    each(client, |row| there.extend(Row::of(row).id.filter(|id| ids.contains(id))))?;
    Ok(there)
}

/// What two answers that contradict each other are worth.
pub(crate) fn contradicted(id: u64) -> Error {
    Error::Unavailable(format!("Etsy does not find listing {id} by its id and shows it in the shop's lists"))
}
