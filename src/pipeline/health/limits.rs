//! How long something may be wrong before it is an alert.

use std::time::Duration;

/// The limits of health. Built from the settings; the default is what the manual tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an audit log may be silent, and a reader say nothing: 10 minutes.
    pub silence: Duration,
    /// How long an authenticator's log that has been heard may be silent while the audit log flows: 2
    /// hours. Nodes alone make it speak every quarter of an hour.
    pub authenticator_silence: Duration,
    /// How old events may be when they are read, and how long reading may fail: 5 minutes.
    pub lag: Duration,
    /// How long events must have been too old before it is an alert: 1 minute.
    pub lag_hold: Duration,
    /// How long reading may be refused: 2 minutes.
    pub denied: Duration,
    /// How long after a start nothing is an alert yet, so that what was missed can be read first: 2
    /// minutes.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            silence: minutes(10),
            authenticator_silence: minutes(120),
            lag: minutes(5),
            lag_hold: minutes(1),
            denied: minutes(2),
            grace: minutes(2),
        }
    }
}
