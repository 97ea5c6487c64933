//! What several commands set up alike: settings, detectors, times, formats.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::args::{DetectorSetArgs, TableFormat, TimeArgs};
use super::exit::UsageError;
use crate::config::{ConfigError, Settings};
use crate::detect::duration::parse_duration;
use crate::detect::{Enable, Engine, Fault, Lists, Loaded, ReadError};
use crate::pipeline::Window;
use crate::query::Style;
use crate::record::parse_time;

/// Reads the settings, or takes the defaults when there are none.
pub(super) fn settings(path: Option<&Path>) -> Result<Settings> {
    let Some(path) = path else {
        return Ok(Settings::default());
    };
    Settings::load(path).map_err(|error| match error {
        ConfigError::Invalid(fault) => UsageError(fault.render(style())).into(),
        error @ ConfigError::Read { .. } => UsageError(error.to_string()).into(),
    })
}

/// How diagnostics are drawn on standard error.
pub(super) fn style() -> Style {
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    if colour { Style::Colored } else { Style::Plain }
}

/// Loads the built-in detectors and those of the user; whatever is wrong with one is an error.
pub(super) fn load(args: &DetectorSetArgs, settings: &Settings) -> Result<Loaded> {
    let built_in = Loaded::built_in(&settings.config.lists);
    add_own(built_in, args, settings, Loaded::add_path)
}

/// How the detectors below a path join those that are loaded; how many files there are.
type Add = fn(&mut Loaded, &Path, &Lists) -> Result<usize, ReadError>;

fn add_own(
    mut loaded: Loaded,
    args: &DetectorSetArgs,
    settings: &Settings,
    add: Add,
) -> Result<Loaded> {
    let lists = &settings.config.lists;
    for path in &args.dirs {
        let found = add(&mut loaded, path, lists).map_err(|error| UsageError(error.to_string()))?;
        if found == 0 {
            let path = path.display();
            return Err(UsageError(format!("no detector files (*.toml) below {path}")).into());
        }
    }
    if !loaded.errors.is_empty() {
        return Err(UsageError(render(&loaded.errors)).into());
    }
    Ok(loaded)
}

/// Which detectors `--enable` asks for; an id that no detector has is an error.
pub(super) fn enable(args: &DetectorSetArgs, loaded: &Loaded) -> Result<Enable> {
    let enable = asked_for(args);
    match loaded.unknown(&enable).first() {
        Some(id) => Err(unknown_detector(loaded, id).into()),
        None => Ok(enable),
    }
}

/// What `--enable` asks for.
pub(super) fn asked_for(args: &DetectorSetArgs) -> Enable {
    let ids = args.enable.iter().filter(|id| *id != "all");
    Enable {
        all: args.enable.iter().any(|id| id == "all"),
        ids: ids.cloned().collect(),
    }
}

/// What to say to an id that no detector has.
pub(super) fn unknown_detector(loaded: &Loaded, id: &str) -> UsageError {
    let help = match loaded.nearest(id) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "`trailhound detectors list` shows them all".to_owned(),
    };
    UsageError(format!("there is no detector {id:?}: {help}"))
}

/// The detectors that run, with the exceptions; warnings go to standard error.
pub(super) fn engine(args: &DetectorSetArgs, settings: &Settings) -> Result<Engine> {
    let built_in = Loaded::built_in_to_run(&settings.config.lists);
    let loaded = add_own(built_in, args, settings, Loaded::add_path_to_run)?;
    let enable = enable(args, &loaded)?;
    let allows = settings.config.allow.clone();
    let (engine, warnings) = loaded
        .engine(&enable, allows, &settings.name, &settings.text)
        .map_err(|faults| UsageError(render(&faults)))?;
    if !warnings.is_empty() {
        anstream::eprintln!("{}", render(&warnings));
    }
    Ok(engine)
}

/// The same for some of them: `only` these, on by default or not, and not those `without`.
pub(super) fn engine_of(
    args: &DetectorSetArgs,
    settings: &Settings,
    only: &[String],
    without: &[String],
) -> Result<Engine> {
    let built_in = Loaded::built_in_to_run(&settings.config.lists);
    let mut loaded = add_own(built_in, args, settings, Loaded::add_path_to_run)?;
    let mut enable = enable(args, &loaded)?;
    let mut named = only.iter().chain(without);
    if let Some(id) = named.find(|id| !loaded.detectors.contains_key(*id)) {
        return Err(unknown_detector(&loaded, id).into());
    }
    enable.all |= !only.is_empty();
    loaded
        .detectors
        .retain(|id, _| (only.is_empty() || only.contains(id)) && !without.contains(id));
    let mut allows = settings.config.allow.clone();
    allows.retain(|allow| loaded.detectors.contains_key(allow.detector.get_ref()));
    let (engine, _) = loaded
        .engine(&enable, allows, &settings.name, &settings.text)
        .map_err(|faults| UsageError(render(&faults)))?;
    Ok(engine)
}

/// Several findings, one after the other.
pub(super) fn render(faults: &[Fault]) -> String {
    let drawn: Vec<String> = faults
        .iter()
        .map(|fault| fault.render(style()).trim_end().to_owned())
        .collect();
    drawn.join("\n\n")
}

/// The stretch of event time of `--since` and `--until`.
pub(super) fn window(args: &TimeArgs) -> Result<Window> {
    let now = Utc::now().timestamp_millis();
    let window = Window {
        since: time("--since", args.since.as_deref(), now)?,
        until: time("--until", args.until.as_deref(), now)?,
    };
    if let (Some(since), Some(until)) = (window.since, window.until)
        && since >= until
    {
        return Err(
            UsageError("--since is not before --until: nothing lies between".into()).into(),
        );
    }
    Ok(window)
}

/// The time that an option names, in milliseconds since the Unix epoch, if it was given.
pub(super) fn time(option: &str, text: Option<&str>, now: i64) -> Result<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let time = instant(text, now).ok_or_else(|| {
        UsageError(format!(
            "{option} {text:?} is no time: write 2026-05-01T12:00:00Z, 2026-05-01, or a time ago such as 90m, 2h or 7d"
        ))
    })?;
    Ok(Some(time))
}

/// An instant, a date (its midnight, UTC), or a duration before `now`; milliseconds since the Unix epoch.
fn instant(text: &str, now: i64) -> Option<i64> {
    if let Some(time) = parse_time(text) {
        return Some(time);
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    }
    let ago = i64::try_from(parse_duration(text).ok()?.as_millis()).ok()?;
    let time = now.checked_sub(ago)?;
    DateTime::from_timestamp_millis(time).map(|time| time.timestamp_millis())
}

/// The table format asked for, or what suits standard output.
pub(super) fn table_format(format: Option<TableFormat>) -> TableFormat {
    format.unwrap_or_else(|| {
        if std::io::stdout().is_terminal() {
            TableFormat::Table
        } else {
            TableFormat::Json
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_the_help_names() {
        let now = 1_800_000_000_000;
        assert_eq!(instant("1970-01-01T00:00:01Z", now), Some(1_000));
        assert_eq!(instant("1970-01-02", now), Some(86_400_000));
        assert_eq!(instant("90m", now), Some(now - 5_400_000));
        assert_eq!(instant("2h", now), Some(now - 7_200_000));
        for wrong in ["", "h", "2x", "-2h", "tomorrow", "99999999999999999d"] {
            assert_eq!(instant(wrong, now), None, "{wrong}");
        }
    }
}
