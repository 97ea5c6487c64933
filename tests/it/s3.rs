//! Objects in S3, announced by a queue to a watch, and under a prefix for a replay: both say what a replay
//! of the same files says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{NotificationConfiguration, QueueConfiguration};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

use crate::invariance::DAY;
use crate::moto::{ACCOUNT, Moto};
use crate::program::{Ran, command, run};
use crate::watching::{Place, QUICK, Watching, id};
use crate::wrap::{Wrapping, wrap};

/// The bucket of these tests.
const BUCKET: &str = "eks-logs";

/// Objects of the day, in the shapes and under the keys that they have in buckets.
fn objects() -> BTreeMap<String, Vec<u8>> {
    let lines: Vec<&str> = DAY.iter().map(String::as_str).collect();
    let shapes = [
        (
            Wrapping::FirehoseObject,
            "firehose/2026/05/14/12/eks-1-a+b=c",
        ),
        (
            Wrapping::Export,
            "exportedlogs/0b1c2d3e/kube-apiserver-audit-0123456789abcdef0123456789abcdef/000000.gz",
        ),
        (
            Wrapping::Lines,
            "raw/aws-eks-prod-cluster/lines with spaces.jsonl",
        ),
        (Wrapping::Zstd, "raw/aws-eks-prod-cluster/lines.zst"),
    ];
    let pieces = lines.chunks(lines.len() / 12 + 1);
    pieces
        .zip(shapes.iter().cycle())
        .enumerate()
        .map(|(number, (lines, (shape, key)))| {
            let audit: Vec<&str> = lines
                .iter()
                .copied()
                .filter(|it| it.starts_with('{'))
                .collect();
            let lines = if *shape == Wrapping::Export {
                &audit
            } else {
                lines
            };
            (format!("{number:02}/{key}"), wrap(lines, *shape))
        })
        .collect()
}

