//! A failing input made smaller, so that a person sees what it is about.

/// Leaves out ever smaller pieces as long as it still fails, then makes what is left plain. At most `tries` runs.
pub fn minimise(input: &[u8], mut tries: usize, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut best = input.to_vec();
    let mut length = best.len();
    while length > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..(at + length).min(best.len()));
            if tries == 0 {
                return best;
            }
            tries -= 1;
            if fails(&shorter) {
                best = shorter;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    for at in 0..best.len() {
        let mut plainer = best.clone();
        plainer[at] = b'a';
        if tries == 0 {
            return best;
        }
        tries -= 1;
        if fails(&plainer) {
            best = plainer;
        }
    }
    best
}
