//! The sets of labels that metrics bear.

use prometheus_client::encoding::EncodeLabelSet;

/// A set of labels that knows its names.
pub(super) trait Labels {
    /// The names, in order.
    const NAMES: &'static [&'static str];
}

macro_rules! labels {
    ($(#[$about:meta] $name:ident { $($label:ident),* })*) => {$(
        #[$about]
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, EncodeLabelSet)]
        pub(super) struct $name { $(pub(super) $label: String),* }
        impl Labels for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($label)),*];
        }
    )*};
}

labels! {
    /// A log of a cluster.
    Log { cluster, log }
    /// A log of a cluster, and why something could not be read.
    LogCause { cluster, log, cause }
    /// A log of a cluster, and a class of failures.
    LogClass { cluster, log, class }
    /// A detector and a severity.
    Raised { detector, severity }
    /// A detector.
    ByDetector { detector }
    /// A sink.
    Sink { sink }
    /// How something ended.
    Ended { result }
    /// The program's version.
    Build { version }
}

impl Labels for () {
    const NAMES: &'static [&'static str] = &[];
}
