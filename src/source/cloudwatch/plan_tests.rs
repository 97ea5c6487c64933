#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_780_000_000_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;

const SPANS: Spans = Spans {
    lateness: 15 * MINUTE,
    sweep_interval: 10 * MINUTE,
    sweep_span: 60 * MINUTE,
};

/// An event: when it is said to have happened, and when it can be read.
#[derive(Clone, Copy, Debug)]
struct Event {
    timestamp: i64,
    visible: i64,
    read: bool,
}

/// A log that is read by a plan, with the calls that a walk takes told by the number of events in it.
struct Log {
    events: Vec<Event>,
    per_page: usize,
    calls: [u64; 2],
}

impl Log {
    fn walk(&mut self, plan: &mut Plan, stretch: Stretch) {
        assert!(stretch.start <= stretch.end, "{stretch:?}");
        let before = plan.position();
        let mut count = 0;
        for event in &mut self.events {
            let inside = (stretch.start..=stretch.end).contains(&event.timestamp);
            if inside && event.visible <= stretch.begun {
                event.read = true;
                count += 1;
            }
        }
        let calls = 1 + (count / self.per_page) as u64;
        self.calls[usize::from(stretch.purpose != Purpose::Forward)] += calls;
        plan.walked(stretch, calls);
        assert!(plan.position() >= before, "the position went back");
        assert!(plan.position() <= stretch.begun - SETTLE || plan.position() == before);
    }

    fn turn(&mut self, plan: &mut Plan, measured: i64, now: i64) {
        let stretch = plan.forward(measured, now);
        self.walk(plan, stretch);
        for _ in 0..8 {
            let Some(stretch) = plan.back(now) else { break };
            self.walk(plan, stretch);
        }
    }
}

fn event() -> impl Strategy<Value = (i64, i64)> {
    (0..3_600_i64, prop_oneof![0..20_i64, 0..900_i64])
}

