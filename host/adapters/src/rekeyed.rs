//! How much was written anew under another master key.

/// What was written anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rekeyed {
    pub done: i64,
    /// What somebody changed past this host, or put back: it is left as it is.
    pub unfit: i64,
}

impl std::ops::AddAssign for Rekeyed {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.unfit += other.unfit;
    }
}
