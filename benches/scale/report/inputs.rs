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
    /// Milliseconds of a call besides.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) call_ms: f64,
    /// Cells of one cluster that so many of its events touch: events:cells, in order.
    #[arg(long, value_delimiter = ',', default_value = "11:33,100:255,1000:1790,8000:6200,60000:11400", value_parser = point)]
    pub(crate) cells: Vec<(f64, f64)>,
    /// How many cells of a batch share an item of the table.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) cells_per_item: f64,
    /// Milliseconds that the table takes for a request.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) table_ms: f64,
    /// How many requests a function has open at the table.
    #[arg(long, default_value_t = 32.0)]
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

impl Inputs {
    /// Events a second of so many terabytes a day.
    pub(crate) fn events(&self, terabytes: f64) -> f64 {
        terabytes * 1e12 / self.line / 86_400.0
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

    /// Cells that so many events of one cluster touch, between the measured points on a line of powers.
    pub(crate) fn cells(&self, events: f64) -> f64 {
        let points = &self.cells;
        let first = points[0];
        if events <= first.0 {
            return events * first.1 / first.0;
        }
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            if events <= x1 {
                let part = (events / x0).ln() / (x1 / x0).ln();
                return y0 * (y1 / y0).powf(part);
            }
        }
        points[points.len() - 1].1
    }

    /// All of them, and where each comes from.
    pub(crate) fn table(&self) -> String {
        let measured = "performance.md";
        let mut table = Table::new(["what", "value", "source"]);
        let cells: Vec<String> = self.cells.iter().map(|(x, y)| format!("{x}: {y}")).collect();
        for (what, value, source) in [
            ("log lines", format!("{} TB a day, {} clusters", self.terabytes, self.clusters), "the task"),
            ("a line", format!("{} bytes", self.line), measured),
            ("gzip", format!("{} to 1", self.ratio), "assumed; measured 5.9 for 11 made-up events, 10.8 for 100, which are more alike than real ones"),
            ("events in a record of a subscription", self.events_per_record.to_string(), "assumed; AWS promises nothing"),
            ("passes a filter pattern", format!("{} % of the bytes", self.filtered * 100.0), "the aim for five detectors"),
            ("a function's time for an event", format!("{} µs", self.function_us), "estimated: 13 µs to judge, 3 µs to unpack ([performance](performance.md)), the rest to unescape; to be measured"),
            ("a function's time for a call besides", format!("{} ms", self.call_ms), "assumed"),
            ("events of a cluster: cells that they touch", cells.join(", "), measured),
            ("cells in an item of the table", self.cells_per_item.to_string(), "assumed"),
            ("a request to the table", format!("{} ms, {} at once", self.table_ms, self.table_open), "assumed"),
            ("a daemon that reads gzip, one processor", format!("{} MB/s", self.daemon_mb), measured),
            ("updates of the state for an event", self.updates.to_string(), measured),
            ("SQLite, a million cells", format!("{} updates a second", self.sqlite), measured),
            ("a daemon that polls", format!("{} µs of a processor an event", self.poll_us), measured),
            ("how often polling reads an event", format!("{} times", self.poll_times), measured),
            ("alerts", format!("{} an hour and cluster", self.alerts), "assumed"),
        ] {
            table.row([what.to_owned(), value, source.to_owned()]);
        }
        table.end()
    }
}
