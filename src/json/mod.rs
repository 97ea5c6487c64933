//! A forgiving JSON reader that borrows from the line.
//!
//! Audit lines are read by the hundred thousand a second, most of their bytes are bodies that no
//! detector asks for, and some are cut off in the middle. So nothing is built here: a value is a
//! slice of the line, opened only when somebody looks inside, and what stands before a cut is read
//! like anything else. One way of reading serves whole and cut lines alike.
//!
//! The reader checks the structure of what it walks over and no more; it never validates what it
//! skips beyond matching brackets and quotes. It does no IO and cannot fail: broken text simply
//! ends early, and says so.

mod array;
mod block;
mod cursor;
mod object;
mod path;
mod raw;
mod scan;

pub use array::Array;
pub use cursor::{Begin, Cursor};
pub use object::{End, Object};
pub use path::{lookup, lookup_among, scalars};
pub use raw::{Kind, Raw, Text};
