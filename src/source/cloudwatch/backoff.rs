//! How long to wait after a failure: longer each time, up to a limit that depends on the class, and never
//! the same for two.

use std::time::Duration;

use super::delivery::Class;

/// The first wait and the longest, as multiples of the first wait of all.
const fn bounds(class: Class) -> (u32, u32) {
    match class {
        Class::Throttled => (2, 20),
        Class::Retry => (1, 20),
        Class::Denied | Class::Gone | Class::Config => (10, 120),
    }
}

/// The wait after a row of `failures` failures, of which the last was of `class`. `chance` is between 0 and
/// 1: it shortens the wait by up to a half. `unit` is the first wait after a failure that passes.
pub(in crate::source) fn wait(
    unit: Duration,
    class: Class,
    failures: u32,
    chance: f64,
) -> Duration {
    let (first, longest) = bounds(class);
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let whole = unit.saturating_mul(doubled.min(longest));
    whole.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Duration = Duration::from_millis(500);

    #[test]
    fn waits_grow_up_to_a_limit() {
        let plain = |failures| wait(UNIT, Class::Retry, failures, 0.0).as_millis();
        assert_eq!((plain(0), plain(1), plain(2)), (500, 500, 1_000));
        assert_eq!((plain(6), plain(u32::MAX)), (10_000, 10_000));
        assert_eq!(wait(UNIT, Class::Denied, 99, 0.0).as_millis(), 60_000);
    }

    #[test]
    fn chance_takes_away_at_most_a_half() {
        for chance in [-1.0, 0.0, 0.3, 1.0, 2.0] {
            let wait = wait(UNIT, Class::Throttled, 1, chance).as_millis();
            assert!((500..=1_000).contains(&wait), "{wait}");
        }
    }
}
