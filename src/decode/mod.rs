//! From bytes to log events, and from a log line to a record.
