//! CloudWatch Logs, SNS and STS, as far as a watch calls them: fast, and always well. On one thread.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use rustc_hash::FxHashMap;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::pool::{self, Pool};
use crate::timeline::{Page, Timeline, Wanted};

/// The region of everything.
pub(crate) const REGION: &str = "us-east-1";

/// What happened.
#[derive(Default)]
pub(crate) struct Seen {
    /// When the first page was written, and the last with events that no page had before.
    pub(crate) begun: Option<Instant>,
    pub(crate) ended: Option<Instant>,
    /// Pages with events, and their events, repeats included.
    pub(crate) pages: u64,
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    /// Up to where each group has been given out.
    pub(crate) reached: FxHashMap<usize, u64>,
    /// When each alerting event was written first.
    written: FxHashMap<(usize, u64), Instant>,
    /// From then to the publishing, and when that was.
    pub(crate) delays: Vec<(Duration, Instant)>,
    /// Messages of other events, and of none: thresholds, health.
    pub(crate) others: u64,
}

impl Seen {
    /// How many different events have been given out.
    pub(crate) fn distinct(&self) -> u64 {
        self.reached.values().sum()
    }
}

/// The fake.
pub(crate) struct Server {
    pub(crate) pool: Pool,
    pub(crate) timeline: Timeline,
    pub(crate) seen: Mutex<Seen>,
}

/// A request, as far as it matters.
struct Request {
    target: String,
    authorization: String,
    body: Vec<u8>,
}

