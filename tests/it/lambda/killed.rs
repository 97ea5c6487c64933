//! Functions that are killed in the midst of an invocation, at calls of our choosing: whoever is given the
//! batch again finishes it, and nothing is lost.

use std::collections::{BTreeSet, VecDeque};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::envelope::{exec, kinesis, payload, schedule};
use super::equal::{payloads, streams};
use super::function::Function;
use super::table::{moto, settings};
use crate::between::{forward, read};
use crate::dynamo::TABLE;
use crate::hostile::{Fault, Hostile, environment};
use crate::moto::Moto;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Table,
    Topic,
}

/// At which call a process dies.
#[derive(Clone, Copy, Debug)]
struct Moment {
    way: Way,
    /// The first is 1.
    call: usize,
    /// Whether the call is made all the same: only its answer never comes.
    made: bool,
}

const fn moment(way: Way, call: usize, made: bool) -> Moment {
    Moment { way, call, made }
}

/// The moments, in turn.
const MOMENTS: [Moment; 12] = [
    moment(Way::Table, 1, false),
    moment(Way::Table, 2, true),
    moment(Way::Topic, 1, true),
    moment(Way::Table, 3, false),
    moment(Way::Table, 4, true),
    moment(Way::Topic, 1, false),
    moment(Way::Table, 5, false),
    moment(Way::Table, 6, true),
    moment(Way::Topic, 2, true),
    moment(Way::Table, 8, false),
    moment(Way::Table, 10, true),
    moment(Way::Table, 13, true),
];

/// Somebody who will be killed.
struct Doomed {
    moment: Moment,
    process: u32,
    grave: Box<dyn FnOnce() + Send>,
}

#[derive(Default)]
struct Counted {
    calls: usize,
    doomed: Option<Doomed>,
}

/// Counts the calls on two ways, and kills whoever makes the one that was chosen.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<Counted>>);

impl Gate {
    /// A way through it to a server: its URL.
    fn open(&self, way: Way, to: SocketAddr) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let gate = self.clone();
        std::thread::spawn(move || {
            for from in listener.incoming().map_while(Result::ok) {
                let gate = gate.clone();
                std::thread::spawn(move || gate.pass(from, way, to));
            }
        });
        url
    }

    fn pass(&self, mut from: TcpStream, way: Way, to: SocketAddr) {
        let Some(request) = read(&mut from) else {
            return;
        };
        if let Some(doomed) = self.count(way) {
            if doomed.moment.made {
                forward(to, &request, &request.body);
            }
            let number = doomed.process.to_string();
            let sent = Command::new("kill").args(["-KILL", &number]).status();
            assert!(sent.unwrap().success());
            return (doomed.grave)();
        }
        let answer = forward(to, &request, &request.body);
        let head = answer.head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        from.write_all(head.as_bytes())
            .and_then(|()| from.write_all(&answer.body))
            .ok();
    }

    fn count(&self, way: Way) -> Option<Doomed> {
        let mut counted = self.0.lock().unwrap();
        let doomed = counted.doomed.take_if(|it| it.moment.way == way)?;
        counted.calls += 1;
        if counted.calls == doomed.moment.call {
            return Some(doomed);
        }
        counted.doomed = Some(doomed);
        None
    }

    /// The next to make the call of a moment is killed; or nobody.
    fn doom(&self, function: &Function, moment: Option<Moment>) {
        let doomed = moment.map(|moment| Doomed {
            moment,
            process: function.process(),
            grave: Box::new(function.api.grave()),
        });
        *self.0.lock().unwrap() = Counted { calls: 0, doomed };
    }
}

/// Batches of a stream, in a random order with repeats, and one with a session into a pod of another day.
fn batches() -> (Vec<Value>, Value) {
    let mut random = fastrand::Rng::with_seed(11);
    let payloads = payloads(&streams("samples/attack"), &mut random);
    let batches = payloads.chunks(2).map(|some| kinesis(1, some)).collect();
    (batches, kinesis(1, &[payload(&[exec(1)])]))
}

