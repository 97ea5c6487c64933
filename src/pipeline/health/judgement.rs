//! From what is remembered of a log to what is wrong with it now, and what has ended.

use super::limits::Limits;
use super::watched::Watched;
use crate::alert::health::Trouble;
use crate::source::cloudwatch::LogKind;
use crate::telemetry::milliseconds;

/// Something that is wrong, since when, and in words.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) trouble: Trouble,
    pub(super) start: i64,
    pub(super) words: String,
}

/// What the audit log of the same group tells the authenticator's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sibling {
    /// It flows.
    pub(super) flows: bool,
    /// It can't be read either: one alert tells of both.
    pub(super) unreadable: bool,
}

/// What is wrong with a log, if it is wrong for long enough. The gravest alone: it explains the others.
pub(super) fn wrong(
    log: &Watched,
    kind: LogKind,
    sibling: Sibling,
    limits: &Limits,
    now: i64,
) -> Option<Wrong> {
    if log.over || now - log.started < milliseconds(limits.grace) {
        return None;
    }
    let unreadable = || denied(log, limits, now).or_else(|| failing(log, limits, now));
    match kind {
        // Objects come when somebody has filled them: no time tells that there should be one.
        LogKind::Objects => unreadable().or_else(|| unheard(log, sibling, limits, now)),
        LogKind::Audit | LogKind::Records => unreadable()
            .or_else(|| silent(log, limits, now))
            .or_else(|| late(log, limits, now)),
        LogKind::Authenticator if sibling.unreadable => None,
        LogKind::Authenticator => unreadable()
            .or_else(|| unheard(log, sibling, limits, now))
            .or_else(|| late(log, limits, now)),
    }
}

/// Whether a trouble that was raised has ended: by evidence, never by time alone.
pub(super) fn over(log: &Watched, trouble: Trouble, kind: LogKind, start: i64) -> bool {
    if log.over {
        return true;
    }
    let readable = log.failing.is_none() && log.given.is_none();
    let heard = log.heard.is_some_and(|heard| heard > start);
    // The end of a walk proves that a log which may be quiet is read.
    let walked = log.mended.is_some_and(|mended| mended > start);
    match trouble {
        Trouble::Blind if matches!(kind, LogKind::Audit | LogKind::Records) => readable && heard,
        Trouble::Blind => readable && (heard || walked),
        Trouble::AuthenticatorSilent => heard,
        Trouble::Lagging => log.failing.is_none() && log.late.is_none(),
        Trouble::Denied => log.denied.is_none() && (heard || walked),
        Trouble::Recovered => true,
    }
}

fn denied(log: &Watched, limits: &Limits, now: i64) -> Option<Wrong> {
    let since = log
        .denied
        .filter(|since| now - since >= milliseconds(limits.denied))?;
    let message = log.failing.as_ref().map(|failing| failing.message.as_str());
    Some(Wrong {
        trouble: Trouble::Denied,
        start: since,
        words: format!(
            "reading it has been denied for {}: {}",
            lasting(now - since),
            message.unwrap_or_default()
        ),
    })
}

fn failing(log: &Watched, limits: &Limits, now: i64) -> Option<Wrong> {
    if let Some((since, reason)) = &log.given {
        return Some(Wrong {
            trouble: Trouble::Blind,
            start: *since,
            words: format!("it is not read any more: {reason}"),
        });
    }
    let failing = log.failing.as_ref()?;
    let lasts = now - failing.since;
    if lasts < milliseconds(limits.lag) {
        return None;
    }
    // Pages that came since then are parts of walks that never ended.
    let parts = log.heard.is_some_and(|heard| heard > failing.since);
    let trouble = if parts {
        Trouble::Lagging
    } else {
        Trouble::Blind
    };
    let what = if parts {
        "is read in parts only"
    } else {
        "can't be read"
    };
    Some(Wrong {
        trouble,
        start: failing.since,
        words: format!(
            "it {what}: {} failures in {}, the last ({}): {}",
            failing.times,
            lasting(lasts),
            failing.class,
            failing.message
        ),
    })
}

fn silent(log: &Watched, limits: &Limits, now: i64) -> Option<Wrong> {
    let since = log.quiet_since();
    let lasts = now - since;
    if lasts < milliseconds(limits.silence) || log.failing.is_some() {
        return None;
    }
    Some(Wrong {
        trouble: Trouble::Blind,
        start: since,
        words: match (unanswered(log, limits, now), log.heard) {
            (Some(words), _) => words,
            (None, Some(_)) => format!(
                "it can be read and has been silent for {}, which a live cluster's never is",
                lasting(lasts)
            ),
            (None, None) => format!(
                "it can be read and nothing has come in {}: is audit logging switched on?",
                lasting(lasts)
            ),
        },
    })
}

/// The authenticator's log: silent although it used to speak, or its reader is.
fn unheard(log: &Watched, sibling: Sibling, limits: &Limits, now: i64) -> Option<Wrong> {
    if let Some(words) = unanswered(log, limits, now) {
        return Some(Wrong {
            trouble: Trouble::Blind,
            start: log.sign.unwrap_or(log.since),
            words,
        });
    }
    let heard = log.heard.filter(|_| sibling.flows)?;
    let since = log.quiet_since();
    let long = now - since >= milliseconds(limits.authenticator_silence);
    long.then(|| Wrong {
        trouble: Trouble::AuthenticatorSilent,
        start: since,
        words: format!(
            "it has been silent for {}, while the audit log flows",
            lasting(now - heard)
        ),
    })
}

/// The reader itself has not been heard of: not a page, not the end of a walk, not a failure.
fn unanswered(log: &Watched, limits: &Limits, now: i64) -> Option<String> {
    let since = log.sign.unwrap_or(log.since).max(log.started);
    let lasts = now - since;
    (lasts >= milliseconds(limits.silence)).then(|| {
        format!(
            "its reader has said nothing for {}: restart trailhound",
            lasting(lasts)
        )
    })
}

fn late(log: &Watched, limits: &Limits, now: i64) -> Option<Wrong> {
    let since = log
        .late
        .filter(|since| now - since >= milliseconds(limits.lag_hold))?;
    let lag = lasting(now - log.newest.unwrap_or(now));
    Some(Wrong {
        trouble: Trouble::Lagging,
        start: since,
        words: format!("its newest event is {lag} old, and new ones keep coming that late"),
    })
}

/// A stretch of time for people: `45s`, `12m`, `3h 5m`, `2d 4h`.
pub(super) fn lasting(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |n: i64, unit: &str, rest: i64, small: &str| match rest {
        0 => format!("{n}{unit}"),
        rest => format!("{n}{unit} {rest}{small}"),
    };
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m"),
        3600..86_400 => two(hours, "h", minutes % 60, "m"),
        _ => two(days, "d", hours % 24, "h"),
    }
}
