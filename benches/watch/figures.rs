//! What the measurements come to.

use std::time::Duration;

use crate::child::Memory;

/// The value below which so many of a thousand lie; `sorted` is in order.
pub(crate) fn quantile(sorted: &[Duration], thousandths: usize) -> Duration {
    let at = (sorted.len() * thousandths).div_ceil(1_000).max(1) - 1;
    sorted.get(at).copied().unwrap_or_default()
}

/// Memory after so many events.
pub(crate) type Sample = (u64, Memory);

/// By how much resident memory grows with a million events, in KiB: the line through the later
/// three quarters of the samples, least squares.
#[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
pub(crate) fn slope(samples: &[Sample]) -> f64 {
    let later = samples.get(samples.len() / 4..).unwrap_or_default();
    let count = later.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Sample) -> f64| later.iter().map(of).sum::<f64>() / count;
    let events = |sample: &Sample| sample.0 as f64 / 1e6;
    let held = |sample: &Sample| sample.1.resident as f64;
    let (middle, level) = (mean(&events), mean(&held));
    let along = mean(&|sample| (events(sample) - middle).powi(2));
    let both = mean(&|sample| (events(sample) - middle) * (held(sample) - level));
    if along > 0.0 { both / along } else { 0.0 }
}
