//! Opens compressed inputs, layer by layer, told by their first bytes: gzip (several members, and
//! gzip inside gzip, as Firehose writes it) and zstd.
//!
//! Streams with flat memory. What was decoded before damage or a limit is delivered before the
//! error. Never looks at file names.

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use super::Refusal;
use super::fault::{Fault, fault};
use super::layer::{Bounds, Capped, Format, Layer};

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
    Ok(if layers == 0 {
        reader
    } else {
        Box::new(Capped::new(reader, bounds))
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
