//! What is put in: the size, what was measured, and what is assumed, each with its source.

use clap::Args;

use super::table::Table;

/// The options, with their defaults.
#[derive(Args, Clone, Debug)]
pub(crate) struct Inputs {
    /// Terabytes (10^12 bytes) of log lines a day, of all clusters.
    #[arg(long, default_value_t = 50.0)]
    pub(crate) terabytes: f64,
    /// How many clusters log them.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) clusters: usize,
    /// Another seed gives other clusters.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Bytes of a line.
    #[arg(long, default_value_t = 3_300.0)]
    pub(crate) line: f64,
    /// Bytes of lines that a function commits at once.
    #[arg(long, default_value_t = 1_048_576.0)]
    pub(crate) commit: f64,
    /// How many bytes of lines make one of a record.
    #[arg(long, default_value_t = 6.0)]
    pub(crate) ratio: f64,
    /// Lines that CloudWatch Logs packs into a record.
    #[arg(long, default_value_t = 100.0)]
    pub(crate) events_per_record: f64,
    /// What passes a filter pattern, of the bytes.
    #[arg(long, default_value_t = 0.05)]
    pub(crate) filtered: f64,
    /// Microseconds of a processor that a Lambda function takes for an event, the table's time left out.
    #[arg(long, default_value_t = 20.0)]
    pub(crate) function_us: f64,
    /// Seconds that Lambda gathers for a call.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) window: f64,
    /// Milliseconds of a call besides.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) call_ms: f64,
    /// Cells of one cluster that so many of its events touch, as events:cells, in order.
    #[arg(long, value_delimiter = ',', value_parser = point,
          default_value = "11:33,100:255,1000:1790,8000:6200,60000:11400")]
    pub(crate) touched: Vec<(f64, f64)>,
    /// And how many they change, once there is a past.
    #[arg(long, value_delimiter = ',', value_parser = point,
          default_value = "11:21,100:160,1000:1110,8000:3300,30000:5300")]
    pub(crate) changed: Vec<(f64, f64)>,
    /// How many cells of a batch share an item of the table; the program has one in each.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) cells_per_item: f64,
    /// Milliseconds that the table takes for a request.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) table_ms: f64,
    /// How many requests a function has open at the table.
    #[arg(long, default_value_t = 16.0)]
    pub(crate) table_open: f64,
    /// Megabytes (10^6) of lines a second that a daemon judges from gzip, on one processor.
    #[arg(long, default_value_t = 208.0)]
    pub(crate) daemon_mb: f64,
    /// Updates of the state for an event.
    #[arg(long, default_value_t = 3.0)]
    pub(crate) updates: f64,
    /// Updates a second that SQLite takes, with a million cells.
    #[arg(long, default_value_t = 82_000.0)]
    pub(crate) sqlite: f64,
    /// Microseconds of a processor that a polling daemon takes for an event.
    #[arg(long, default_value_t = 162.0)]
    pub(crate) poll_us: f64,
    /// How often a polling daemon is given an event.
    #[arg(long, default_value_t = 3.7)]
    pub(crate) poll_times: f64,
    /// Alerts of a cluster in an hour.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) alerts: f64,
    /// Functions that may run at once.
    #[arg(long, default_value_t = 1_000.0)]
    pub(crate) concurrency: f64,
    /// Writes a second that the table takes; 0 for as many as it needs.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) table_writes: f64,
}

fn point(text: &str) -> Result<(f64, f64), String> {
    let (events, cells) = text.split_once(':').ok_or("as in 100:255")?;
    let number = |text: &str| text.parse::<f64>().map_err(|error| error.to_string());
    Ok((number(events)?, number(cells)?))
}

/// What a measured curve says for so many events: between its points on a line of powers, after the last
/// no more.
pub(crate) fn along(points: &[(f64, f64)], events: f64) -> f64 {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return 0.0;
    };
    if events <= first.0 {
        return events * first.1 / first.0;
    }
    let between = points.windows(2).find(|pair| events <= pair[1].0);
    between.map_or(last.1, |pair| {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let part = (events / x0).ln() / (x1 / x0).ln();
        y0 * (y1 / y0).powf(part)
    })
}

