//! Hot reload: when settings or detectors change, everything is built and tested anew, and only what is
//! whole takes the place of what runs. On failure the old stays, and it is said so.

mod changes;
mod engine;
mod reloader;

pub use changes::{Changes, WatchError};
pub use engine::build;
pub use reloader::{Reloader, Telling};

#[cfg(test)]
mod tests;
