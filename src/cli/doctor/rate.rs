//! Whether polling can keep up with what the logs of an account and region hold.

use std::collections::BTreeMap;
use std::time::Duration;

use super::filter::Seen;
use super::finding::Finding;
use crate::source::cloudwatch::quota;

/// A busy log is read about twice, since what comes late lies behind what was read, and a quarter of all
/// calls look further back.
const OVER_AGAIN: f64 = 2.0;
const LOOKING_BACK: f64 = 4.0 / 3.0;

/// Calls a second that are needed, by account and region.
#[derive(Debug, Default)]
pub(crate) struct Need(BTreeMap<(String, String), f64>);

impl Need {
    /// Adds a log that was looked at.
    pub(crate) fn add(&mut self, account: &str, region: &str, seen: Seen, interval: Duration) {
        let pages = f64::from(seen.pages) / (seen.span.max(1) as f64 / 1000.0);
        let least = 1.0 / interval.as_secs_f64().max(1.0);
        let calls = least.max(pages * OVER_AGAIN) * LOOKING_BACK;
        *self
            .0
            .entry((account.to_owned(), region.to_owned()))
            .or_default() += calls;
    }

    /// A line for each account and region. `share` is the part of the quota that polling takes; the rest
    /// is left to people.
    pub(crate) fn findings(&self, share: f64) -> Vec<Finding> {
        let finding = |((account, region), need): (&(String, String), &f64)| {
            let quota = quota(region);
            let about = format!("{account} {region}");
            let words = format!(
                "polling takes about {need:.1} calls of FilterLogEvents a second, of {quota} that AWS allows"
            );
            let fine = Finding::ok("rate", &about, words);
            if *need > quota {
                fine.fail("polling can't keep up, and the quota can't be raised: feed these logs by a subscription")
            } else if *need > quota * share {
                fine.warn("that is more than poll.share of it, so events will be read later than poll.interval: raise both, or feed the busiest logs by a subscription")
            } else {
                fine
            }
        };
        self.0.iter().map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    fn level(groups: u32, pages: u32, region: &str) -> Vec<Level> {
        let mut need = Need::default();
        for _ in 0..groups {
            let seen = Seen {
                pages,
                span: 600_000,
                ..Seen::default()
            };
            need.add("111122223333", region, seen, Duration::from_secs(5));
        }
        need.findings(0.5)
            .iter()
            .map(|finding| finding.level)
            .collect()
    }

    #[test]
    fn a_few_quiet_logs_can_be_polled() {
        assert_eq!(level(4, 10, "eu-west-1"), [Level::Ok]);
    }

    #[test]
    fn many_logs_and_busy_ones_need_a_subscription_where_the_quota_is_small() {
        assert_eq!(level(12, 10, "eu-central-1"), [Level::Warn]);
        assert_eq!(level(40, 10, "eu-central-1"), [Level::Fail]);
        assert_eq!(level(40, 10, "us-east-1"), [Level::Ok]);
        assert_eq!(level(1, 3_000, "eu-west-1"), [Level::Fail]);
    }
}
