//! How many of a kind of goods can be sold. Pure.

/// Pieces of goods at one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockLevel {
    /// That lie there.
    pub on_hand: i64,
    /// Of those, promised to buyers.
    pub reserved: i64,
    /// Of those, kept back.
    pub buffer: i64,
}

impl StockLevel {
    /// What can be sold of it: on hand less what is reserved and kept back, and never less than nothing, so that one place does not take
    /// from another.
    pub fn available(self) -> i64 {
        self.on_hand.saturating_sub(self.reserved).saturating_sub(self.buffer).max(0)
    }
}

/// How many bundles can be made of parts, each with how many there are and how many one bundle takes. None: no part is counted.
pub fn bundles(parts: impl Iterator<Item = (i64, i64)>) -> Option<i64> {
    parts.map(|(available, units)| available.max(0) / units.max(1)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_sold_is_what_is_neither_promised_nor_kept_back() {
        let level = |on_hand, reserved, buffer| StockLevel { on_hand, reserved, buffer }.available();
        assert_eq!((level(10, 3, 2), level(1, 0, 5), level(0, 0, 0)), (5, 0, 0));
    }

    #[test]
    fn a_bundle_is_as_many_as_its_scarcest_part() {
        assert_eq!(bundles([(10, 3), (9, 1)].into_iter()), Some(3));
        assert_eq!(bundles([(2, 3), (9, 1)].into_iter()), Some(0));
        assert_eq!(bundles(std::iter::empty()), None);
    }
}
