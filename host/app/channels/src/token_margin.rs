use std::time::Duration;

use entrepot_domain::clock::{Timestamp, millis};
use entrepot_store::tokens::TokenState;

/// How long before its end a token is renewed.
#[derive(Clone, Copy)]
pub(crate) struct Margin {
    pub(crate) before: Duration,
    /// Of a token that lives for less than that many margins, this part of its life is the margin.
    pub(crate) parts: i64,
}

/// From one renewal to the next, whatever the marketplace says of the token's end.
const APART: Duration = Duration::from_secs(30);

impl Margin {
    /// The token is over, or nearly so.
    pub(crate) fn is_reached(self, state: &TokenState, now: Timestamp) -> bool {
        let Some(end) = state.expires_at else { return false };
        let lifetime = if state.renewed_at > 0 { end.saturating_sub(state.renewed_at).max(0) } else { i64::MAX };
        let is_fresh = (0..millis(APART)).contains(&now.saturating_sub(state.renewed_at));
        !is_fresh && end <= now.saturating_add(millis(self.before).min(lifetime / self.parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGIN: Margin = Margin { before: Duration::from_secs(5 * 60), parts: 4 };

    fn of(end: Timestamp, renewed_at: Timestamp) -> TokenState {
        TokenState { expires_at: Some(end), renewed_at, application_expires_at: None }
    }

    #[test]
    fn a_token_of_minutes_is_not_renewed_all_the_time() {
        const MINUTE: i64 = 60_000;
        let got = 1_000 * MINUTE;
        let ending = |lifetime: i64, age: i64| MARGIN.is_reached(&of(got + lifetime, got), got + age);
        assert!(!ending(60 * MINUTE, 54 * MINUTE) && ending(60 * MINUTE, 55 * MINUTE));
        assert!(!ending(4 * MINUTE, 2 * MINUTE) && ending(4 * MINUTE, 3 * MINUTE));
        for lifetime in [-5, 0, 1_000, 20_000] {
            assert!(!ending(lifetime, 0) && !ending(lifetime, 29_000) && ending(lifetime, 30_000), "{lifetime}");
        }
        assert!(!MARGIN.is_reached(&TokenState::default(), got), "nobody knows when");
        let pasted = of(got, 0);
        assert!(MARGIN.is_reached(&pasted, got - 5 * MINUTE) && !MARGIN.is_reached(&pasted, got - 6 * MINUTE));
    }
}
