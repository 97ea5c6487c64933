//! Objects of S3 that messages of a queue announce, in moto.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::envelope::{created, exec, gzip, sqs};
use super::function::Function;
use crate::moto::Moto;
use crate::program::{ROOT, run};

async fn bucket(moto: &Moto, objects: &[(String, Vec<u8>)]) {
    let config = aws_sdk_s3::config::Builder::from(&moto.sdk()).force_path_style(true);
    let s3 = aws_sdk_s3::Client::from_conf(config.build());
    s3.create_bucket().bucket("logs").send().await.unwrap();
    for (key, body) in objects {
        let put = s3.put_object().bucket("logs").key(key);
        put.body(body.clone().into()).send().await.unwrap();
    }
    let archived = s3.put_object().bucket("logs").key("archived.gz");
    let archived = archived.storage_class(aws_sdk_s3::types::StorageClass::Glacier);
    archived.send().await.unwrap();
}

/// A key as S3 writes it into a notification.
fn encoded(key: &str) -> String {
    key.replace('+', "%2B")
        .replace(' ', "+")
        .replace('=', "%3D")
}

#[tokio::test]
async fn objects_are_read_in_any_shape_and_only_what_failed_comes_again() {
    let Some(moto) = Moto::start() else { return };
    // What an export task writes, under a key with all that S3 encodes.
    let exported = "samples/attack/exportedlogs";
    let mut objects = Vec::new();
    for entry in walkdir::WalkDir::new(format!("{ROOT}/{exported}")).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let below = entry
                .path()
                .strip_prefix(format!("{ROOT}/{exported}"))
                .unwrap();
            let key = format!("a b+c=d/{}", below.display());
            objects.push((key, std::fs::read(entry.path()).unwrap()));
        }
    }
    let damaged = gzip(format!("{}\n", exec(9)).repeat(2000).as_bytes());
    objects.push((
        "damaged.gz".to_owned(),
        damaged[..damaged.len() / 2].to_vec(),
    ));
    bucket(&moto, &objects).await;
    let mut bodies: Vec<Value> = objects
        .iter()
        .map(|(key, _)| created("logs", &encoded(key)))
        .collect();
    // Wrapped by SNS; gone meanwhile; archived; no notification.
    bodies[0] = json!({"Type": "Notification", "Message": bodies[0].to_string()});
    let (gone, failing) = (bodies.len(), bodies.len() + 1);
    bodies.push(created("logs", "gone.gz"));
    bodies.push(created("logs", "archived.gz"));
    bodies.push(json!("hello"));
    let function = Function::start_in(moto.environment(), "");
    let answer = tokio::task::spawn_blocking(move || {
        let answer = function.invoke(&sqs(&bodies)).ok();
        function
            .invoke(&super::envelope::schedule("2027-01-01T00:00:00Z"))
            .ok();
        (answer, function.stop())
    });
    let (answer, written) = answer.await.unwrap();
    let again = [failing, gone + 2].map(|place| json!({"itemIdentifier": format!("m{place}")}));
    let failed = json!({"batchItemFailures": again});
    assert_eq!(answer, failed, "{}", written.text());
    let aside: Vec<&str> = written
        .lines("set aside")
        .iter()
        .map(|it| it["record"].as_str().unwrap())
        .collect();
    assert_eq!(aside, ["s3://logs/damaged.gz", "s3://logs/gone.gz"]);
    assert!(
        written.lines("a record failed")[0]["reason"]
            .as_str()
            .unwrap()
            .contains("archived.gz is archived")
    );
    let ids: BTreeSet<String> = written.ids().into_iter().collect();
    let replayed = run(&["replay", exported, "--format", "json"])
        .exits(0)
        .column("/id");
    let missing: Vec<_> = replayed.iter().filter(|id| !ids.contains(*id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(
        written
            .alerts
            .iter()
            .any(|it| it["detector"]["id"] == "exec-any"),
        "what stood before the damage"
    );
}

#[test]
fn an_object_that_broke_off_comes_again_and_is_no_loss() {
    let (url, _) = crate::s3_cut::serve(format!("{}\n", exec(1)).into_bytes(), 0);
    let function = Function::start_in(crate::hostile::environment(&url), "");
    let answer = function
        .invoke(&sqs(&[created("logs", "day/a.jsonl")]))
        .ok();
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "m0"}]});
    let written = function.stop();
    assert_eq!(answer, failed, "{}", written.text());
    let invocation = written.lines("invocation")[0];
    let counted = ["failed", "unread", "set_aside"].map(|name| invocation[name].as_u64());
    assert_eq!(counted, [Some(1), Some(0), Some(0)]);
}
