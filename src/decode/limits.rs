//! How large a thing may be before it is refused. Every limit has a name that errors can say.
//!
//! Never decides what happens beyond a limit: the rooms that read do.

/// The limits of one input. The defaults are far above what CloudWatch Logs itself allows, and
/// low enough that no input fills the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `event`: bytes of one log line. CloudWatch Logs takes at most 1 MiB, older lines 256 KiB.
    pub event: usize,
    /// `envelope`: bytes of text of one JSON envelope, one element of a list of events, one row of
    /// a table, or one line of base64.
    pub envelope: usize,
    /// `payload`: bytes of one payload embedded in an envelope, after decompression.
    pub payload: u64,
    /// `file`: bytes of one input after decompression.
    pub file: u64,
    /// `gzip ratio`: how many bytes one compressed byte may become. Logs reach 10 to 100,
    /// the format ends at 1,032.
    pub gzip_ratio: u64,
    /// `zstd ratio`: the same for zstd, which packs repetition far tighter without malice.
    pub zstd_ratio: u64,
    /// Ratios are judged only beyond this many bytes of output, since small inputs say little.
    pub ratio_after: u64,
    /// `nesting`: layers of compression, and envelopes inside envelopes.
    pub nesting: u8,
}

const KIB: usize = 1 << 10;
const MIB: usize = KIB << 10;

impl Limits {
    /// The same as [`Limits::default`].
    pub const DEFAULT: Self = Self {
        event: 2 * MIB,
        envelope: 32 * MIB,
        payload: 64 << 20,
        file: 1 << 40,
        gzip_ratio: 400,
        zstd_ratio: 10_000,
        ratio_after: 16 << 20,
        nesting: 4,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
