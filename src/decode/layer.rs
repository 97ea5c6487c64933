//! One layer of compression, and the bounds it is held to.
//!
//! Decodes as it is read; an error comes after what was decoded before it.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use super::fault::Fault;
use super::{Limits, Refusal};

/// How much compressed input is taken in at once. Damage may cost what was decoded from the same
/// piece before it, so the piece is small.
const PIECE: usize = 32 << 10;
/// How much a decoder is asked for at once, for the same reason.
const ASKED: usize = 64 << 10;

/// What bounds the opening of one input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Bytes of output at most, the refusal beyond it, and the limit's name.
    pub(super) output: (u64, Refusal, &'static str),
    /// See [`Limits`].
    pub(super) limits: Limits,
}

impl Bounds {
    /// The bounds of a whole input.
    pub(super) fn file(limits: Limits) -> Self {
        Self {
            output: (limits.file, Refusal::TooLargeFile, "file"),
            limits,
        }
    }

    /// The bounds of a payload inside an envelope.
    pub(super) fn payload(limits: Limits) -> Self {
        Self {
            output: (limits.payload, Refusal::TooLargePayload, "payload"),
            limits,
        }
    }
}

/// A format of compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Format {
    /// Tells the format by its magic number.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            // The third byte is the method: only deflate was ever defined.
            [0x1f, 0x8b, 0x08, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// How many bytes one compressed byte may become.
    pub(super) fn ratio(self, limits: &Limits) -> u64 {
        match self {
            Self::Gzip => limits.gzip_ratio,
            Self::Zstd => limits.zstd_ratio,
        }
    }
}

/// One layer of compression being taken off.
pub(super) struct Layer<'r> {
    format: Format,
    decoder: Box<dyn Read + 'r>,
    given: u64,
    /// Bytes that one byte of the input may become.
    ratio: u64,
    bounds: Bounds,
    taken: Rc<Cell<u64>>,
    /// After an error there is nothing more.
    failed: bool,
}

impl<'r> Layer<'r> {
    /// Takes `format` off `input`. `taken` counts what was taken from the file itself, by which the
    /// ratio is judged, however many layers lie between.
    pub(super) fn new(
        format: Format,
        input: Box<dyn Read + 'r>,
        ratio: u64,
        bounds: Bounds,
        taken: &Rc<Cell<u64>>,
    ) -> io::Result<Self> {
        let input = BufReader::with_capacity(PIECE, input);
        let decoder: Box<dyn Read + 'r> = match format {
            Format::Gzip => Box::new(MultiGzDecoder::new(input)),
            Format::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(input)?),
        };
        let taken = Rc::clone(taken);
        Ok(Self {
            format,
            decoder,
            given: 0,
            ratio,
            bounds,
            taken,
            failed: false,
        })
    }

    /// A decoder's error in our words. The error of a layer below passes as it is.
    fn damage(&self, error: io::Error) -> io::Error {
        if error.get_ref().is_some_and(|inner| inner.is::<Fault>()) {
            return error;
        }
        let refusal = match self.format {
            Format::Gzip => Refusal::BadGzip,
            Format::Zstd => Refusal::BadZstd,
        };
        let what = match error.kind() {
            io::ErrorKind::UnexpectedEof => "ends early".to_owned(),
            _ => format!("is damaged ({error})"),
        };
        let (name, given, taken) = (self.format.name(), self.given, self.taken.get());
        let detail = format!(
            "the {name} stream {what}: near byte {taken} of the compressed input, after {given} \
             decoded bytes"
        );
        Fault { refusal, detail }.into_io()
    }

    fn bomb(&self) -> Option<io::Error> {
        let limits = &self.bounds.limits;
        let allowed = self.taken.get().max(1).saturating_mul(self.ratio);
        if self.given <= limits.ratio_after || self.given <= allowed {
            return None;
        }
        let (ratio, taken, given) = (self.ratio, self.taken.get(), self.given);
        let name = self.format.name();
        let detail = format!(
            "{taken} compressed bytes became {given}, more than {ratio} to 1 (limit `{name} ratio`)"
        );
        Some(
            Fault {
                refusal: Refusal::Ratio,
                detail,
            }
            .into_io(),
        )
    }
}

impl Read for Layer<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(0);
        }
        let asked = room.len().min(ASKED);
        let read = match self.decoder.read(room.get_mut(..asked).unwrap_or_default()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                self.failed = true;
                return Err(self.damage(error));
            }
            Ok(read) => read,
        };
        self.given += read as u64;
        if let Some(error) = self.bomb() {
            self.failed = true;
            return Err(error);
        }
        Ok(read)
    }
}

/// Ends the output at its limit.
pub(super) struct Capped<'r> {
    reader: Box<dyn Read + 'r>,
    given: u64,
    bounds: Bounds,
}

impl<'r> Capped<'r> {
    /// Ends `reader` at the limit of `bounds`.
    pub(super) fn new(reader: Box<dyn Read + 'r>, bounds: Bounds) -> Self {
        Self {
            reader,
            given: 0,
            bounds,
        }
    }
}

impl Read for Capped<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let (limit, refusal, name) = self.bounds.output;
        let left = limit.saturating_sub(self.given);
        if left == 0 {
            // One byte more tells an input of just the limit from a larger one.
            return match self.reader.read(&mut [0])? {
                0 => Ok(0),
                _ => {
                    let detail = format!("more than {limit} bytes decoded (limit `{name}`)");
                    Err(Fault { refusal, detail }.into_io())
                }
            };
        }
        let asked = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self
            .reader
            .read(room.get_mut(..asked).unwrap_or_default())?;
        self.given += read as u64;
        Ok(read)
    }
}
