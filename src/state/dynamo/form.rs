//! Cells and texts as bytes: compressed where that makes them smaller, since what an item costs goes by
//! its size. It never decides what is in them.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::state::Cell;

/// The first byte of what is as it is.
const PLAIN: u8 = 0;
/// The first byte of what is compressed by zstd.
const COMPRESSED: u8 = 1;
/// From how many bytes on compressing is tried: an item of less costs one unit anyway.
const WORTH_IT: usize = 700;
/// How hard to compress.
const LEVEL: i32 = 3;
/// What a compressed value may come to, in bytes; far more than any cell or alert has.
const MOST: usize = 64 << 20;

/// The bytes of a cell.
///
/// # Errors
/// None in practice: every cell can be written.
pub(super) fn of_cell(cell: &Cell) -> Result<AttributeValue, String> {
    let bytes = postcard::to_extend(cell, Vec::new()).map_err(|error| error.to_string())?;
    Ok(pack(bytes))
}

/// The cell in an attribute.
///
/// # Errors
/// When it was written by another version, or is damaged.
pub(super) fn cell(value: Option<&AttributeValue>) -> Result<Cell, String> {
    postcard::from_bytes(&unpack(value)?).map_err(|error| error.to_string())
}

/// The bytes of a text.
pub(super) fn of_text(text: &str) -> AttributeValue {
    pack(text.as_bytes().to_vec())
}

/// The text in an attribute.
///
/// # Errors
/// When it was written by another version, or is damaged.
pub(super) fn text(value: Option<&AttributeValue>) -> Result<String, String> {
    String::from_utf8(unpack(value)?).map_err(|error| error.to_string())
}

fn pack(bytes: Vec<u8>) -> AttributeValue {
    let packed = (bytes.len() >= WORTH_IT)
        .then(|| zstd::bulk::compress(&bytes, LEVEL).ok())
        .flatten()
        .filter(|packed| packed.len() < bytes.len());
    let (tag, mut content) = match packed {
        Some(packed) => (COMPRESSED, packed),
        None => (PLAIN, bytes),
    };
    content.insert(0, tag);
    AttributeValue::B(Blob::new(content))
}

fn unpack(value: Option<&AttributeValue>) -> Result<Vec<u8>, String> {
    let Some(AttributeValue::B(blob)) = value else {
        return Err("it has no content".to_owned());
    };
    match blob.as_ref().split_first() {
        Some((&PLAIN, rest)) => Ok(rest.to_vec()),
        Some((&COMPRESSED, rest)) => {
            use std::io::Read as _;
            let mut bytes = Vec::new();
            let read = zstd::Decoder::with_buffer(rest)
                .and_then(|from| from.take(MOST as u64 + 1).read_to_end(&mut bytes));
            match read {
                Ok(length) if length > MOST => Err(format!("it comes to more than {MOST} bytes")),
                read => read.map(|_| bytes).map_err(|error| error.to_string()),
            }
        }
        Some((other, _)) => Err(format!("its form {other} is not known")),
        None => Err("it is empty".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_and_not_cut() {
        assert!(text(Some(&of_text(&"a".repeat(MOST)))).is_ok());
        let refused = text(Some(&of_text(&"a".repeat(MOST + 1))));
        assert!(refused.unwrap_err().contains("more than"));
    }

    #[test]
    fn what_was_packed_is_found_again() {
        for length in [0, 1, WORTH_IT - 1, WORTH_IT, 100_000] {
            let long = "ab\u{e9}".repeat(length);
            let value = of_text(&long);
            assert_eq!(text(Some(&value)).unwrap(), long);
        }
        let packed = of_text(&"x".repeat(10_000));
        assert!(packed.as_b().unwrap().as_ref().len() < 100);
    }

    #[test]
    fn what_is_not_ours_is_refused_in_words() {
        let odd = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
        assert!(cell(None).unwrap_err().contains("no content"));
        assert!(cell(Some(&odd(&[]))).unwrap_err().contains("empty"));
        assert!(cell(Some(&odd(&[9, 1]))).unwrap_err().contains("form 9"));
        assert!(cell(Some(&odd(&[COMPRESSED, 1, 2, 3]))).is_err());
        assert!(cell(Some(&odd(&[PLAIN, 77]))).is_err());
    }
}
