//! How long the stretches are that a log is walked in: so long that one takes a number of calls that can be
//! lost without harm.

/// The first width, in milliseconds.
const FIRST: i64 = 60_000;

/// The greatest width, in milliseconds.
const WIDEST: i64 = 900_000;

/// A width that follows what walks take.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    width: i64,
    /// A walk of more calls is too long.
    most: u64,
}

impl Slice {
    /// Walks should take at most `most` calls.
    pub(super) fn new(most: u64) -> Self {
        Self { width: FIRST, most }
    }

    /// The width in milliseconds, at least 1.
    pub(super) fn width(&self) -> i64 {
        self.width
    }

    /// A walk took `calls`.
    pub(super) fn took(&mut self, calls: u64) {
        if calls > self.most {
            self.halve();
        } else if calls <= self.most / 4 {
            self.width = (self.width * 2).min(WIDEST);
        }
    }

    /// Walks half as wide from now on.
    pub(super) fn halve(&mut self) {
        self.width = (self.width / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_stay_between_a_millisecond_and_a_quarter_of_an_hour() {
        let mut slice = Slice::new(8);
        for _ in 0..100 {
            slice.took(9);
        }
        assert_eq!(slice.width(), 1);
        for _ in 0..100 {
            slice.took(1);
        }
        assert_eq!(slice.width(), WIDEST);
        slice.took(5);
        assert_eq!(slice.width(), WIDEST);
    }
}
