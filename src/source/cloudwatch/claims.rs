//! Which log groups are read by whom, so that one which is both named and found is read once.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashSet;

/// A group that is named in the settings.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// `None` until it is known.
    pub(super) account: Option<String>,
    pub(super) region: String,
    pub(super) name: String,
}

/// What is read.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    named: Vec<Named>,
    read: FxHashSet<String>,
}

impl Claims {
    /// Groups that are named come first.
    pub(super) fn new(named: Vec<Named>) -> Self {
        Self(Mutex::new(Book {
            named,
            read: FxHashSet::default(),
        }))
    }

    /// The account of the named group `number` is known now: whether it is to be read, which it is not if
    /// another name of it was there before.
    pub(super) fn resolve(&self, number: usize, account: Option<&str>, label: &str) -> bool {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(named) = book.named.get_mut(number) {
            named.account = account.map(str::to_owned);
        }
        book.read.insert(label.to_owned())
    }

    /// Takes a group that was found, unless it is named or taken.
    pub(super) fn take(
        &self,
        account: Option<&str>,
        region: &str,
        name: &str,
        label: &str,
    ) -> bool {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |named: &Named| {
            let accounts = (named.account.as_deref(), account);
            named.region == region
                && named.name == name
                && !matches!(accounts, (Some(one), Some(other)) if one != other)
        };
        !book.named.iter().any(same) && book.read.insert(label.to_owned())
    }

    /// Gives a group up.
    pub(super) fn release(&self, label: &str) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.read.remove(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_is_named_and_found_is_read_once() {
        let named = Named {
            account: None,
            region: "r".to_owned(),
            name: "n".to_owned(),
        };
        let claims = Claims::new(vec![named.clone(), named]);
        assert!(
            !claims.take(Some("1"), "r", "n", "1/r/n"),
            "may be the same"
        );
        assert!(claims.resolve(0, Some("2"), "2/r/n"));
        assert!(!claims.resolve(1, Some("2"), "2/r/n"), "named twice");
        assert!(!claims.take(Some("2"), "r", "n", "2/r/n"));
        assert!(
            claims.take(Some("1"), "r", "n", "1/r/n"),
            "another account's"
        );
        assert!(!claims.take(Some("1"), "r", "n", "1/r/n"), "found twice");
        claims.release("1/r/n");
        assert!(claims.take(Some("1"), "r", "n", "1/r/n"), "made again");
    }
}
