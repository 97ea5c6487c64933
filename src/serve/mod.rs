//! What the program answers over HTTP: whether it lives, whether it sees, its numbers, and a page for
//! people. It answers GET, changes nothing, and shows nothing of a log line unescaped.

mod answer;
mod beat;
mod page;
mod server;

pub use answer::Site;
pub use beat::Beat;
pub use server::{BindError, DEFAULT_ADDRESS, bind, run};

#[cfg(test)]
mod tests;
