#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;
use crate::config::Config;
use crate::detect::{Enable, Loaded};
use crate::sink::Routes;
use crate::state::{Bounds, Place, Store as _};

/// Lets a detector remember so many values.
fn remember(store: &SharedStore, values: u8) {
    let work = &mut |cells: &mut dyn crate::state::Cells| {
        (0..values).try_for_each(|number| {
            let place = Place {
                detector: "d",
                key: Digest([number; 16]),
            };
            cells.change(place, &mut |cell| cell.earliest(5).1)
        })
    };
    store.lock().transact(work).unwrap();
}

#[test]
fn what_the_state_gave_up_is_told_once_whoever_judges() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds {
        cells: 16,
        ..Bounds::default()
    };
    let store = SqliteStore::open(&folder.path().join("state.db"), bounds).unwrap();
    let store = SharedStore::new(store);
    let config = Config::default();
    let loaded = Loaded::built_in(&config.lists);
    let (engine, _) = loaded
        .engine(&Enable::default(), Vec::new(), "", "")
        .unwrap();
    let routes = Routes::compile("", "", &[], &["kept".to_owned()]).unwrap();
    let post = Post::new(routes);
    let judge = || Judge::new(&engine, &config);
    let mut intake = Intake::new(judge(), store.clone(), &post);
    assert_eq!(intake.evicted(), 0);
    remember(&store, 200);
    assert!(intake.evicted() > 0);
    assert_eq!(intake.evicted(), 0);
    // Other detectors and settings judge on in the same state.
    assert_eq!(Intake::new(judge(), store, &post).evicted(), 0);
}
