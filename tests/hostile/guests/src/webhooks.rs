//! Deliveries whose body is an order: what they tell of, and how long it takes to find out.

use entrepot_guest::prelude::*;

use crate::exhaust;
use crate::orders::Orders;

pub(crate) fn verify(delivery: &Delivery) -> Result<Verdict, Error> {
    let orders = Orders::of_delivery(delivery)?;
    exhaust::run(&orders);
    let repeated =
        |event: fn(String) -> Event| (0..orders.number("times")).map(move |number| event(number.to_string()));
    let mut events: Vec<Event> = orders.texts("deleted").into_iter().map(Event::Deleted).collect();
    events.extend(orders.texts("changed").into_iter().map(Event::Changed));
    match orders.mode() {
        "many-events" => events.extend(repeated(Event::Changed)),
        "huge-event" => events.push(Event::RunReady("x".repeat(orders.number("times")))),
        _ => {}
    }
    let (id, topic) = (orders.text("id").to_owned(), "ordered".to_owned());
    Ok(Verdict::Accepted(Verified { id, topic, occurred_at: None, events }))
}
