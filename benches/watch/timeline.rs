//! Which event happens when, in which log group: arithmetic, so that any stretch of any log can be asked
//! for again and again, and nothing is stored.

use crate::pool::{Differing, Piece, Pool};

/// The most bytes of a page, as CloudWatch has it.
const PAGE: usize = 1_000_000;
/// The latest that an event can be read after it happened, and the soonest, in milliseconds.
const LATE: (i64, i64) = (500, 2_000);

/// When events happen.
pub(crate) struct Timeline {
    /// How many log groups there are.
    pub(crate) groups: usize,
    /// The time of the first event, in microseconds since the Unix epoch.
    pub(crate) begin: i64,
    /// From one event of a group to its next, in microseconds.
    pub(crate) step: i64,
    /// How many events each group has.
    pub(crate) each: u64,
    /// One event in so many is an alert.
    pub(crate) alerting: u64,
}

/// What is asked for.
pub(crate) struct Wanted {
    pub(crate) group: usize,
    /// Both ends included, in milliseconds since the Unix epoch.
    pub(crate) span: (i64, i64),
    pub(crate) token: Option<u64>,
    pub(crate) limit: usize,
    pub(crate) now: i64,
}

/// An answer.
pub(crate) struct Page {
    pub(crate) body: Vec<u8>,
    /// How many events it has, and up to which.
    pub(crate) events: u64,
    pub(crate) next: u64,
    /// The numbers of those that are alerts.
    pub(crate) alerting: Vec<u64>,
}

impl Timeline {
    fn micros(&self, group: usize, number: u64) -> i64 {
        let shift = self.step * group as i64 / self.groups as i64;
        self.begin + shift + self.step * number as i64
    }

    /// The first event of a group at or after a time in milliseconds.
    fn first(&self, group: usize, millis: i64) -> u64 {
        let ahead = millis.saturating_mul(1_000) - self.micros(group, 0);
        ahead
            .max(0)
            .unsigned_abs()
            .div_ceil(self.step.unsigned_abs())
    }

    /// The page that begins where the token says, or the span.
    pub(crate) fn page(&self, pool: &Pool, wanted: &Wanted) -> Page {
        let mut page = Page {
            body: Vec::with_capacity(PAGE + 100_000),
            events: 0,
            next: 0,
            alerting: Vec::new(),
        };
        page.body.extend_from_slice(br#"{"events":["#);
        let from = self.first(wanted.group, wanted.span.0);
        let mut number = wanted.token.unwrap_or(from).max(from);
        let mut token = None;
        while number < self.each {
            let micros = self.micros(wanted.group, number);
            if micros / 1_000 > wanted.span.1.min(wanted.now) {
                break;
            }
            let draw = mixed(number, wanted.group);
            let ingested = micros / 1_000 + LATE.0 + (draw >> 40) as i64 % (LATE.1 - LATE.0);
            if ingested <= wanted.now {
                let piece = self.piece(pool, draw);
                let full = page.body.len() + piece.len() > PAGE;
                if full || page.events as usize >= wanted.limit {
                    token = Some(number);
                    break;
                }
                if page.events > 0 {
                    page.body.push(b',');
                }
                let with = Differing {
                    number,
                    group: wanted.group,
                    micros,
                    ingested,
                };
                piece.write(&with, &mut page.body);
                page.events += 1;
                if self.is_alerting(draw) {
                    page.alerting.push(number);
                }
            }
            number += 1;
        }
        page.next = number;
        let end = match token {
            Some(token) => format!(r#"],"searchedLogStreams":[],"nextToken":"t{token}"}}"#),
            None => r#"],"searchedLogStreams":[]}"#.to_owned(),
        };
        page.body.extend_from_slice(end.as_bytes());
        page
    }

    fn piece<'p>(&self, pool: &'p Pool, draw: u64) -> &'p Piece {
        if self.is_alerting(draw) {
            pool.session(draw >> 20)
        } else {
            pool.ordinary(draw >> 20)
        }
    }

    fn is_alerting(&self, draw: u64) -> bool {
        draw.is_multiple_of(self.alerting)
    }

    /// How many alerts there will be, one for each event that is one.
    pub(crate) fn alerts(&self) -> u64 {
        let of = |group| {
            let alerting = |number: &u64| self.is_alerting(mixed(*number, group));
            (0..self.each).filter(alerting).count() as u64
        };
        (0..self.groups).map(of).sum()
    }
}

/// Bits that depend on all of an event's place (SplitMix64's last steps).
fn mixed(number: u64, group: usize) -> u64 {
    let mut bits = (number << 12 ^ group as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
