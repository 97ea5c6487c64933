//! The tables, each under its name: what went in, what each way costs, and the simulated day.

mod batch;
mod bill;
mod day;
mod inputs;
mod prices;
#[path = "../../generate/random.rs"]
#[allow(dead_code, reason = "the generator of events uses more of it")]
mod random;
mod shard;
mod table;
mod traffic;
mod ways;

pub(crate) use inputs::Inputs;

use day::{Day, Plan, simulate};
use table::{Table, count, money};
use traffic::{STREAMS, Spread, Traffic};

/// The tables in the order of the document.
pub(crate) fn tables(inputs: &Inputs) -> Vec<(&'static str, String)> {
    let traffic = Traffic::new(inputs);
    let days: Vec<Ran> = plans(inputs)
        .into_iter()
        .map(|(name, plan)| (name, plan, simulate(inputs, &traffic, &plan)))
        .collect();
    vec![
        ("inputs", inputs.table()),
        ("prices", prices::table()),
        ("ways", ways::dollars(inputs)),
        ("ends", ways::ends(inputs)),
        ("day", a_day(inputs, &days)),
        ("bill", a_bill(inputs, &days)),
        ("outage", after_an_outage(inputs, &traffic)),
        ("writes", ways::writes(inputs)),
    ]
}

/// A plan under its name, and what came of it.
type Ran = (String, Plan, Day);

/// The three ways to send a day of all clusters to a stream, each with an hour's outage at its busiest.
fn plans(inputs: &Inputs) -> Vec<(String, Plan)> {
    let all = inputs.shards(1.0);
    let part = inputs.shards(inputs.filtered);
    let plan = |share, spread, shards| Plan {
        share,
        spread,
        shards,
        outage: 3_600.0,
    };
    vec![
        (
            "all lines, by log stream".to_owned(),
            plan(1.0, Spread::ByLogStream, all),
        ),
        (
            "all lines, random".to_owned(),
            plan(1.0, Spread::Random, all),
        ),
        (
            format!("{} % of the bytes, by log stream", inputs.filtered * 100.0),
            plan(inputs.filtered, Spread::ByLogStream, part),
        ),
    ]
}

fn a_day(inputs: &Inputs, ran: &[Ran]) -> String {
    let mut table =
        Table::new(std::iter::once("").chain(ran.iter().map(|(name, ..)| name.as_str())));
    let mut row = |name: &str, cell: &dyn Fn(&Plan, &Day) -> String| {
        let cells = ran.iter().map(|(_, plan, day)| cell(plan, day));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    };
    row("shards", &|plan, _| count(plan.shards as f64));
    row("events a second, mean", &|_, day| count(day.events.mean()));
    row("events a second, most", &|_, day| count(day.events.most()));
    row("compressed MB/s, mean", &|_, day| {
        count(day.megabytes.mean())
    });
    row("compressed MB/s, most", &|_, day| {
        count(day.megabytes.most())
    });
    row("fullest shard, share of what it takes", &|_, day| {
        percent(day.fullest)
    });
    row("bytes that had to wait before a shard", &|_, day| {
        percent(day.refused)
    });
    row("longest wait before a shard", &|_, day| span(day.waited));
    row("calls of the function a second, mean", &|_, day| {
        count(day.calls.mean())
    });
    row("events in a call, mean", &|_, day| {
        count(day.events.sum() / day.calls.sum())
    });
    row("functions at once, mean", &|_, day| count(day.busy.mean()));
    row("functions at once, most", &|_, day| count(day.busy.most()));
    row("calls under way for one cluster, mean", &|plan, day| {
        count(together(inputs, plan, day))
    });
    row("table writes a second, mean", &|_, day| {
        count(day.writes.mean())
    });
    row("table writes a second, most", &|_, day| {
        count(day.writes.most())
    });
    row("table reads a second, mean", &|_, day| {
        count(day.reads.mean())
    });
    row("messages to SNS in the day", &|_, day| count(day.alerts));
    row("lag in an ordinary hour, most", &|_, day| {
        span(day.lag_before)
    });
    row("lag when the outage ends", &|_, day| span(day.lag_outage));
    row("caught up after", &|_, day| span(day.caught_up));
    table.end()
}

/// How many calls handle lines of one and the same cluster at a time.
fn together(inputs: &Inputs, plan: &Plan, day: &Day) -> f64 {
    let busy = day.busy.mean();
    match plan.spread {
        Spread::ByLogStream => busy / plan.shards as f64 * STREAMS as f64,
        Spread::Random => {
            let events = day.events.sum() / day.calls.sum();
            busy * (1.0 - (-events / inputs.clusters as f64).exp())
        }
    }
}

fn a_bill(inputs: &Inputs, ran: &[Ran]) -> String {
    let heads = std::iter::once("$ a day").chain(ran.iter().map(|(name, ..)| name.as_str()));
    let mut table = Table::new(heads);
    let bills: Vec<_> = ran
        .iter()
        .map(|(_, plan, day)| bill::of_day(inputs, plan, day))
        .collect();
    for (item, (name, _)) in bills[0].iter().enumerate() {
        let cells = bills.iter().map(|bill| money(bill[item].1));
        table.row(std::iter::once((*name).to_owned()).chain(cells));
    }
    let total = |bill: &bill::Bill| bill.iter().map(|(_, dollars)| dollars).sum::<f64>();
    for (name, part) in [
        ("all of it", 1.0),
        ("for each TB that is logged", inputs.terabytes),
    ] {
        let cells = bills.iter().map(|bill| money(total(bill) / part));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    }
    table.end()
}

/// How fast a stream of more shards catches up.
fn after_an_outage(inputs: &Inputs, traffic: &Traffic) -> String {
    let mut table = Table::new([
        "shards",
        "fullest at its busiest",
        "after 1 h caught up in",
        "after 6 h caught up in",
        "functions at once, most",
    ]);
    for factor in [1.0, 1.25, 1.5, 2.0, 3.0] {
        let shards = (inputs.shards(1.0) as f64 * factor) as usize;
        let run = |seconds| {
            simulate(
                inputs,
                traffic,
                &Plan {
                    share: 1.0,
                    spread: Spread::Random,
                    shards,
                    outage: seconds,
                },
            )
        };
        let (hour, long) = (run(3_600.0), run(21_600.0));
        table.row([
            count(shards as f64),
            percent(hour.fullest),
            span(hour.caught_up),
            span(long.caught_up),
            count(long.busy.most()),
        ]);
    }
    table.end()
}

fn percent(share: f64) -> String {
    match share {
        0.0 => "0".to_owned(),
        share if share < 0.001 => "under 0.1 %".to_owned(),
        share if share < 0.1 => format!("{:.1} %", share * 100.0),
        share => format!("{:.0} %", share * 100.0),
    }
}

/// Seconds as people say them.
fn span(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() => "not in that day".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}
