//! Random histories of an AWS that behaves badly, through the real reader, the real judge and the real
//! state, with restarts: every event is judged, and none is counted twice.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use trailhound::config::Config;
use trailhound::detect::{Enable, Engine, Loaded};
use trailhound::pipeline::Judge;
use trailhound::pipeline::watch::{Intake, Post};
use trailhound::sink::Routes;
use trailhound::source::cloudwatch::{LogKind, Stream};
use trailhound::state::{Bounds, Outgoing as _, SharedStore, SqliteOutbox, SqliteStore};

use super::{BEGIN, Day, Positions, Watch, settings};
use crate::hostile::{ACCOUNT, Group, Hostile, Mischief, REGION};

const GROUP: &str = "/aws/eks/prod/cluster";
/// How many histories are tried.
const HISTORIES: u32 = 8;
/// How long an event is known, in milliseconds.
const KNOWN_FOR: i64 = 7_200_000;
/// More pages than any history needs: then something is lost.
const ENOUGH: usize = 20_000;

/// A detector that every event of these histories meets.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut loaded = Loaded::default();
    let text = "id = \"any\"\ntitle = \"Any\"\nseverity = \"info\"\nsummary = \"x\"\nquery = 'filter verb = \"get\"'";
    loaded.add("any.toml", text, &Default::default());
    let enable = Enable::default();
    loaded.engine(&enable, Vec::new(), "", "").unwrap().0
});

/// What happens to a log group.
#[derive(Clone, Debug)]
enum Step {
    /// So many events are written, beginning so many milliseconds ago, so far apart.
    Write(u8, u32, u16),
    /// The same, and they are seen only after so many more calls.
    WriteLate(u8, u32, u8),
    /// The streams are replaced by new ones.
    Rotate,
    /// Times are rounded down to so many milliseconds from now on.
    Coarse(u16),
    /// Another kind of trouble begins.
    Trouble(u64),
    /// The program handles so many pages.
    Handle(u8),
    /// It is killed and started again.
    Restart,
}

fn any_step() -> impl Strategy<Value = Step> {
    let ago = 0..1_500_000_u32;
    prop_oneof![
        4 => (1..60_u8, ago.clone(), 0..500_u16).prop_map(|(n, ago, gap)| Step::Write(n, ago, gap)),
        // As late as `lateness` allows, 15 minutes.
        3 => (1..20_u8, 0..600_000_u32, 1..40_u8).prop_map(|(n, ago, by)| Step::WriteLate(n, ago, by)),
        1 => Just(Step::Rotate),
        1 => (1..5_000_u16).prop_map(Step::Coarse),
        2 => any::<u64>().prop_map(Step::Trouble),
        6 => (1..30_u8).prop_map(Step::Handle),
        3 => Just(Step::Restart),
    ]
}

/// The program: what a kill takes away, and what it leaves.
struct Program<'p> {
    aws: &'p Hostile,
    day: Day,
    folder: tempfile::TempDir,
    watch: Option<Watch>,
    judged: u64,
    pages: usize,
}

impl Program<'_> {
    fn store(&self) -> SharedStore {
        let path = self.folder.path().join("state.db");
        SharedStore::new(SqliteStore::open(&path, Bounds::default()).unwrap())
    }

    fn start(&mut self) {
        let store = self.store();
        let positions = Positions::default();
        // As the program does: the positions that were committed.
        for (stream, position) in committed(&store) {
            positions.lock().unwrap().insert(stream, position);
        }
        self.watch = Some(Watch::start(
            self.aws,
            settings(&[GROUP]),
            &self.day,
            &positions,
        ));
    }

    /// Handles pages until `enough` says so of how many were handled now and how many events were ever
    /// judged.
    async fn handle(&mut self, enough: impl Fn(u64, u64) -> bool) {
        let config = Config::default();
        let post = Post::new(Routes::compile("", "", &[], &["s".to_owned()]).unwrap());
        let store = self.store();
        let mut intake = Intake::new(Judge::new(&ENGINE, &config), store, &post);
        let mut handled = 0;
        while !enough(handled, self.judged) {
            let page = self.watch.as_mut().unwrap().page().await;
            let taken = intake.page(&page, KNOWN_FOR).unwrap();
            self.judged += taken.new;
            assert_eq!(
                taken.new,
                taken.alerts.len() as u64,
                "an event raises one alert"
            );
            handled += 1;
            self.pages += 1;
            assert!(self.pages < ENOUGH, "only {} were judged", self.judged);
        }
    }

    async fn kill(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.stop().await;
        }
    }
}

