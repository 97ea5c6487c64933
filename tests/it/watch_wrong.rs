//! A watch that can't do its work: one clear line that says what to mend, and the exit code for it.

use crate::hostile::Hostile;
use crate::program::write;
use crate::watching::{Place, QUICK, Watching, cluster};

/// What Rust and its libraries say when nobody thought of people.
const RAW: [&str; 6] = [
    "panicked",
    "Error {",
    "Error(",
    "Some(",
    "RUST_BACKTRACE",
    "{ source",
];

/// Whether this is something to show to people.
#[track_caller]
fn for_people(said: &str) {
    for raw in RAW {
        assert!(!said.contains(raw), "{raw}: {said}");
    }
}

/// Starts it with a state at this place: it must end by itself and say one line, which is given.
fn refused(state: &str, prepare: impl FnOnce(&Place)) -> String {
    let aws = Hostile::start();
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    prepare(&place);
    let mut command = place.command(&aws, &[]);
    let state = place.file(state);
    let args: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    let environment: Vec<_> = aws.environment();
    let at = args.iter().position(|arg| arg == "--state").unwrap();
    let mut args = args;
    args[at + 1] = state.into_os_string();
    command = crate::program::command(&[]);
    command.args(args).envs(environment);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("error: "), "{said}");
    for_people(&said);
    assert_eq!(
        aws.log(|log| log.calls.len()),
        0,
        "nothing is called before"
    );
    said
}

#[test]
fn a_state_that_can_not_be_used_says_where_it_is_and_what_to_do() {
    let said = refused("nowhere/state.db", |_| {});
    for part in [
        "nowhere/state.db",
        "a folder that is there and can be written",
        "--state",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = refused("state.txt", |place| {
        write(
            place.path(),
            "state.txt",
            "this is a letter and no database\n".repeat(40),
        );
    });
    for part in [
        "state.txt",
        "not a database",
        "name another file, or move this one away",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = refused("folder", |place| {
        std::fs::create_dir(place.file("folder")).unwrap()
    });
    assert!(said.contains("it must be a file"), "{said}");
}

#[test]
fn settings_without_anything_to_watch_leave_no_state_behind() {
    let place = Place::with(QUICK);
    let (code, _, said) = place.start(&Hostile::start(), &[]).end();
    assert_eq!(code, Some(2), "{said}");
    assert!(!place.file("state.db").exists());
}

/// Starts it in an environment changed by this, waits for a line with these in it, and stops it.
fn runs_and_says(
    aws: &Hostile,
    settings: &str,
    change: impl Fn(&'static str, String) -> Option<(&'static str, String)>,
    parts: &[&str],
) -> String {
    let place = Place::with(&format!("{QUICK}{settings}"));
    let environment = aws.environment().into_iter();
    let environment = environment.filter_map(|(name, value)| change(name, value));
    let mut command = place.command_in(environment.collect(), &[]);
    let mut run = Watching::of(&mut command);
    let line = run.says(parts[0]);
    for part in parts {
        assert!(line.contains(part), "{part}: {line}");
    }
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    for_people(&said);
    said
}

#[test]
fn without_credentials_it_says_so_at_once_and_once() {
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let aws = Hostile::start();
    let without = |name: &'static str, value| (!keys.contains(&name)).then_some((name, value));
    let parts = ["no AWS credentials", "environment, profile, IRSA"];
    let said = runs_and_says(&aws, &cluster("prod"), without, &parts);
    assert_eq!(said.lines().count(), 1, "{said}");
    let said = runs_and_says(&aws, "[discover]\n", without, &parts);
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn without_a_network_it_says_where_it_could_not_connect() {
    let aws = Hostile::start();
    aws.close();
    let same = |name, value| Some((name, value));
    let parts = ["no connection", "it is tried again"];
    runs_and_says(&aws, &cluster("prod"), same, &parts);
    runs_and_says(&aws, "[discover]\n", same, &parts);
}

#[test]
fn a_group_that_is_in_another_region_is_not_there() {
    let aws = Hostile::start();
    aws.logs().group_in(
        crate::hostile::ACCOUNT,
        "eu-west-1",
        "/aws/eks/prod/cluster",
    );
    let same = |name, value| Some((name, value));
    let parts = [
        "does not exist",
        "us-east-1",
        "check its name, account and region",
    ];
    runs_and_says(&aws, &cluster("prod"), same, &parts);
}

#[test]
fn without_a_region_it_names_what_needs_one() {
    let aws = Hostile::start();
    let settings = cluster("prod").replace("region", "# region");
    let place = Place::with(&format!("{QUICK}{settings}"));
    let environment = aws.environment().into_iter();
    let environment = environment.filter(|(name, _)| !name.ends_with("REGION"));
    let mut command = place.command_in(environment.collect(), &[]);
    let (code, _, said) = Watching::of(&mut command).end();
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["no region for /aws/eks/prod/cluster", "AWS_REGION"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