/// The same as files, and the ids that a replay of them gives.
fn as_files(objects: &BTreeMap<String, Vec<u8>>) -> (tempfile::TempDir, BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (key, content) in objects {
        let path = folder.path().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let ran = run(&["replay", "--format", "json", text(folder.path())]).exits(0);
    let ids = ran.rows().iter().map(id).collect();
    (folder, ids)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A bucket, and a queue that is told of its objects.
struct Bucket {
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    queue: String,
}

impl Bucket {
    async fn make(moto: &Moto) -> Self {
        let s3 = aws_sdk_s3::Client::new(&moto.sdk());
        let sqs = aws_sdk_sqs::Client::new(&moto.sdk());
        s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        let queue = sqs.create_queue().queue_name("eks-logs").send().await;
        let queue = queue.unwrap().queue_url.unwrap();
        let told = QueueConfiguration::builder()
            .queue_arn(format!("arn:aws:sqs:us-east-1:{ACCOUNT}:eks-logs"))
            .events("s3:ObjectCreated:*".into())
            .build()
            .unwrap();
        let configuration = NotificationConfiguration::builder().queue_configurations(told);
        s3.put_bucket_notification_configuration()
            .bucket(BUCKET)
            .notification_configuration(configuration.build())
            .send()
            .await
            .unwrap();
        Self { s3, sqs, queue }
    }

    async fn put(&self, key: &str, content: &[u8]) {
        let put = self.s3.put_object().bucket(BUCKET).key(key);
        let body = ByteStream::from(content.to_vec());
        put.body(body).send().await.unwrap();
    }

    async fn send(&self, body: &str) {
        let send = self.sqs.send_message().queue_url(&self.queue);
        send.message_body(body).send().await.unwrap();
    }

    /// Waits until so many messages are in the queue, seen or unseen.
    async fn until_left(&self, count: u32) {
        loop {
            let asked = self
                .sqs
                .get_queue_attributes()
                .queue_url(&self.queue)
                .attribute_names(QueueAttributeName::All);
            let said = asked.send().await.unwrap().attributes.unwrap();
            let number = |name| said[&name].parse::<u32>().unwrap();
            let left = number(QueueAttributeName::ApproximateNumberOfMessages)
                + number(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
            if left == count {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    fn place(&self) -> Place {
        Place::with(&format!(
            "{QUICK}[[s3]]\nqueue_url = \"{}\"\nvisibility = \"2s\"\n",
            self.queue
        ))
    }
}

fn start(place: &Place, moto: &Moto) -> Watching {
    Watching::of(&mut place.command_in(moto.environment(), &["-v"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_of_any_shape_that_a_queue_announces_are_judged_and_their_messages_deleted() {
    let Some(moto) = Moto::start() else { return };
    let objects = objects();
    let (_folder, expected) = as_files(&objects);
    let bucket = Bucket::make(&moto).await;
    for (key, content) in &objects {
        bucket.put(key, content).await;
    }
    let place = bucket.place();
    let mut run = start(&place, &moto);
    let mut came = run.until(&expected);
    bucket.until_left(0).await;
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    let all: BTreeSet<String> = came.iter().cloned().collect();
    assert_eq!(all, expected, "{said}");
    assert_eq!(came.len(), all.len(), "an alert came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_reads_it_gets_the_message_again() {
    let Some(moto) = Moto::start() else { return };
    let objects = objects();
    let (_folder, expected) = as_files(&objects);
    let bucket = Bucket::make(&moto).await;
    let (first, second): (Vec<_>, Vec<_>) = objects
        .iter()
        .enumerate()
        .partition(|(number, _)| number % 2 == 0);
    for (_, (key, content)) in first {
        bucket.put(key, content).await;
    }
    let place = bucket.place();
    let mut run = start(&place, &moto);
    let mut came = BTreeSet::from([id(&run.next_alert())]);
    came.extend(run.kill().iter().map(id));
    for (_, (key, content)) in second {
        bucket.put(key, content).await;
    }
    let mut run = start(&place, &moto);
    run.until_rest(&mut came, &expected);
    bucket.until_left(0).await;
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    assert_eq!(came, expected, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_or_broken_or_no_announcement_stops_nothing() {
    let Some(moto) = Moto::start() else { return };
    let bucket = Bucket::make(&moto).await;
    bucket.put("gone.jsonl", b"{}").await;
    let gone = bucket.s3.delete_object().bucket(BUCKET).key("gone.jsonl");
    gone.send().await.unwrap();
    let lines: Vec<&str> = DAY.iter().map(String::as_str).collect();
    let whole = wrap(&lines, Wrapping::FirehoseObject);
    bucket.put("broken.gz", &whole[..whole.len() / 2]).await;
    let place = bucket.place();
    let mut run = start(&place, &moto);
    run.says("is not there any more");
    assert!(
        run.says("a part of it, can't be read")
            .contains("broken.gz")
    );
    run.next_alert();
    bucket.until_left(0).await;
    bucket.send("hello").await;
    run.says("left to the queue's redrive policy");
    // A message that SNS wrapped, of an object that is under another key than it seems.
    let marker = crate::live::event("alice", "marker", crate::watch::now());
    bucket.put("a+b.jsonl", marker.as_bytes()).await;
    let record = json!({"Records": [{"eventName": "ObjectCreated:Put", "awsRegion": "us-east-1",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": "not+there"}}}]});
    let wrapped = json!({"Type": "Notification", "Message": record.to_string()});
    bucket.send(&wrapped.to_string()).await;
    assert!(run.says("is not there any more").contains("not there"));
    bucket.until_left(1).await;
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_tries_a_queue_and_its_buckets() {
    let Some(moto) = Moto::start() else { return };
    let bucket = Bucket::make(&moto).await;
    bucket.put("a.jsonl", b"{}").await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": format!("arn:aws:s3:::{BUCKET}")}}
    }]});
    let set = bucket.sqs.set_queue_attributes().queue_url(&bucket.queue);
    let set = set.attributes(QueueAttributeName::Policy, policy.to_string());
    set.send().await.unwrap();
    let place = bucket.place();
    let settings = place.file("trailhound.toml");
    let args = ["doctor", "--format", "pretty", "--config", text(&settings)];
    let said = ran(&moto, &args).await.exits(0);
    for part in [
        "is there, 2 messages wait",
        "RedrivePolicy",
        "a.jsonl may be read",
    ] {
        assert!(said.out.contains(part), "{}", said.out);
    }
    let queue = format!("{}-none", bucket.queue);
    let place = Place::with(&format!("[[s3]]\nqueue_url = \"{queue}\"\n"));
    let settings = place.file("trailhound.toml");
    let args = ["doctor", "--format", "pretty", "--config", text(&settings)];
    let said = ran(&moto, &args).await.exits(1);
    assert!(
        said.out.contains("sqs:GetQueueAttributes failed"),
        "{}",
        said.out
    );
}

/// A run with moto as its AWS.
async fn ran(moto: &Moto, args: &[&str]) -> Ran {
    let mut command = command(args);
    command.envs(moto.environment());
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prefix_is_replayed_as_the_same_folder_is() {
    let Some(moto) = Moto::start() else { return };
    let objects = objects();
    let (folder, expected) = as_files(&objects);
    let bucket = Bucket::make(&moto).await;
    for (key, content) in &objects {
        bucket.put(&format!("day/{key}"), content).await;
    }
    bucket.put("day/folder/", b"").await;
    bucket.put("day/x/aws-logs-write-test", b"probe").await;
    let replay = |path| ["replay", "--format", "json", path];
    let whole = ran(&moto, &replay("s3://eks-logs/day/")).await.exits(0);
    let whole = whole.says(&["1 aws-logs-write-test objects"]);
    assert_eq!(
        whole.rows().iter().map(id).collect::<BTreeSet<_>>(),
        expected
    );
    // One object alone, and both kinds of input together.
    let (key, _) = objects.first_key_value().unwrap();
    let file = folder.path().join(key);
    let object = format!("s3://eks-logs/day/{key}");
    let of_file = run(&replay(text(&file))).exits(0);
    let of_object = ran(&moto, &replay(&object)).await.exits(0);
    assert_eq!(of_object.out, of_file.out);
    let count = ["query", "stats count(*) as n", "--format", "json"];
    let mixed = [&count[..], &[text(&file), &object]].concat();
    let of_file = run(&[&count[..], &[text(&file)]].concat()).exits(0);
    let of_both = ran(&moto, &mixed).await.exits(0);
    let number = |ran: &Ran| {
        let n = &ran.rows()[0]["n"];
        n.as_u64().or_else(|| n.as_str()?.parse().ok())
    };
    assert_eq!(number(&of_both), number(&of_file).map(|n| 2 * n));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_in_s3_is_named() {
    let Some(moto) = Moto::start() else { return };
    let _bucket = Bucket::make(&moto).await;
    let nothing = ran(&moto, &["replay", "s3://eks-logs/none/"]).await;
    nothing
        .exits(1)
        .says(&["s3://eks-logs/none/: there are no objects under this prefix"]);
    let gone = ran(&moto, &["replay", "s3://no-such-bucket/a"]).await;
    gone.exits(1)
        .says(&["s3://no-such-bucket/a", "does not exist"]);
    let wrong = ran(&moto, &["replay", "s3://a:b/c"]).await;
    wrong.exits(2).says(&["write s3://BUCKET/PREFIX"]);
}
