//! Trouble by seed: which call meets which fault follows from the seed, the action, what the call is about
//! and how often that was asked before, whatever else goes on at the same time.

use std::collections::HashMap;

use super::call::{Action, Service};
use super::fault::Fault;

/// How many of a hundred calls meet each kind of trouble. All together must not be more than 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mischief {
    /// Decides everything below.
    pub(crate) seed: u64,
    /// [`Fault::Throttled`]
    pub(crate) throttled: u8,
    /// [`Fault::Unavailable`], with and without a body
    pub(crate) unavailable: u8,
    /// [`Fault::CutBefore`], [`Fault::CutAfter`] and [`Fault::CutInside`]
    pub(crate) cut: u8,
    /// [`Fault::Malformed`] and [`Fault::WebPage`]
    pub(crate) garbled: u8,
    /// [`Fault::Trickled`]
    pub(crate) trickled: u8,
    /// [`Fault::Empty`]
    pub(crate) empty: u8,
    /// [`Fault::Partial`]
    pub(crate) partial: u8,
    /// [`Fault::Repeated`]
    pub(crate) repeated: u8,
    /// [`Fault::TokenLost`]
    pub(crate) token_lost: u8,
    /// Of a hundred log events so many become visible only after some more calls on their group. Not a
    /// part of the sum.
    pub(crate) late: u8,
    /// The most calls that such an event is late by.
    pub(crate) late_by: u64,
    /// After so many troubled calls in a row about one thing the next one is spared; 0 for 3.
    pub(crate) in_a_row: u32,
}

impl Mischief {
    /// Some of everything.
    pub(crate) fn plenty(seed: u64) -> Self {
        Self {
            seed,
            throttled: 6,
            unavailable: 6,
            cut: 6,
            garbled: 4,
            trickled: 3,
            empty: 10,
            partial: 15,
            repeated: 10,
            token_lost: 5,
            late: 20,
            late_by: 12,
            in_a_row: 3,
        }
    }

    /// The fault for a call of this action.
    fn fault(&self, action: Action, draw: u64) -> Option<Fault> {
        let size = usize::try_from(draw >> 40).unwrap_or_default();
        let which = usize::try_from(draw >> 32 & 0xff).unwrap_or_default();
        let bodied = Fault::Unavailable {
            status: if which & 2 == 0 { 500 } else { 503 },
            with_body: which & 1 == 0,
        };
        let cuts = [Fault::CutBefore, Fault::CutAfter, Fault::CutInside];
        let garbles = [Fault::Malformed, Fault::WebPage];
        let table = [
            (self.throttled, Fault::Throttled),
            (self.unavailable, bodied),
            (self.cut, cuts[which % cuts.len()].clone()),
            (self.garbled, garbles[which % garbles.len()].clone()),
            (self.trickled, Fault::Trickled(1 + size % 4_000)),
            (self.token_lost, Fault::TokenLost),
            (self.empty, Fault::Empty),
            (self.partial, Fault::Partial(1 + size % 20)),
            (self.repeated, Fault::Repeated(1 + size % 5)),
        ];
        let mut left = draw % 100;
        for (rate, fault) in table {
            if left < u64::from(rate) {
                let pages = matches!(
                    fault,
                    Fault::Empty | Fault::Partial(_) | Fault::Repeated(_) | Fault::TokenLost
                );
                return (!pages || action.service() == Service::Logs).then_some(fault);
            }
            left -= u64::from(rate);
        }
        None
    }
}

/// The mischief in force.
#[derive(Default)]
pub(crate) struct Chance {
    mischief: Option<Mischief>,
    row: HashMap<(Action, String), u32>,
}

impl Chance {
    pub(crate) fn set(&mut self, mischief: Option<Mischief>) {
        *self = Self {
            mischief,
            ..Self::default()
        };
    }

    /// The fault for the nth call of this action about this.
    pub(crate) fn pick(&mut self, action: Action, about: &str, nth: u64) -> Option<Fault> {
        let mischief = self.mischief?;
        let row = self.row.entry((action, about.to_owned())).or_default();
        let most = if mischief.in_a_row == 0 {
            3
        } else {
            mischief.in_a_row
        };
        let draw = draw(mischief.seed, &format!("{action:?}/{about}/{nth}"));
        let fault = mischief.fault(action, draw).filter(|_| *row < most);
        *row = if fault.is_some() { *row + 1 } else { 0 };
        fault
    }

    /// By how many calls the log event with this number is late.
    pub(crate) fn late(&self, group: &str, number: u64) -> u64 {
        let Some(mischief) = self.mischief else {
            return 0;
        };
        let draw = draw(mischief.seed, &format!("late/{group}/{number}"));
        if draw % 100 < u64::from(mischief.late) {
            1 + (draw >> 32) % mischief.late_by.max(1)
        } else {
            0
        }
    }
}

/// A number that follows from the seed and the name, and looks like chance.
fn draw(seed: u64, name: &str) -> u64 {
    let hash = blake3::hash(format!("{seed}/{name}").as_bytes());
    let bytes: [u8; 8] = hash.as_bytes()[..8].try_into().unwrap();
    u64::from_le_bytes(bytes)
}
