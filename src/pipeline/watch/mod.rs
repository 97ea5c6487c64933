//! A watch: live logs to the outbox, in transactions, for as long as the program runs.
//!
//! One thread judges; readers deliver pages to it and drains take alerts from the outbox. Whenever
//! it is killed, the state is that of the last page that was judged whole.

mod feed;
mod horizon;
mod intake;
mod observe;
mod outbox;
mod post;
mod report;
mod run;

pub use feed::{Batch, Fed, Memo, Objects, Piece, Step, unpack};
pub use horizon::Horizon;
pub use intake::{Intake, Taken};
pub use observe::Deliveries;
pub use outbox::Alerts;
pub use post::Post;
pub use report::Report;
pub use run::{End, Inputs, Keep, Standing, Watch};
