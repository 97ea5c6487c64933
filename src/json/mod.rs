//! A forgiving JSON reader that borrows from the line.
