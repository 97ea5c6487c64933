//! How long to wait after a failure, by its kind. Pure: the chance in it is handed in.

use std::time::Duration;

use super::deliver::Class;

/// First and longest wait for what may get better by itself.
const SOON: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// First and longest wait for what somebody has to mend.
const SLOW: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(900));

/// How long to wait after the failure that follows `attempts` earlier ones: twice as long each time.
/// `chance`, between 0 and 1, takes away up to half, so that many do not come back at once, but never
/// goes below the first wait.
#[must_use]
pub fn delay(class: Class, attempts: u32, chance: f64) -> Duration {
    let (first, longest) = match class {
        Class::Throttled | Class::Retry => SOON,
        Class::Denied | Class::Refused => SLOW,
    };
    let whole = first
        .saturating_mul(2_u32.saturating_pow(attempts))
        .min(longest);
    whole.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0).max(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_a_longest() {
        let seconds = |class, attempts| delay(class, attempts, 0.0).as_secs();
        assert_eq!(
            [0, 1, 2, 8, 9, 99].map(|n| seconds(Class::Retry, n)),
            [1, 2, 4, 256, 300, 300]
        );
        assert_eq!(
            [0, 1, 2, 3, 4, 99].map(|n| seconds(Class::Denied, n)),
            [60, 120, 240, 480, 900, 900]
        );
    }

    proptest! {
        #[test]
        fn chance_takes_away_half_at_most(attempts in 0_u32..200, chance in 0.0..1.0_f64) {
            for class in [Class::Throttled, Class::Denied] {
                let (whole, some) = (delay(class, attempts, 0.0), delay(class, attempts, chance));
                prop_assert!(some <= whole && some >= whole / 2 && some >= delay(class, 0, 0.0));
            }
        }
    }
}
