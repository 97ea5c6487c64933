//! Who acts and where: people, nodes, workloads. Made once, then only chosen from.

use crate::random::Random;

const NAMESPACES: [&str; 12] = [
    "payments",
    "shop",
    "identity",
    "data",
    "search",
    "media",
    "billing",
    "mail",
    "reports",
    "edge",
    "monitoring",
    "platform",
];
const APPS: [&str; 16] = [
    "checkout",
    "ledger",
    "cart",
    "catalog",
    "sso-gateway",
    "events-ingest",
    "thumbnails",
    "invoices",
    "notifier",
    "exporter",
    "router",
    "indexer",
    "recommender",
    "scheduler",
    "sessions",
    "webhooks",
];
const AGENTS: [&str; 6] = [
    "kubectl/v1.33.4 (darwin/arm64) kubernetes/74cdb42",
    "kubectl/v1.33.4 (linux/amd64) kubernetes/74cdb42",
    "kubectl/v1.31.9 (windows/amd64) kubernetes/0bf0ca1",
    "argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format",
    "controller/v0.0.0 (linux/amd64) kubernetes/$Format",
    "Go-http-client/2.0",
];

/// Somebody with a `user` object of the audit event and an address.
pub(crate) struct Caller {
    /// The JSON of `user`.
    pub(crate) user: String,
    /// The source address.
    pub(crate) ip: String,
    /// The short name, for nodes their DNS name.
    pub(crate) name: String,
}

/// A deployed application: a name, a namespace and its service account.
pub(crate) struct Workload {
    /// The namespace it lives in.
    pub(crate) namespace: String,
    /// Its name, also that of its service account.
    pub(crate) caller: Caller,
    /// The hash of its ReplicaSet.
    pub(crate) hash: String,
}

/// Everybody.
pub(crate) struct Cast {
    /// People, through IAM roles. The first is `kubernetes-admin`.
    pub(crate) people: Vec<Caller>,
    /// Worker nodes.
    pub(crate) nodes: Vec<Caller>,
    /// Applications.
    pub(crate) workloads: Vec<Workload>,
    /// Extra environment variables, from few to many.
    pub(crate) environments: Vec<String>,
}

impl Cast {
    /// The cast that belongs to a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let random = &mut Random::new(seed ^ 0xca57);
        Self {
            people: (0..400).map(|number| person(number, random)).collect(),
            nodes: (0..200).map(|number| node(number, random)).collect(),
            workloads: (0..600).map(|number| workload(number, random)).collect(),
            environments: (1..=48).map(environment).collect(),
        }
    }

    /// A person; nearly every third time the shared administrator.
    pub(crate) fn person(&self, random: &mut Random) -> &Caller {
        if random.below(10) < 3 {
            &self.people[0]
        } else {
            random.pick(&self.people)
        }
    }
}

/// The client a person or a program uses.
pub(crate) fn agent(random: &mut Random) -> &'static str {
    AGENTS[random.below(AGENTS.len())]
}

fn person(number: usize, random: &mut Random) -> Caller {
    let session = format!("person-{number:03}@example.com");
    let (role, username, groups) = if number == 0 {
        (
            "platform-admin",
            "kubernetes-admin".to_owned(),
            r#"["system:masters","system:authenticated"]"#,
        )
    } else {
        let name = format!(
            "arn:aws:sts::111122223333:assumed-role/developer/person-{number:03}-example.com"
        );
        ("developer", name, r#"["system:authenticated"]"#)
    };
    Caller {
        user: iam(&username, role, &session, groups, random),
        ip: format!("198.51.100.{}", number % 250 + 1),
        name: username,
    }
}

fn node(number: usize, random: &mut Random) -> Caller {
    let ip = format!("10.20.{}.{}", number / 50 * 16, number % 50 * 5 + 4);
    let name = format!("ip-{}.eu-west-1.compute.internal", ip.replace('.', "-"));
    let session = format!("i-0{}", hex(random, 16));
    let groups = r#"["system:bootstrappers","system:nodes","system:authenticated"]"#;
    Caller {
        user: iam(
            &format!("system:node:{name}"),
            "prod-node",
            &session,
            groups,
            random,
        ),
        ip,
        name,
    }
}

fn iam(username: &str, role: &str, session: &str, groups: &str, random: &mut Random) -> String {
    let id = format!("AROA{}EXAMPLE", letters(random, 10));
    let key = format!("ASIA{}EXAMPLE", letters(random, 9));
    format!(
        r#"{{"username":"{username}","uid":"aws-iam-authenticator:111122223333:{id}","groups":{groups},"extra":{{"accessKeyId":["{key}"],"arn":["arn:aws:sts::111122223333:assumed-role/{role}/{session}"],"canonicalArn":["arn:aws:iam::111122223333:role/{role}"],"principalId":["{id}"],"sessionName":["{session}"],"sigs.k8s.io/aws-iam-authenticator/principalId":["{id}"]}}}}"#
    )
}

fn workload(number: usize, random: &mut Random) -> Workload {
    let namespace = format!("{}-{}", NAMESPACES[number % NAMESPACES.len()], number % 5);
    let app = format!("{}-{}", APPS[number % APPS.len()], number / 100);
    let hash = hex(random, 9);
    let pod = format!("{app}-{hash}-{}", hex(random, 5));
    let (uid, token, pod_uid) = (uuid(random), uuid(random), uuid(random));
    let user = format!(
        r#"{{"username":"system:serviceaccount:{namespace}:{app}","uid":"{uid}","groups":["system:serviceaccounts","system:serviceaccounts:{namespace}","system:authenticated"],"extra":{{"authentication.kubernetes.io/credential-id":["JTI={token}"],"authentication.kubernetes.io/pod-name":["{pod}"],"authentication.kubernetes.io/pod-uid":["{pod_uid}"]}}}}"#
    );
    let ip = format!("10.20.{}.{}", random.below(64), random.below(250) + 1);
    Workload {
        namespace,
        caller: Caller {
            user,
            ip,
            name: app,
        },
        hash,
    }
}

fn environment(count: usize) -> String {
    let entry =
        |index| format!(r#"{{"name":"FEATURE_{index:02}","value":"on;since=2026.{index:02}"}}"#);
    (0..count).map(entry).collect::<Vec<_>>().join(",")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(random: &mut Random, count: usize) -> String {
    let mut out = Vec::new();
    random.hex(count, &mut out);
    text(out)
}

fn letters(random: &mut Random, count: usize) -> String {
    let mut out = Vec::new();
    random.word(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count, &mut out);
    text(out)
}

fn uuid(random: &mut Random) -> String {
    let mut out = Vec::new();
    random.uuid(&mut out);
    text(out)
}
