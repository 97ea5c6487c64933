//! How long to wait after a failure: longer each time, up to a limit that depends on the class, and never
//! the same for two.

use std::time::Duration;

use super::delivery::Class;

/// The first wait and the longest, in milliseconds.
const fn bounds(class: Class) -> (u64, u64) {
    match class {
        Class::Throttled => (1_000, 10_000),
        Class::Retry => (500, 10_000),
        Class::Denied | Class::Gone | Class::Config => (5_000, 60_000),
    }
}

/// The wait after a row of `failures` failures, of which the last was of `class`. `chance` is between 0 and
/// 1: it shortens the wait by up to a half.
pub(super) fn wait(class: Class, failures: u32, chance: f64) -> Duration {
    let (first, longest) = bounds(class);
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let whole = Duration::from_millis(doubled.min(longest));
    whole.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit() {
        let plain = |failures| wait(Class::Retry, failures, 0.0).as_millis();
        assert_eq!((plain(0), plain(1), plain(2)), (500, 500, 1_000));
        assert_eq!((plain(6), plain(u32::MAX)), (10_000, 10_000));
        assert_eq!(wait(Class::Denied, 99, 0.0).as_millis(), 60_000);
    }

    #[test]
    fn chance_takes_away_at_most_a_half() {
        for chance in [-1.0, 0.0, 0.3, 1.0, 2.0] {
            let wait = wait(Class::Throttled, 1, chance).as_millis();
            assert!((500..=1_000).contains(&wait), "{wait}");
        }
    }
}
