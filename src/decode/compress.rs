//! Opens compressed inputs, layer by layer, told by their first bytes: gzip (several members, and
//! gzip inside gzip, as Firehose writes it) and zstd.
//!
//! Streams with flat memory. What was decoded before damage or a limit is delivered before the
//! error. Never looks at file names.

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

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
    fn into_io(self) -> io::Error {
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

/// A format of compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Gzip,
    Zstd,
}

impl Format {
    /// Tells the format by its magic number.
    fn of(head: &[u8]) -> Option<Self> {
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

    fn ratio(self, limits: &Limits) -> u64 {
        match self {
            Self::Gzip => limits.gzip_ratio,
            Self::Zstd => limits.zstd_ratio,
        }
    }
}

/// The text inside `input`, whatever layers of compression lie around it.
///
/// # Errors
/// When the first bytes cannot be read or there are more layers than the limit `nesting`.
pub(super) fn open<'r>(input: impl Read + 'r, bounds: Bounds) -> io::Result<Box<dyn Read + 'r>> {
    let taken = Rc::new(Cell::new(0));
    let raw = Raw {
        input,
        taken: Rc::clone(&taken),
    };
    let (mut format, mut reader) = peel(Box::new(raw))?;
    let (mut layers, mut ratio) = (0, 0);
    while let Some(found) = format {
        if layers == bounds.limits.nesting {
            let detail = format!("more than {layers} layers of compression (limit `nesting`)");
            return Err(Fault {
                refusal: Refusal::Nesting,
                detail,
            }
            .into_io());
        }
        layers += 1;
        ratio = found.ratio(&bounds.limits).max(ratio);
        let layer = Layer::new(found, reader, ratio, bounds, &taken)?;
        (format, reader) = peel(Box::new(layer))?;
    }
    let output = Capped {
        reader,
        given: 0,
        bounds,
    };
    Ok(if layers == 0 {
        output.reader
    } else {
        Box::new(output)
    })
}

/// Looks at the first bytes and puts them back.
fn peel<'r>(mut reader: Box<dyn Read + 'r>) -> io::Result<(Option<Format>, Box<dyn Read + 'r>)> {
    let (mut head, mut filled) = ([0; 4], 0);
    let mut failure = None;
    while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(error),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    let head = head.get(..filled).unwrap_or_default().to_vec();
    let format = Format::of(&head);
    let rest: Box<dyn Read + 'r> = match failure {
        Some(error) => Box::new(Failing(Some(error))),
        None => reader,
    };
    Ok((format, Box::new(Cursor::new(head).chain(rest))))
}

/// Gives an error that was met while looking ahead.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The input itself: counts what was taken from it and marks its errors as the system's.
struct Raw<R> {
    input: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Raw<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.input.read(room) {
            Ok(read) => {
                self.taken.set(self.taken.get() + read as u64);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(fault(&error).into_io()),
        }
    }
}

/// One layer of compression being taken off.
struct Layer<'r> {
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
    fn new(
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
struct Capped<'r> {
    reader: Box<dyn Read + 'r>,
    given: u64,
    bounds: Bounds,
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
