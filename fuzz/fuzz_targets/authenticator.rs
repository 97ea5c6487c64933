//! One line of aws-iam-authenticator: every field of it, the detectors of its log, and what is left
//! of it wherever it is cut.
#![no_main]

use std::cell::RefCell;
use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use trailhound::record::AuthenticatorRecord;
use trailhound_fuzz::{Bench, read_all, with_line};

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::new(Bench::built_in());
}

fuzz_target!(|line: &str| {
    with_line(line, |entry| {
        read_all(entry);
        BENCH.with_borrow_mut(|bench| bench.judge(entry));
    });
    let Some(whole) = AuthenticatorRecord::parse(line) else {
        return;
    };
    black_box((whole.time(), whole.level(), whole.account(), whole.denial()));
    black_box(whole.groups().count());
    for eighths in 1..8 {
        cut(line, &whole, line.len() * eighths / 8);
    }
});

/// What stands before a cut is read as if there was none; only the last pair may have lost its end.
fn cut(line: &str, whole: &AuthenticatorRecord<'_>, at: usize) {
    let head = line.get(..at).and_then(AuthenticatorRecord::parse);
    let Some(head) = head else { return };
    let Some((_, sure)) = head.pairs().split_last() else {
        return;
    };
    for (place, pair) in sure.iter().enumerate() {
        assert_eq!(
            Some(pair),
            whole.pairs().get(place),
            "what is complete stays"
        );
    }
}