/// The positions in a store.
fn committed(store: &SharedStore) -> Vec<(Stream, i64)> {
    let group: Arc<str> = format!("{ACCOUNT}:{REGION}:{GROUP}").into();
    let position = |kind| {
        let group = Arc::clone(&group);
        let stream = Stream { group, kind };
        let position = store
            .lock()
            .progress(&stream.to_string())
            .unwrap()
            .position?;
        Some((stream, position))
    };
    LogKind::ALL.into_iter().filter_map(position).collect()
}

fn line(number: u64) -> String {
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"id-{number}","stage":"ResponseComplete","requestURI":"/api/v1/pods?n={number}","verb":"get","user":{{"username":"somebody"}},"sourceIPs":["10.0.0.1"],"requestReceivedTimestamp":"2026-05-01T10:00:00.000000Z","stageTimestamp":"2026-05-01T10:00:00.000000Z"}}"#
    )
}

async fn live(steps: Vec<Step>) {
    let aws = Hostile::start();
    aws.set_now(BEGIN);
    let group: Group = aws.logs().group(GROUP);
    let mut program = Program {
        aws: &aws,
        day: Day::new(150),
        folder: tempfile::tempdir().unwrap(),
        watch: None,
        judged: 0,
        pages: 0,
    };
    program.start();
    let mut written = 0;
    for step in steps {
        let now = program.day.now();
        match step {
            Step::Write(events, ago, gap) => {
                for event in 0..i64::from(events) {
                    let at = now - i64::from(ago) + event * i64::from(gap);
                    // Before the first start nothing is read, and nothing is written in the future.
                    let at = at.clamp(BEGIN - 3_600_000, now);
                    // What is older than the lateness is there from the beginning only.
                    let at = if written == 0 {
                        at
                    } else {
                        at.max(now - 600_000)
                    };
                    group.write("kube-apiserver-audit-", at, &line(written));
                    written += 1;
                }
            }
            Step::WriteLate(events, ago, by) => {
                for _ in 0..events {
                    let at = (now - i64::from(ago)).max(BEGIN - 3_600_000);
                    let stream = "kube-apiserver-audit-fedcba9876543210fedcba9876543210";
                    group.put_late(stream, at, &line(written), u64::from(by));
                    written += 1;
                }
            }
            Step::Rotate => group.rotate(),
            Step::Coarse(milliseconds) => group.coarse(i64::from(milliseconds)),
            Step::Trouble(seed) => aws.mischief(Mischief::plenty(seed)),
            Step::Handle(pages) => {
                program
                    .handle(|handled, _| handled >= u64::from(pages))
                    .await
            }
            Step::Restart => {
                program.kill().await;
                program.start();
            }
        }
    }
    program.handle(|_, judged| judged >= written).await;
    // Some more walks: nothing comes twice.
    program.handle(|handled, _| handled >= 5).await;
    program.kill().await;
    assert_eq!(program.judged, written);
    let mut outbox = SqliteOutbox::open(&program.folder.path().join("state.db")).unwrap();
    assert_eq!(outbox.waiting("s").unwrap().0, written);
}

#[test]
fn every_event_is_judged_and_none_is_counted_twice() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Runs {
        cases: HISTORIES,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Runs::default()
    });
    let histories = prop::collection::vec(any_step(), 5..30);
    let lived = runner.run(&histories, |steps| {
        runtime.block_on(live(steps));
        Ok(())
    });
    lived.unwrap();
}
