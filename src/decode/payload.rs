//! Payloads inside envelopes: base64 of, mostly, gzip.
//!
//! Bounded by the limits `payload` and `gzip ratio`. What was decoded before damage is kept.

use std::io::Read;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::compress;
use super::fault::{Fault, fault};
use super::layer::Bounds;
use super::{Limits, Refusal};

/// Base64 as all kinds of tools write it: with or without padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A payload's bytes, and why they may not be all.
pub(super) struct Payload {
    /// What was decoded.
    pub(super) bytes: Vec<u8>,
    /// What ended it early.
    pub(super) fault: Option<Fault>,
}

/// Decodes base64 and whatever compression is inside.
pub(super) fn unpack(base64: &str, limits: Limits) -> Payload {
    match BASE64.decode(base64.trim()) {
        Ok(packed) => inflate(&packed, limits),
        Err(error) => {
            let detail = format!("payload of {} bytes is not base64: {error}", base64.len());
            let fault = Fault {
                refusal: Refusal::BadBase64,
                detail,
            };
            Payload {
                bytes: Vec::new(),
                fault: Some(fault),
            }
        }
    }
}

fn inflate(packed: &[u8], limits: Limits) -> Payload {
    let mut bytes = Vec::new();
    let opened = compress::open(packed, Bounds::payload(limits));
    let read = opened.and_then(|mut reader| reader.read_to_end(&mut bytes));
    Payload {
        bytes,
        fault: read.err().map(|error| fault(&error)),
    }
}

/// Whether a line is a compressed payload in base64: the alphabet, and the magic number of gzip or zstd.
pub(super) fn is_packed_line(line: &[u8]) -> bool {
    (line.starts_with(b"H4sI") || line.starts_with(b"KLUv/")) && is_base64(line)
}

/// Whether there is nothing but base64's alphabet, and enough of it.
pub(super) fn is_base64(text: &[u8]) -> bool {
    text.len() >= 20 && text.iter().copied().all(is_letter)
}

/// Whether a byte is of base64's alphabet or its padding.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
