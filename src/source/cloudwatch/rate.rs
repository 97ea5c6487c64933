//! How fast may be called: the quota of the region, the share of it that is ours, and what the service
//! allows in fact. Arithmetic only; waiting is [`super::budget`]'s.

use std::time::Duration;

/// The least calls in a second that throttling can bring a budget down to, unless the settings want less; an
/// eighth of much. Fewer would blind us where calls are refused by chance and not for their number.
const LEAST: f64 = 0.5;

/// The least ceiling.
const LOWEST: f64 = 0.1;

/// Calls of FilterLogEvents that an account has in a second, by region: not adjustable (AWS, "CloudWatch
/// Logs quotas").
#[must_use]
pub fn quota(region: &str) -> f64 {
    match region {
        "us-east-1" => 25.0,
        "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "eu-central-1" | "il-central-1" => 5.0,
        _ => 10.0,
    }
}

/// A rate that is halved by a refusal and grows slowly by success.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    /// Calls in a second that are never exceeded.
    ceiling: f64,
    /// Calls in a second at present.
    current: f64,
    /// How often it was halved: of many calls that were under way together, one refusal counts.
    epoch: u64,
}

impl Rate {
    /// At most `ceiling` calls in a second.
    pub(super) fn new(ceiling: f64) -> Self {
        let ceiling = if ceiling.is_finite() { ceiling } else { LOWEST };
        let ceiling = ceiling.clamp(LOWEST, 1_000.0);
        Self {
            ceiling,
            current: ceiling,
            epoch: 0,
        }
    }

    /// From one call to the next.
    pub(super) fn pause(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.current)
    }

    /// What a call that begins now must bring back to [`Rate::refused`].
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A call was answered.
    pub(super) fn answered(&mut self) {
        self.current = (self.current + self.ceiling / 50.0).min(self.ceiling);
    }

    /// A call that began in `epoch` was refused for there being too many.
    pub(super) fn refused(&mut self, epoch: u64) {
        if epoch == self.epoch {
            let least = (self.ceiling / 8.0).max(LEAST).min(self.ceiling);
            self.current = (self.current / 2.0).max(least);
            self.epoch += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_calls_that_were_under_way_together_count_once() {
        let mut rate = Rate::new(8.0);
        let epoch = rate.epoch();
        for _ in 0..20 {
            rate.refused(epoch);
        }
        assert_eq!(rate.pause(), Duration::from_millis(250));
        rate.refused(rate.epoch());
        assert_eq!(rate.pause(), Duration::from_millis(500));
    }

    #[test]
    fn the_rate_never_stops_and_comes_back_slowly_to_its_ceiling() {
        let mut rate = Rate::new(5.0);
        for _ in 0..100 {
            rate.refused(rate.epoch());
        }
        assert_eq!(rate.pause(), Duration::from_millis(1_600));
        rate.answered();
        assert!(rate.pause() > Duration::from_secs(1));
        for _ in 0..200 {
            rate.answered();
        }
        assert_eq!(rate.pause(), Duration::from_millis(200));
    }

    #[test]
    fn no_setting_makes_it_endless_or_immediate() {
        for strange in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            let pause = Rate::new(strange).pause();
            assert!(pause >= Duration::from_millis(1) && pause <= Duration::from_secs(10));
        }
    }

    #[test]
    fn frankfurt_has_a_fifth_of_virginia() {
        assert!((quota("us-east-1") / quota("eu-central-1") - 5.0).abs() < 1e-9);
        assert!((quota("eu-north-1") - 10.0).abs() < 1e-9);
    }
}
