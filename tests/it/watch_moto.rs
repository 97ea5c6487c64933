//! A watch against somebody else's AWS, end to end: log events go in by the SDK, alerts come out of a
//! queue. What moto does otherwise than AWS is not tested here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::live::{AUDIT, detector, event};
use crate::moto::{ACCOUNT, Moto};
use crate::program::write;
use crate::watch::now;
use crate::watching::{Place, QUICK, Watching};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_of_a_log_group_that_is_found_arrive_in_the_queue() {
    let Some(moto) = Moto::start() else { return };
    let group = "/aws/eks/prod/cluster";
    moto.log_group(group, &[AUDIT, "authenticator-1"]).await;
    let topic = moto.topic("alerts").await;
    let queue = moto.queue_behind_topic(&topic, "alerts");
    let start = now() - 60_000;
    let put: Vec<(i64, String)> = (0..30)
        .map(|n| {
            let agent = if n % 10 == 0 { "marker" } else { "kubectl" };
            (start + n, event(&format!("user-{n}"), agent, start + n))
        })
        .collect();
    moto.put(group, AUDIT, &put).await;
    let place = Place::with(&format!(
        "{QUICK}[discover]\n[sink.sns]\ntopic_arn = \"{topic}\"\n"
    ));
    let own = write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    let options = ["--from", "1h", "--detectors", &own];
    let run = Watching::of(&mut place.command_in(moto.environment(), &options));
    let taken = moto.receive(&queue, 3);
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    let mut users = BTreeSet::new();
    for message in &taken {
        let alert: Value = serde_json::from_str(message["Message"].as_str().unwrap()).unwrap();
        let attribute = |name: &str| message["MessageAttributes"][name]["Value"].clone();
        assert_eq!(attribute("detector"), "own-marker");
        assert_eq!(attribute("severity"), "high");
        assert_eq!(attribute("account"), ACCOUNT);
        assert_eq!(attribute("cluster"), "prod");
        assert_eq!(attribute("id"), alert["id"]);
        let subject = message["Subject"].as_str().unwrap();
        assert!(subject.contains("prod"), "{subject}");
        users.insert(alert["actor"]["username"].as_str().unwrap().to_owned());
    }
    let expected = ["user-0", "user-10", "user-20"].map(str::to_owned);
    assert_eq!(users, expected.into(), "{said}");
}