impl Inputs {
    /// Events a second of so many terabytes a day.
    pub(crate) fn events(&self, terabytes: f64) -> f64 {
        terabytes * 1e12 / self.line / 86_400.0
    }

    /// Events that a function commits at once.
    pub(crate) fn events_per_commit(&self) -> f64 {
        (self.commit / self.line).ceil()
    }

    /// Compressed bytes of an event.
    pub(crate) fn packed(&self) -> f64 {
        self.line / self.ratio
    }

    /// Shards for a share of the bytes: the busiest minute fills half of each, so that what piled up can be
    /// read meanwhile.
    pub(crate) fn shards(&self, share: f64) -> usize {
        let mean = self.terabytes * share * 1e12 / self.ratio / 86_400.0 / 1e6;
        ((mean * super::traffic::BUSIEST / 0.5 / 16.0).ceil() * 16.0) as usize
    }

    /// All that is put in, and where it comes from.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::new(["what", "value", "source"]);
        let rows = self.of_the_lines().into_iter().chain(self.of_the_work());
        for (what, value, source) in rows {
            table.row([what.to_owned(), value, source.to_owned()]);
        }
        table.end()
    }

    fn of_the_lines(&self) -> Vec<Row> {
        vec![
            (
                "log lines",
                format!("{} TB a day of {} clusters", self.terabytes, self.clusters),
                "chosen",
            ),
            ("a line", format!("{} bytes", self.line), MEASURED),
            (
                "gzip",
                format!("{} to 1", self.ratio),
                "assumed; made-up lines pack 5.9 to 1 by eleven and 10.8 to 1 by the hundred, and are more alike than real ones",
            ),
            (
                "events in a record of a subscription",
                self.events_per_record.to_string(),
                "assumed; AWS promises nothing",
            ),
            (
                "passes a filter pattern",
                format!("{} % of the bytes", self.filtered * 100.0),
                "assumed, for a handful of detectors",
            ),
            (
                "alerts",
                format!("{} an hour and cluster", self.alerts),
                "assumed",
            ),
        ]
    }

    fn of_the_work(&self) -> Vec<Row> {
        let curve = |points: &[(f64, f64)]| {
            let told: Vec<_> = points.iter().map(|(x, y)| format!("{x}: {y}")).collect();
            told.join(", ")
        };
        vec![
            (
                "a function's time for an event",
                format!("{} µs", self.function_us),
                "estimated from the replay of gzip (16 µs) and the unescaping of an envelope",
            ),
            (
                "a call of the function gathers",
                format!("{} s, or 6 MB", self.window),
                "the template",
            ),
            (
                "and commits at once",
                format!("{} events", self.events_per_commit()),
                "1 MiB of lines, as the program does",
            ),
            (
                "a function's time for a call besides",
                format!("{} ms", self.call_ms),
                "assumed",
            ),
            (
                "cells that so many events of a cluster touch",
                curve(&self.touched),
                MEASURED,
            ),
            ("and change", curve(&self.changed), MEASURED),
            (
                "requests to the table",
                format!("{} ms each, {} at once", self.table_ms, self.table_open),
                "assumed; as many at once as the program makes",
            ),
            (
                "a daemon that reads gzip, one processor",
                format!("{} MB/s", self.daemon_mb),
                MEASURED,
            ),
            (
                "SQLite",
                format!(
                    "{} updates a second, {} for an event",
                    self.sqlite, self.updates
                ),
                MEASURED,
            ),
            (
                "a daemon that polls",
                format!(
                    "{} µs of a processor for an event, which it is given {} times",
                    self.poll_us, self.poll_times
                ),
                MEASURED,
            ),
        ]
    }
}

type Row = (&'static str, String, &'static str);

const MEASURED: &str = "[measured](performance.md)";
