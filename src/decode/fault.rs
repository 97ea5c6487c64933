//! Errors that travel from the layers of an input up to the reader, inside [`io::Error`].
//!
//! Everything that is not one of ours is the system's.

use std::io;

use super::Refusal;

/// Why reading an input stopped early. Travels inside an [`io::Error`].
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub(super) struct Fault {
    /// The cause.
    pub(super) refusal: Refusal,
    /// What happened, where in the compressed input, and which limit.
    pub(super) detail: String,
}

impl Fault {
    /// Packs it for its way up.
    pub(super) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }
}

/// The fault inside an error; any other error means that the system could not read.
pub(super) fn fault(error: &io::Error) -> Fault {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Fault>());
    inner.cloned().unwrap_or_else(|| Fault {
        refusal: Refusal::ReadFailed,
        detail: format!("cannot read on: {error}"),
    })
}
