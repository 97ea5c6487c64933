//! A text as a detector file: loaded, put to work, translated for the console, its own tests run.
#![no_main]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use trailhound::decode::line;
use trailhound::detect::console::translate;
use trailhound::detect::{Lists, Loaded, self_test};
use trailhound::query::{Style, parse};
use trailhound_fuzz::{Bench, LINES, with_line};

fuzz_target!(|text: &str| {
    let users = vec!["kubernetes-admin".to_owned(), "a\"b\\".to_owned()];
    let lists = Lists::from([("admin_users".to_owned(), users)]);
    let mut loaded = Loaded::default();
    loaded.add("fuzz.toml", text, &lists);
    for fault in loaded.errors.iter().chain(&loaded.warnings) {
        black_box(fault.render(Style::Plain));
    }
    for detector in loaded.detectors.values() {
        for query in detector.probes.iter().map(|probe| &probe.query) {
            let translation = translate(query, detector.log);
            black_box(translation.to_string());
            let read = parse(&translation.text);
            assert!(read.is_ok(), "{}\n{:?}", translation.text, read.err());
        }
        black_box(self_test::run(detector, "fuzz.toml", text, line::record));
    }
    if loaded.detectors.is_empty() {
        return;
    }
    let mut bench = Bench::of(loaded);
    for line in LINES {
        with_line(line, |entry| bench.judge(entry));
    }
});
