//! What became of a delivery when it came.

use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It will be worked on.
    Stored,
    /// It came before, and is not worked on again.
    Known,
    /// To be answered like this, and nothing else.
    Reply { status: u16, content_type: String, body: Vec<u8> },
    /// Whatever the reason: who delivers is not told.
    Refused,
    /// It is to be delivered again, after so long.
    Later(Duration),
    /// It was not taken, and a look at the shop finds what it is about.
    TooLarge,
}
