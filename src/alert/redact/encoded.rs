//! Secrets behind percent-encoding, however often it was applied.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::text::text;

/// How many layers are taken off; servers take off one, proxies in between perhaps another.
const LAYERS: usize = 4;

/// The text without what looks like a secret. Where a secret hides behind percent-encoding the text
/// is given decoded, as far as that was needed to find it.
pub(super) fn decoded(given: &str) -> Cow<'_, str> {
    let mut current = text(given);
    if !current.contains('%') {
        return current;
    }
    let mut layer = current.clone().into_owned();
    for _ in 0..LAYERS {
        let Cow::Owned(next) = percent_decode_str(&layer).decode_utf8_lossy() else {
            break;
        };
        if next == layer {
            break;
        }
        layer = match text(&next) {
            Cow::Owned(redacted) if redacted != next => {
                current = Cow::Owned(redacted.clone());
                redacted
            }
            _ => next,
        };
    }
    current
}
