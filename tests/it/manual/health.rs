//! `health.md`: the alerts about the watching itself, and their limits.

use std::fmt::Write as _;
use std::time::Duration;

use trailhound::alert::health::Trouble;
use trailhound::pipeline::health::Limits;

use super::markdown::{code, table};

pub(super) fn page() -> String {
    let mut out = String::from(
        "# Health\n\nA log that is not seen, or seen late, is an alert like any other: it goes to the same sinks, in the same form, \
         with one of these ids in the place of a detector's. Each episode is one alert, and its end is another, whose `closes` is \
         the id of the first. A restart raises nothing again.\n\n\
         A log that can be read and is empty is told from one that can't be read: the summary says which.\n\n",
    );
    let rows = Trouble::ALL.map(|trouble| {
        [
            format!("[`{0}`](#{0})", trouble.id()),
            trouble.severity().to_string(),
            trouble.title().to_owned(),
            trouble.attack().join(" "),
        ]
    });
    out.push_str(&table(["id", "severity", "title", "ATT&CK"], rows));
    for trouble in Trouble::ALL {
        let (id, meaning) = (trouble.id(), trouble.meaning());
        let runbook = trouble.runbook().replace('\n', "\n\n");
        let _ = write!(out, "\n## {id}\n\n{meaning}\n\n**What to do.** {runbook}\n");
    }
    let Limits {
        silence,
        authenticator_silence,
        lag,
        lag_hold,
        denied,
        grace,
    } = Limits::default();
    let rows = [
        (
            "silence",
            silence,
            "how long an audit log may be silent, and a reader say nothing",
        ),
        (
            "authenticator_silence",
            authenticator_silence,
            "how long an authenticator's log that was heard may be silent while the audit log flows",
        ),
        (
            "lag",
            lag,
            "how old events may be when they are read, and how long reading may fail",
        ),
        (
            "lag_hold",
            lag_hold,
            "how long events must have come too late",
        ),
        ("denied", denied, "how long reading may be refused"),
        (
            "grace",
            grace,
            "how long after a start nothing is an alert yet",
        ),
    ];
    let rows = rows.map(|(name, limit, what)| [code(name), minutes(limit), what.to_owned()]);
    let _ = write!(
        out,
        "\n## Limits\n\n{}",
        table(["limit", "default", "what"], rows)
    );
    out
}

fn minutes(limit: Duration) -> String {
    match limit.as_secs() / 60 {
        1 => "1 minute".to_owned(),
        minutes if minutes % 60 == 0 => format!("{} hours", minutes / 60),
        minutes => format!("{minutes} minutes"),
    }
}
