//! `input.md`: what is not read and why, and the limits.

use trailhound::decode::{Limits, Refusal};

use super::markdown::{bytes, code, grouped, table};

pub(super) fn page() -> String {
    let causes = Refusal::ALL.into_iter().map(|cause| {
        let loses = if cause.loses_events() { "yes" } else { "no" };
        [
            code(cause.as_str()),
            cause.explanation().to_owned(),
            loses.to_owned(),
        ]
    });
    let Limits {
        event,
        envelope,
        payload,
        file,
        gzip_ratio,
        zstd_ratio,
        ratio_after,
        nesting,
    } = Limits::default();
    let size = |size: usize| bytes(size as u64);
    let after = bytes(ratio_after);
    let limits = [
        (
            "event",
            size(event),
            "one log line; CloudWatch Logs takes at most 1 MiB".to_owned(),
        ),
        (
            "envelope",
            size(envelope),
            "the text of one JSON envelope, one row of a table, or one line of base64".to_owned(),
        ),
        (
            "payload",
            bytes(payload),
            "one payload inside an envelope, after decompression".to_owned(),
        ),
        (
            "file",
            bytes(file),
            "one input, after decompression".to_owned(),
        ),
        (
            "gzip ratio",
            grouped(gzip_ratio),
            format!("bytes that one compressed byte may become, judged after {after}"),
        ),
        (
            "zstd ratio",
            grouped(zstd_ratio),
            "the same for zstd, which packs repetition tighter".to_owned(),
        ),
        (
            "nesting",
            grouped(nesting.into()),
            "layers of compression, and envelopes inside envelopes".to_owned(),
        ),
    ];
    let limits = limits.map(|(name, limit, what)| [code(name), limit, what]);
    format!(
        "# What is not read, and why\n\nInput is never given up because a part of it can't be read. Each such part is counted by \
         its cause, and the summary at the end shows the causes with the first cases: file, position, limit.\n\n{}\n\
         Lines of the other control-plane logs (API server, controller manager, scheduler, cloud controller manager) are \
         recognised, counted and not judged. A line cut off with `[Truncated...]` is no refusal: what stands before the cut is \
         judged.\n\n# Limits\n\n{}",
        table(["cause", "what happened", "events may be missing"], causes),
        table(["limit", "", "of what"], limits),
    )
}