impl Server {
    /// What happened so far.
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers whoever calls, for ever.
    ///
    /// # Errors
    /// When the listener fails.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener) -> Result<()> {
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let server = Arc::clone(&self);
            tokio::spawn(async move { server.serve(BufReader::new(stream)).await });
        }
    }

    async fn serve(&self, mut stream: BufReader<TcpStream>) -> Option<()> {
        loop {
            let request = read(&mut stream).await?;
            let stream = stream.get_mut();
            match request.target.rsplit('.').next() {
                Some("FilterLogEvents") => {
                    let (group, page) = self.filter(&request)?;
                    write(stream, "application/x-amz-json-1.1", &page.body).await?;
                    self.given(group, &page);
                }
                Some("DescribeLogGroups") => {
                    let body = describe(&request)?;
                    write(stream, "application/x-amz-json-1.1", body.as_bytes()).await?;
                }
                _ => {
                    let body = self.form(&request);
                    write(stream, "text/xml", body.as_bytes()).await?;
                }
            }
        }
    }

    fn filter(&self, request: &Request) -> Option<(usize, Page)> {
        let asked: Value = serde_json::from_slice(&request.body).ok()?;
        let group = asked["logGroupName"].as_str()?;
        let group = group.strip_prefix("/aws/eks/c")?.strip_suffix("/cluster")?;
        let group = group.parse().ok()?;
        let audit = asked["logStreamNamePrefix"].as_str() == Some("kube-apiserver-audit-");
        let token = asked["nextToken"].as_str().and_then(|token| token.get(1..));
        let end = asked["endTime"].as_i64()?;
        let wanted = Wanted {
            group,
            span: (asked["startTime"].as_i64()?, if audit { end } else { 0 }),
            token: token.and_then(|token| token.parse().ok()),
            limit: usize::try_from(asked["limit"].as_u64()?).ok()?,
            now: crate::now(),
        };
        Some((group, self.timeline.page(&self.pool, &wanted)))
    }

    /// A page has been written.
    fn given(&self, group: usize, page: &Page) {
        if page.events == 0 {
            return;
        }
        let now = Instant::now();
        self.seen(|seen| {
            seen.begun.get_or_insert(now);
            seen.pages += 1;
            seen.events += page.events;
            seen.bytes += page.body.len() as u64;
            let reached = seen.reached.entry(group).or_default();
            if page.next > *reached {
                *reached = page.next;
                seen.ended = Some(now);
            }
            for number in &page.alerting {
                seen.written.entry((group, *number)).or_insert(now);
            }
        });
    }

    /// SNS and STS.
    fn form(&self, request: &Request) -> String {
        let text = String::from_utf8_lossy(&request.body);
        let is = |action: &str| text.contains(&format!("Action={action}&"));
        if is("PublishBatch") {
            return self.published(&text);
        }
        if is("AssumeRole") {
            // The account of the role becomes part of the key, so that the key tells who calls.
            let account = text
                .split("iam%3A%3A")
                .nth(1)
                .and_then(|rest| rest.get(..12));
            let account = account.unwrap_or_default();
            return framed(
                "AssumeRole",
                &format!(
                    "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
                     <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
                     <AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/reader/trailhound</Arn>\
                     <AssumedRoleId>AROAEXAMPLE:trailhound</AssumedRoleId></AssumedRoleUser>"
                ),
            );
        }
        if is("GetCallerIdentity") {
            let account = account(request);
            return framed(
                "GetCallerIdentity",
                &format!(
                    "<Arn>arn:aws:sts::{account}:assumed-role/reader/trailhound</Arn><UserId>A</UserId><Account>{account}</Account>"
                ),
            );
        }
        let entry = "<entry><key>MaximumMessageSize</key><value>262144</value></entry>";
        framed(
            "GetTopicAttributes",
            &format!("<Attributes>{entry}</Attributes>"),
        )
    }

    fn published(&self, text: &str) -> String {
        let now = Instant::now();
        let mut taken = String::new();
        for entry in text.split(".Message=").skip(1) {
            let told = entry.find(pool::MARKS.1).and_then(|at| at.checked_sub(8));
            let told = told.and_then(|at| pool::told_by(entry.get(at..)?));
            self.seen(
                |seen| match told.and_then(|event| seen.written.remove(&event)) {
                    Some(written) => {
                        let delay = now.saturating_duration_since(written);
                        seen.delays.push((delay, now));
                    }
                    None => seen.others += 1,
                },
            );
        }
        for place in 0..text.matches(".Message=").count() {
            taken.push_str(&format!(
                "<member><Id>{place}</Id><MessageId>00000000-0000-4000-8000-000000000000</MessageId></member>"
            ));
        }
        framed(
            "PublishBatch",
            &format!("<Successful>{taken}</Successful><Failed></Failed>"),
        )
    }
}

/// The account that the access key of a session tells.
fn account(request: &Request) -> String {
    let key = request.authorization.split_once("Credential=ASIA");
    let account = key.and_then(|(_, rest)| rest.get(..12));
    account.unwrap_or("111122223333").to_owned()
}

fn describe(request: &Request) -> Option<String> {
    let asked: Value = serde_json::from_slice(&request.body).ok()?;
    let name = asked["logGroupNamePrefix"].as_str()?;
    let arn = format!(
        "arn:aws:logs:{REGION}:{}:log-group:{name}",
        account(request)
    );
    Some(
        serde_json::json!({"logGroups": [{
            "logGroupName": name, "logGroupArn": arn, "arn": format!("{arn}:*"),
            "creationTime": 1_700_000_000_000_i64, "logGroupClass": "STANDARD", "storedBytes": 0,
        }]})
        .to_string(),
    )
}

fn framed(action: &str, result: &str) -> String {
    format!(
        "<{action}Response><{action}Result>{result}</{action}Result><ResponseMetadata>\
         <RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata></{action}Response>"
    )
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut request = Request {
        target: String::new(),
        authorization: String::new(),
        body: Vec::new(),
    };
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "x-amz-target" => value.trim().clone_into(&mut request.target),
            "authorization" => value.clone_into(&mut request.authorization),
            _ => {}
        }
    }
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

async fn write(stream: &mut TcpStream, kind: &str, body: &[u8]) -> Option<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()
}
