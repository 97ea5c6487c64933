//! Detectors and settings that change while a watch runs.

use crate::hostile::{Group, Hostile};
use crate::live::{detector, put};
use crate::program::write;
use crate::watching::{Place, QUICK, Watching, cluster};

/// A watch with a detector of its own in a folder, and a list in its settings.
fn watching() -> (Hostile, Group, Place, Watching) {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    let place = Place::with("");
    write(
        place.path(),
        "own/first.toml",
        detector("own-first", "first"),
    );
    write(place.path(), "own/list.toml", LISTED);
    // The settings are behind a link, so that changes of theirs go unnoticed until SIGHUP.
    std::fs::remove_file(place.file("trailhound.toml")).unwrap();
    write(place.path(), "kept/settings.toml", settings("mallory"));
    std::os::unix::fs::symlink("kept/settings.toml", place.file("trailhound.toml")).unwrap();
    let own = place.file("own");
    let options = ["-v", "--from", "1h", "--detectors", own.to_str().unwrap()];
    let mut run = place.start(&aws, &options);
    put(&group, "alice", "first");
    assert_eq!(raised(&mut run), "own-first");
    (aws, group, place, run)
}

const LISTED: &str = "id = \"own-list\"\ntitle = \"Listed\"\nseverity = \"high\"\n\
    query = 'filter user.username in ${suspects}'\nsummary = \"{user.username} is on the list\"\n";

fn settings(suspect: &str) -> String {
    let cluster = cluster("prod");
    format!("{QUICK}{cluster}[lists]\nsuspects = [{suspect:?}]\n")
}

/// The detector of the next alert.
fn raised(run: &mut Watching) -> String {
    let alert = run.next_alert();
    alert["detector"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_new_detector_and_a_changed_list_hold_for_what_comes_after() {
    let (_aws, group, place, mut run) = watching();
    write(
        place.path(),
        "own/second.toml",
        detector("own-second", "second"),
    );
    run.says("\"reloaded\"");
    put(&group, "alice", "second");
    assert_eq!(raised(&mut run), "own-second");

    write(place.path(), "kept/settings.toml", settings("bob"));
    run.signal("-HUP");
    run.says("\"reloaded\"");
    put(&group, "mallory", "off the list now");
    put(&group, "bob", "on the list now");
    let alert = run.next_alert();
    assert_eq!(alert["summary"], "bob is on the list");
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}

#[test]
fn a_detector_that_is_broken_or_fails_its_test_changes_nothing_and_is_named() {
    let (_aws, group, place, mut run) = watching();
    write(
        place.path(),
        "own/broken.toml",
        "id = \"own-broken\"\nquery = 'filter ='\n",
    );
    let line = run.says("reload failed, the old detectors stay");
    assert!(line.contains("broken.toml"), "{line}");
    put(&group, "bob", "first again");
    assert_eq!(raised(&mut run), "own-first");

    std::fs::remove_file(place.file("own/broken.toml")).unwrap();
    run.says("\"reloaded\"");
    let failing = detector("own-second", "second")
        + "[[test]]\nname = \"it sees nothing\"\nevents = ['{}']\nalerts = 1\n";
    write(place.path(), "own/second.toml", failing);
    let line = run.says("reload failed, the old detectors stay");
    for part in ["second.toml", "own-second", "it sees nothing"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    put(&group, "bob", "second");
    put(&group, "carol", "first, the last");
    let alert = run.next_alert();
    assert_eq!(alert["summary"], "carol came with first, the last");
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}
