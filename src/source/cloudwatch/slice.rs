//! How long the stretches are that a log is walked in: so long that one takes a number of calls that can be
//! lost without harm.

/// The first width, in milliseconds.
const FIRST: i64 = 60_000;

/// A width that follows what walks take.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    width: i64,
    widest: i64,
    /// A walk of more calls is too long.
    most: u64,
}

impl Slice {
    /// Walks should take at most `most` calls; no slice is wider than `widest` milliseconds.
    pub(super) fn new(most: u64, widest: i64) -> Self {
        Self {
            width: FIRST,
            widest,
            most,
        }
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
            self.width = self.width.saturating_mul(2).min(self.widest);
        }
    }

    /// A walk over so many milliseconds was too long: half of that from now on.
    pub(super) fn shorten(&mut self, walked: i64) {
        self.width = self.width.min(walked);
        self.halve();
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
    fn slices_stay_between_a_millisecond_and_the_widest() {
        let mut slice = Slice::new(8, 900_000);
        for _ in 0..100 {
            slice.took(9);
        }
        assert_eq!(slice.width(), 1);
        for _ in 0..100 {
            slice.took(1);
        }
        assert_eq!(slice.width(), 900_000);
        slice.took(5);
        assert_eq!(slice.width(), 900_000);
        slice.shorten(100);
        assert_eq!(slice.width(), 50);
    }
}
