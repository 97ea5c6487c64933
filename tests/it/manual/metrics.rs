//! `metrics.md`: every metric, from its registration.

use trailhound::telemetry::metrics::Metrics;

use super::markdown::{code, table};

pub(super) fn page() -> String {
    let metrics = Metrics::new("", 0);
    let rows = metrics.described().iter().map(|described| {
        let labels: Vec<String> = described.labels.iter().map(|label| code(label)).collect();
        [
            code(&described.name),
            described.kind.to_owned(),
            labels.join(" "),
            described.help.to_owned(),
        ]
    });
    format!(
        "# Metrics\n\n`/metrics` answers in the text format of OpenMetrics, which Prometheus reads. Units are seconds and bytes. Labels \
         come from the settings and the program, never from a log line.\n\n{}\n\
         Beside it: `/healthz` is 200 while the judging thread goes round its loop, `/readyz` while every log of every cluster is seen \
         in time (503 names those that are not), `/` is a page for people and `/status.json` the same for programs. All of it is \
         served on 127.0.0.1:9464 unless another address is configured; it has no password, so keep it where only yours can \
         reach it.\n",
        table(["name", "kind", "labels", "what"], rows)
    )
}