proptest! {
    #[test]
    fn whatever_comes_within_the_lateness_is_read(
        events in prop::collection::vec(event(), 1..200),
        per_page in 1_usize..50,
        pauses in prop::collection::vec(1..90_i64, 20..60),
        down in 0..7_200_i64,
    ) {
        let events = events.into_iter().map(|(at, late)| Event {
            timestamp: NOW + at * SECOND,
            visible: NOW + (at + late) * SECOND,
            read: false,
        });
        let mut log = Log { events: events.collect(), per_page, calls: [0; 2] };
        let mut now = NOW;
        let mut plan = Plan::new(SPANS, None, NOW, now);
        for pause in pauses.iter().cycle() {
            now += pause * SECOND;
            log.turn(&mut plan, 0, now);
            if now > NOW + 5_000 * SECOND { break; }
        }
        // A restart goes on from the position and nothing else, after some time.
        now += down * SECOND;
        let mut plan = Plan::new(SPANS, Some(plan.position()), now, now);
        for _ in 0..2_000 {
            now += 5 * SECOND;
            log.turn(&mut plan, 0, now);
        }
        let lost: Vec<&Event> = log.events.iter().filter(|event| !event.read).collect();
        prop_assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn a_restart_at_any_moment_loses_nothing(
        events in prop::collection::vec(event(), 1..100),
        restarts in prop::collection::vec(1..400_usize, 1..6),
    ) {
        let events = events.into_iter().map(|(at, late)| Event {
            timestamp: NOW + at * SECOND,
            visible: NOW + (at + late) * SECOND,
            read: false,
        });
        let mut log = Log { events: events.collect(), per_page: 5, calls: [0; 2] };
        let mut now = NOW;
        let mut plan = Plan::new(SPANS, None, NOW, now);
        for turns in restarts.into_iter().chain([2_000]) {
            for _ in 0..turns {
                now += 5 * SECOND;
                log.turn(&mut plan, 0, now);
            }
            plan = Plan::new(SPANS, Some(plan.position()), now, now);
        }
        prop_assert!(log.events.iter().all(|event| event.read));
    }
}

#[test]
fn a_quiet_log_takes_one_call_a_turn_and_covers_the_whole_lateness_each_time() {
    let mut log = Log {
        events: Vec::new(),
        per_page: 100,
        calls: [0; 2],
    };
    let mut plan = Plan::new(SPANS, Some(NOW), NOW, NOW);
    let mut now = NOW;
    for _ in 0..720 {
        now += 5 * SECOND;
        log.turn(&mut plan, 0, now);
    }
    assert_eq!(log.calls[0], 720);
    assert!(log.calls[1] < 60, "{:?}", log.calls);
    let next = plan.forward(0, now + 5 * SECOND);
    assert!(next.start <= now - SPANS.lateness + 1, "{next:?}");
}

#[test]
fn a_busy_log_spends_more_on_new_ground_than_on_looking_back() {
    // 40 events in a page, four events a second: a quarter of an hour is 90 pages.
    let events = (0..40_000).map(|number| Event {
        timestamp: NOW + number * SECOND / 4,
        visible: NOW + (number + 4) * SECOND / 4,
        read: false,
    });
    let mut log = Log {
        events: events.collect(),
        per_page: 40,
        calls: [0; 2],
    };
    let mut now = NOW + 2 * 60 * MINUTE;
    let mut plan = Plan::new(SPANS, Some(now), now, now);
    for turn in 0..400 {
        // The first look back after a start is dearer than the later ones.
        if turn == 100 {
            log.calls = [0; 2];
        }
        now += 5 * SECOND;
        log.turn(&mut plan, SECOND, now);
    }
    let [forward, back] = log.calls;
    assert!(back < forward, "{forward} {back}");
    assert!(back * 10 >= forward + back, "{forward} {back}");
}

#[test]
fn a_long_stretch_is_walked_in_slices_oldest_first_without_what_is_settled() {
    let stored = NOW - 24 * 60 * MINUTE;
    let mut plan = Plan::new(SPANS, Some(stored), NOW, NOW);
    let mut turns = 0;
    while plan.is_behind(NOW) {
        let stretch = plan.forward(0, NOW);
        plan.walked(stretch, 3);
        assert_eq!(plan.position(), stretch.advance());
        turns += 1;
        assert!(turns < 200);
    }
    // Each twice as long as the one before, since a few calls were enough.
    assert!((8..=12).contains(&turns), "{turns}");
}

#[test]
fn months_without_events_take_few_calls() {
    let stored = NOW - 200 * 24 * 60 * MINUTE;
    let mut plan = Plan::new(SPANS, Some(stored), NOW, NOW);
    let mut calls = 0;
    while plan.is_behind(NOW) {
        plan.walked(plan.forward(0, NOW), 1);
        calls += 1;
        assert!(calls < 100);
    }
}

#[test]
fn a_wide_walk_that_ends_up_in_the_thick_of_it_is_given_up_for_a_short_one() {
    let mut plan = Plan::new(SPANS, Some(NOW - 600 * MINUTE), NOW, NOW);
    for _ in 0..20 {
        plan.forward.took(1);
    }
    // Wide enough for all that is missing.
    assert!(!plan.is_behind(NOW));
    let mut given_up = 0;
    while plan.forward(0, NOW).most < u64::MAX {
        plan.broke(plan.forward(0, NOW));
        given_up += 1;
        assert!(given_up < 10);
    }
    assert!(plan.is_behind(NOW));
    assert!(plan.forward(0, NOW).end < NOW);
}

#[test]
fn events_of_a_clock_that_is_ahead_are_read_at_once() {
    let plan = Plan::new(SPANS, Some(NOW - SECOND), NOW, NOW);
    let stretch = plan.forward(0, NOW);
    assert!(stretch.end >= NOW + 120 * MINUTE, "{stretch:?}");
    assert!(stretch.advance() < NOW, "{stretch:?}");
}

#[test]
fn a_late_event_does_not_wait_long_where_looking_back_takes_a_few_calls() {
    // Three events in a quarter of an hour make a page: all of it takes four calls.
    let events = (0..60).map(|number| Event {
        timestamp: NOW + number * 75 * SECOND,
        visible: NOW + number * 75 * SECOND,
        read: false,
    });
    let mut log = Log {
        events: events.collect(),
        per_page: 3,
        calls: [0; 2],
    };
    let mut plan = Plan::new(SPANS, None, NOW, NOW);
    let mut now = NOW;
    for _ in 0..720 {
        now += 5 * SECOND;
        log.turn(&mut plan, 0, now);
    }
    log.events.push(Event {
        timestamp: now - 14 * MINUTE,
        visible: now,
        read: false,
    });
    for _ in 0..12 {
        now += 5 * SECOND;
        log.turn(&mut plan, 0, now);
    }
    assert!(log.events.last().unwrap().read);
}

#[test]
fn slices_of_many_calls_become_shorter_and_broken_walks_too() {
    let mut plan = Plan::new(SPANS, Some(NOW - 600 * MINUTE), NOW, NOW);
    let width = |plan: &Plan| plan.forward(0, NOW).end - plan.position();
    let before = width(&plan);
    let stretch = plan.forward(0, NOW);
    plan.walked(stretch, 100);
    assert_eq!(width(&plan), before / 2);
    plan.broke(plan.forward(0, NOW));
    assert_eq!(width(&plan), before / 4);
}

#[test]
fn measured_lateness_widens_what_a_walk_covers_again() {
    let mut plan = Plan::new(SPANS, Some(NOW - 5 * SECOND), NOW, NOW);
    plan.settled = NOW - 20 * MINUTE;
    let overlap = |plan: &Plan, measured| plan.position() - plan.forward(measured, NOW).start + 1;
    assert_eq!(overlap(&plan, 0), 30 * SECOND);
    assert_eq!(overlap(&plan, 40 * SECOND), 80 * SECOND);
    assert_eq!(overlap(&plan, 1_000 * MINUTE), 15 * MINUTE);
    plan.last = (9, 7 * SECOND);
    assert_eq!(overlap(&plan, 40 * SECOND), 7 * SECOND);
}

#[test]
fn a_first_start_reads_nothing_before_its_beginning() {
    let mut plan = Plan::new(SPANS, None, NOW, NOW);
    for turn in 1..400 {
        let now = NOW + turn * 5 * SECOND;
        let stretch = plan.forward(10 * MINUTE, now);
        assert!(stretch.start >= NOW);
        plan.walked(stretch, 1);
        while let Some(stretch) = plan.back(now) {
            assert!(stretch.start >= NOW, "{stretch:?}");
            plan.walked(stretch, 1);
        }
    }
}

#[test]
fn a_position_from_the_future_is_brought_back_to_now() {
    let plan = Plan::new(SPANS, Some(NOW + 24 * 60 * MINUTE), NOW, NOW);
    let stretch = plan.forward(0, NOW + 5 * SECOND);
    assert!(stretch.start <= NOW && stretch.end > NOW, "{stretch:?}");
}

#[test]
fn a_sweep_goes_over_the_last_hour_from_time_to_time() {
    let mut plan = Plan::new(SPANS, Some(NOW), NOW, NOW);
    let mut swept = Vec::new();
    for turn in 1..=720 {
        let now = NOW + turn * 5 * SECOND;
        plan.walked(plan.forward(0, now), 1);
        while let Some(stretch) = plan.back(now) {
            if stretch.purpose == Purpose::Sweep {
                swept.push((now, stretch.start));
            }
            plan.walked(stretch, 1);
        }
    }
    let begun = swept
        .iter()
        .filter(|(now, start)| now - start == 60 * MINUTE);
    assert!((5..=6).contains(&begun.count()), "{swept:?}");
}

#[test]
fn a_restart_goes_on_where_late_events_were_looked_for_and_never_before_the_beginning() {
    let known = |begun, settled| Progress {
        begun: Some(begun),
        position: Some(NOW),
        settled,
    };
    let begun = NOW - 5 * MINUTE;
    let mut plan = Plan::new(SPANS, known(begun, None), NOW, NOW);
    assert_eq!(plan.back(NOW).map(|stretch| stretch.start), Some(begun));
    let settled = NOW - 17 * MINUTE;
    let mut plan = Plan::new(SPANS, known(0, Some(settled)), NOW, NOW);
    assert_eq!(
        plan.back(NOW).map(|stretch| stretch.start),
        Some(settled + 1)
    );
}