/// What one function that lives on raises.
fn in_peace(batches: &[Value]) -> BTreeSet<String> {
    let function = Function::start("");
    for batch in batches {
        function.invoke(batch).ok();
    }
    function.invoke(&schedule(LATER)).ok();
    function.stop().ids().into_iter().collect()
}

/// When all is decided.
const LATER: &str = "2027-01-01T00:00:00Z";

/// What waits in the outbox is due, as if a minute had passed: so long it is left to those who posted it, or
/// tried to deliver it.
fn a_minute_passes(moto: &Moto) {
    let client = aws_sdk_dynamodb::Client::new(&moto.sdk());
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let scanned = client.scan().table_name(TABLE).send().await.unwrap();
        assert!(scanned.last_evaluated_key().is_none(), "it is one page");
        for mut item in scanned.items.unwrap_or_default() {
            let Some(AttributeValue::M(waits)) = item.get_mut("waits") else {
                continue;
            };
            for due in waits.values_mut() {
                *due = AttributeValue::N("0".to_owned());
            }
            let put = client.put_item().table_name(TABLE);
            put.set_item(Some(item)).send().await.unwrap();
        }
    });
}

fn published(aws: &Hostile) -> BTreeSet<String> {
    let accepted = aws.sns().accepted();
    let id = |message: &str| {
        let alert: Value = serde_json::from_str(message).unwrap();
        alert["id"].as_str().unwrap().to_owned()
    };
    accepted.iter().map(|it| id(&it.message)).collect()
}

#[test]
fn functions_that_are_killed_publish_what_one_raises_in_peace() {
    let Some(moto) = moto(true) else { return };
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    let gate = Gate::default();
    let table = moto.url().strip_prefix("http://").unwrap().parse().unwrap();
    let mut variables = environment("http://127.0.0.1:9");
    let ways = [
        ("AWS_ENDPOINT_URL_DYNAMODB", gate.open(Way::Table, table)),
        ("AWS_ENDPOINT_URL_SNS", gate.open(Way::Topic, aws.address())),
    ];
    variables.extend(ways);
    let settings = format!(
        "{}[sink.sns]\nmax_bytes = 262144\ntopic_arn = \"{topic}\"\n",
        settings()
    );
    let start = || Function::start_in(variables.clone(), &settings);
    let (batches, last) = batches();
    let mut moments = VecDeque::from(MOMENTS);
    let mut killed = Vec::new();
    let mut function = start();
    for batch in &batches {
        // Each is killed at most twice, so that all comes to an end.
        for lives in (0..3).rev() {
            let moment = moments.front().copied().filter(|_| lives > 0);
            gate.doom(&function, moment);
            match function.api.risk(batch) {
                Some(answer) => {
                    assert_eq!(answer.ok(), json!({"batchItemFailures": []}));
                    // It was over too soon: later ones have their turn.
                    moments.rotate_left(usize::from(!moments.is_empty()));
                    break;
                }
                None => {
                    assert_eq!(function.end().code, None);
                    killed.extend(moments.pop_front());
                    function = start();
                }
            }
        }
    }
    gate.doom(&function, None);
    let before = published(&aws);
    aws.sns().meets(
        &topic,
        Fault::Unavailable {
            status: 503,
            with_body: true,
        },
    );
    function.invoke(&last).ok();
    let written = function.stop();
    let waits = written.lines("alerts were not accepted, and wait");
    assert_eq!(waits.len(), 1, "{}", written.text());
    assert_eq!(published(&aws), before);
    aws.peace();
    let all: Vec<Value> = batches.into_iter().chain([last]).collect();
    let expected = in_peace(&all);
    a_minute_passes(&moto);
    let function = start();
    function.invoke(&schedule(LATER)).ok();
    drop(function);
    assert_eq!(published(&aws), expected);
    let at = |way| killed.iter().filter(|it| it.way == way).count();
    let deaths = (at(Way::Table), at(Way::Topic));
    assert!(deaths.0 >= 6 && deaths.1 >= 2, "{killed:?}");
}
