//! The reasons why something in an input was not read, or not read whole. Each is counted.
//!
//! Only names and explanations: what to do about a refusal is decided elsewhere.

/// Why a piece of an input was refused, repaired or cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The text ought to be JSON and is not.
    NotJson,
    /// Bytes that are not UTF-8 stood in the text; they were replaced and the text was read.
    NotUtf8,
    /// The file is UTF-16.
    Utf16,
    /// The file is of a format that holds no log lines we can read.
    Unsupported,
    /// A log event is larger than the limit `event`.
    TooLargeEvent,
    /// An envelope is larger than the limit `envelope`.
    TooLargeEnvelope,
    /// A payload is larger than the limit `payload` after decompression.
    TooLargePayload,
    /// The input is larger than the limit `file` after decompression.
    TooLargeFile,
    /// The compressed data expands beyond the limits `gzip ratio` or `zstd ratio`.
    Ratio,
    /// More layers than the limit `nesting`.
    Nesting,
    /// A payload ought to be base64 and is not.
    BadBase64,
    /// A gzip stream is corrupt or ends early.
    BadGzip,
    /// A zstd stream is corrupt or ends early.
    BadZstd,
    /// An envelope ends before it is complete; what stood before the cut was read.
    Cut,
    /// An envelope or payload of a shape we do not know.
    UnknownShape,
    /// A log event or query result without its message.
    NoMessage,
    /// The system could not read on.
    ReadFailed,
    /// A line of no log that EKS writes.
    UnknownLine,
}

impl Refusal {
    /// All of them, for tables and documentation.
    pub const ALL: [Self; 18] = [
        Self::NotJson,
        Self::NotUtf8,
        Self::Utf16,
        Self::Unsupported,
        Self::TooLargeEvent,
        Self::TooLargeEnvelope,
        Self::TooLargePayload,
        Self::TooLargeFile,
        Self::Ratio,
        Self::Nesting,
        Self::BadBase64,
        Self::BadGzip,
        Self::BadZstd,
        Self::Cut,
        Self::UnknownShape,
        Self::NoMessage,
        Self::ReadFailed,
        Self::UnknownLine,
    ];

    /// The stable name, for counters and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::NotUtf8 => "not-utf8",
            Self::Utf16 => "utf16",
            Self::Unsupported => "unsupported-format",
            Self::TooLargeEvent => "too-large-event",
            Self::TooLargeEnvelope => "too-large-envelope",
            Self::TooLargePayload => "too-large-payload",
            Self::TooLargeFile => "too-large-file",
            Self::Ratio => "ratio",
            Self::Nesting => "nesting",
            Self::BadBase64 => "bad-base64",
            Self::BadGzip => "bad-gzip",
            Self::BadZstd => "bad-zstd",
            Self::Cut => "cut",
            Self::UnknownShape => "unknown-shape",
            Self::NoMessage => "no-message",
            Self::ReadFailed => "read-failed",
            Self::UnknownLine => "unknown-line",
        }
    }

    /// One line for a person: what happened and what became of the data.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::NotJson => "text that should be JSON is not; it was skipped",
            Self::NotUtf8 => "bytes that are not UTF-8 were replaced by U+FFFD, the text was read",
            Self::Utf16 => "the file is UTF-16; convert it with `iconv -f UTF-16 -t UTF-8`",
            Self::Unsupported => "the file is not a text of log events; unpack or export it first",
            Self::TooLargeEvent => "a log event beyond the limit `event` was skipped",
            Self::TooLargeEnvelope => "an envelope beyond the limit `envelope` was skipped",
            Self::TooLargePayload => "a payload was read only up to the limit `payload`",
            Self::TooLargeFile => "the input was read only up to the limit `file`",
            Self::Ratio => "compressed data expands like a bomb; reading it stopped there",
            Self::Nesting => "too many layers inside one another; the innermost were not opened",
            Self::BadBase64 => "a payload is not base64; it was skipped",
            Self::BadGzip => "a gzip stream is damaged; what stood before the damage was read",
            Self::BadZstd => "a zstd stream is damaged; what stood before the damage was read",
            Self::Cut => "an envelope is cut off; what stood before the cut was read",
            Self::UnknownShape => "an envelope or payload of unknown shape was skipped",
            Self::NoMessage => "a log event without its message; query for `@message` too",
            Self::ReadFailed => "the input could not be read to its end",
            Self::UnknownLine => "a line that no control-plane log of EKS writes was skipped",
        }
    }

    /// Whether log events may be missing because of it. False where the text was only repaired.
    #[must_use]
    pub fn loses_events(self) -> bool {
        self != Self::NotUtf8
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
