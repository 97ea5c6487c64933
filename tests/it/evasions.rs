//! What an attacker does to slip past a detector that looks at an event too simply, and what a
//! careless detector takes for an attack.

use serde_json::{Value, json};

use crate::court::{event, expect, expect_line, iam, person, raised, service_account};

const NODE: &str = "system:node:ip-10-20-43-140.eu-west-1.compute.internal";
const STATUS_FORBIDDEN: u16 = 403;

/// A session into the pod `shop/web`, opened by a websocket, with this query string.
fn exec(query: &str) -> Value {
    event(json!({
        "verb": "get", "stage": "ResponseStarted",
        "requestURI": format!("/api/v1/namespaces/shop/pods/web/exec?{query}"),
        "objectRef": { "resource": "pods", "name": "web", "subresource": "exec" },
        "responseStatus": { "code": 101 }
    }))
}

/// A request through the API server to a kubelet.
fn proxy(verb: &str, path: &str) -> Value {
    event(json!({
        "verb": verb, "requestURI": format!("/api/v1/nodes/n1/proxy{path}"),
        "objectRef": {
            "resource": "nodes", "name": "n1", "namespace": null, "subresource": "proxy"
        }
    }))
}

/// A write of a namespaced object in `shop`, created with this body and answered with it.
fn create(resource: &str, group: &str, body: Value) -> Value {
    event(json!({
        "verb": "create", "requestURI": format!("/apis/{group}/v1/namespaces/shop/{resource}"),
        "objectRef": { "resource": resource, "apiGroup": group },
        "requestObject": body, "responseObject": body, "responseStatus": { "code": 201 }
    }))
}

fn pod(spec: Value) -> Value {
    let body =
        json!({ "kind": "Pod", "apiVersion": "v1", "metadata": { "name": "front" }, "spec": spec });
    create("pods", "", body)
}

/// A request for the secrets of the whole cluster.
fn secrets(verb: &str, query: &str) -> Value {
    event(json!({
        "verb": verb, "requestURI": format!("/api/v1/secrets{query}"), "level": "Metadata",
        "objectRef": { "resource": "secrets", "namespace": null, "name": null }
    }))
}

fn with(mut event: Value, key: &str, value: Value) -> Value {
    event[key] = value;
    event
}

fn with_code(mut event: Value, code: u16, decision: &str) -> Value {
    event["responseStatus"] = json!({ "code": code, "status": "Failure" });
    event["annotations"]["authorization.k8s.io/decision"] = decision.into();
    event
}

#[test]
fn a_forged_forwarding_header_neither_hides_the_peer_nor_frames_anybody() {
    let from = |ips: Value| event(json!({ "sourceIPs": ips }));
    let hidden = from(json!(["10.0.0.1", "10.0.0.2", "203.0.113.9"]));
    expect(&hidden, "succeeded", &["unexpected-source-ip"], &[]);
    let framed = from(json!(["203.0.113.9", "10.20.30.40"]));
    expect(&framed, "succeeded", &[], &["unexpected-source-ip"]);

    let workload = service_account("shop", "front");
    let workload = |ips| with(from(ips), "user", workload.clone());
    let hidden = workload(json!(["10.0.0.1", "203.0.113.9"]));
    expect(
        &hidden,
        "succeeded",
        &["system-user-public-ip", "unexpected-source-ip"],
        &[],
    );
    let framed = workload(json!(["203.0.113.9", "10.20.30.40"]));
    expect(
        &framed,
        "succeeded",
        &[],
        &["system-user-public-ip", "unexpected-source-ip"],
    );
}

#[test]
fn an_exec_by_websocket_is_read_to_the_end_of_its_parameters() {
    let token = "cat+%2Fvar%2Frun%2Fsecrets%2Fkubernetes.io%2Fserviceaccount%2Ftoken";
    let event = exec(&format!(
        "container=web&stdin=true&stdout=true&stderr=true&tty=false&command=sh&command=-c&command={token}"
    ));
    expect(
        &event,
        "succeeded",
        &["exec-any", "exec-sensitive-path"],
        &["exec-imds", "attach-pod"],
    );
    // Go writes & in a JSON text as an escape.
    let escaped = event.to_string().replace('&', "\\u0026");
    assert_ne!(escaped, event.to_string());
    expect_line(
        &escaped,
        "succeeded",
        &["exec-any", "exec-sensitive-path"],
        &["exec-imds"],
    );
}

#[test]
fn a_command_is_read_in_any_spelling_of_its_bytes() {
    for query in [
        "command=curl&command=http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data",
        "command=curl&command=http:%2f%2f169%2e254%2e169%2e254%2flatest",
        "command=%63url&command=http://2852039166/x&container=web",
        "container=web&command=wget&command=-qO-&command=http://[fd00:ec2::254]/latest//meta-data",
    ] {
        expect(
            &exec(query),
            "succeeded",
            &["exec-any", "exec-imds"],
            &["exec-sensitive-path"],
        );
    }
    let harmless = exec("command=ls&container=169.254.169.254");
    expect(&harmless, "succeeded", &["exec-any"], &["exec-imds"]);
}

#[test]
fn a_path_behind_the_kubelet_proxy_is_what_the_kubelet_sees() {
    for path in [
        "/%72un/shop/web/c?cmd=id",
        "/r%75n%2Fshop/web/c?cmd=id&x=metrics",
        "//exec/shop/web/c?command=id",
        "/metrics/%2e%2e/run/shop/web/c",
        "/./attach/shop/web/c",
    ] {
        expect(
            &proxy("get", path),
            "succeeded",
            &["nodes-proxy-use", "nodes-proxy-path"],
            &[],
        );
    }
    for path in [
        "/metrics?x=/run/a/b/c",
        "/stats/summary",
        "/metrics/cadvisor",
    ] {
        expect(
            &proxy("get", path),
            "succeeded",
            &[],
            &["nodes-proxy-use", "nodes-proxy-path"],
        );
    }
    let logs = proxy("get", "/logs/metrics");
    expect(
        &logs,
        "succeeded",
        &["nodes-proxy-use"],
        &["nodes-proxy-path"],
    );
    let failed = with_code(proxy("create", "/run/shop/web/c"), 502, "allow");
    expect(&failed, "allowed-but-failed", &["nodes-proxy-path"], &[]);
    let refused = with_code(
        proxy("create", "/run/shop/web/c"),
        STATUS_FORBIDDEN,
        "forbid",
    );
    expect(
        &refused,
        "forbidden",
        &[],
        &["nodes-proxy-use", "nodes-proxy-path"],
    );
}

#[test]
fn a_json_patch_that_adds_a_privileged_ephemeral_container_is_seen() {
    let value = json!({
        "name": "d", "image": "registry.example.com/tools", "targetContainerName": "web",
        "securityContext": { "privileged": true }
    });
    let patch = |op: Value| {
        event(json!({
            "verb": "patch", "requestURI": "/api/v1/namespaces/shop/pods/web/ephemeralcontainers",
            "objectRef": { "resource": "pods", "name": "web", "subresource": "ephemeralcontainers" },
            "requestObject": op
        }))
    };
    let one = json!([{ "op": "add", "path": "/spec/ephemeralContainers/-", "value": value }]);
    let list = json!([{ "op": "add", "path": "/spec/ephemeralContainers", "value": [value] }]);
    for op in [
        one,
        list,
        json!({ "spec": { "ephemeralContainers": [value] } }),
    ] {
        let fires = ["ephemeral-container", "in-place-change"];
        expect(&patch(op), "succeeded", &fires, &["privileged-container"]);
    }
    let plain = json!([{
        "op": "add", "path": "/spec/ephemeralContainers/-", "value": { "name": "d", "image": "x" }
    }]);
    expect(
        &patch(plain),
        "succeeded",
        &["ephemeral-container"],
        &["in-place-change"],
    );
}

#[test]
fn the_template_of_a_cron_job_is_judged_like_a_pod() {
    let job = |spec: Value| {
        let template = json!({ "spec": { "template": { "spec": spec } } });
        let spec = json!({ "schedule": "@daily", "jobTemplate": template });
        create(
            "cronjobs",
            "batch",
            json!({ "kind": "CronJob", "metadata": { "name": "c" }, "spec": spec }),
        )
    };
    let hostile = json!({
        "hostPID": true,
        "initContainers": [{ "name": "i", "image": "x", "securityContext": { "privileged": true } }],
        "containers": [{ "name": "c", "image": "x" }],
        "volumes": [{ "name": "h", "hostPath": { "path": "/" } }]
    });
    let fires = [
        "privileged-container",
        "host-pid",
        "hostpath-sensitive",
        "template-time",
    ];
    expect(
        &job(hostile),
        "succeeded",
        &fires,
        &["host-network", "host-ipc"],
    );
    let tame = json!({ "containers": [{ "name": "c", "image": "x" }] });
    expect(&job(tame), "succeeded", &[], &fires);
}

#[test]
fn capabilities_are_compared_in_one_spelling() {
    let adding = |names: Value| {
        let context = json!({ "capabilities": { "add": names, "drop": ["ALL"] } });
        pod(json!({ "containers": [{ "name": "c", "image": "x", "securityContext": context }] }))
    };
    for names in [
        json!(["CAP_SYS_ADMIN"]),
        json!(["sys_ptrace"]),
        json!(["ALL"]),
        json!(["CAP_ALL"]),
    ] {
        expect(
            &adding(names),
            "succeeded",
            &["dangerous-capabilities"],
            &["privileged-container"],
        );
    }
    for names in [json!(["NET_BIND_SERVICE"]), json!([])] {
        expect(
            &adding(names),
            "succeeded",
            &[],
            &["dangerous-capabilities"],
        );
    }
}

#[test]
fn a_host_path_is_compared_as_the_kernel_walks_it() {
    let mounting = |path: &str| {
        pod(json!({
            "containers": [{ "name": "c", "image": "x" }],
            "volumes": [{ "name": "d", "emptyDir": {} }, { "name": "h", "hostPath": { "path": path } }]
        }))
    };
    for path in [
        "//",
        "/.",
        "/var/run//containerd/containerd.sock",
        "//etc//kubernetes/",
        "/run/./docker.sock",
        "/var//lib/kubelet/pods/",
        "/proc/1/root/",
        "/var/log/../lib/kubelet",
    ] {
        let fires = ["hostpath-any", "hostpath-sensitive"];
        expect(&mounting(path), "succeeded", &fires, &[]);
    }
    for path in [
        "/var/log/containers",
        "/data/etc/kubernetes",
        "/mnt/var/run",
    ] {
        expect(
            &mounting(path),
            "succeeded",
            &["hostpath-any"],
            &["hostpath-sensitive"],
        );
    }
}

#[test]
fn a_generated_name_is_taken_from_the_answer() {
    let mut made = pod(json!({ "containers": [{ "name": "c", "image": "x" }] }));
    made["objectRef"].as_object_mut().unwrap().remove("name");
    made["requestObject"]["metadata"] = json!({ "generateName": "kube-proxy-" });
    made["responseObject"]["metadata"] = json!({ "name": "kube-proxy-x7k2p", "namespace": "shop" });
    expect(&made, "succeeded", &["pod-masquerade"], &["pod-system-ns"]);
    let by = raised(&[made.to_string()]);
    assert_eq!(
        by["pod-masquerade"][0].target.name.as_deref(),
        Some("kube-proxy-x7k2p")
    );
    made["responseObject"]["metadata"]["name"] = "front-x7k2p".into();
    expect(&made, "succeeded", &[], &["pod-masquerade"]);
}

#[test]
fn escapes_in_the_keys_of_a_patch_hide_nothing() {
    let container = json!({ "name": "c", "securityContext": { "privileged": true } });
    let spec =
        json!({ "template": { "spec": { "containers": [container], "hostNetwork": true } } });
    let plain = event(json!({
        "verb": "patch", "requestURI": "/apis/apps/v1/namespaces/shop/deployments/front",
        "objectRef": { "resource": "deployments", "apiGroup": "apps" },
        "requestObject": { "spec": spec }
    }))
    .to_string();
    for (key, escaped) in [
        ("privileged", r"\u0070rivileged"),
        ("securityContext", r"securit\u0079Context"),
        ("containers", r"\u0063ontainers"),
        ("template", r"t\u0065mplate"),
        ("hostNetwork", r"host\u004eetwork"),
    ] {
        let line = plain.replace(&format!("{key:?}"), &format!("\"{escaped}\""));
        assert_ne!(line, plain);
        let fires = ["privileged-container", "host-network"];
        expect_line(&line, "succeeded", &fires, &["host-pid"]);
    }
}

#[test]
fn the_last_of_two_equal_keys_counts_as_it_does_for_the_api_server() {
    let patch = |context: &str| {
        event(json!({
            "verb": "patch", "requestURI": "/apis/apps/v1/namespaces/shop/deployments/front",
            "objectRef": { "resource": "deployments", "apiGroup": "apps" },
            "requestObject": { "spec": { "template": { "spec": { "containers": [
                { "name": "c", "securityContext": "HERE" }
            ] } } } }
        }))
        .to_string()
        .replace("\"HERE\"", context)
    };
    let hostile = patch(r#"{"privileged":false,"privileged":true}"#);
    expect_line(&hostile, "succeeded", &["privileged-container"], &[]);
}

#[test]
fn a_name_of_eks_is_believed_only_with_the_role_of_eks_behind_it() {
    let edit = |user: Value| {
        let data = json!({ "mapRoles": "- rolearn: arn:aws:iam::111122223333:role/x\n  groups: [system:masters]\n" });
        event(json!({
            "verb": "patch", "requestURI": "/api/v1/namespaces/kube-system/configmaps/aws-auth",
            "user": user, "objectRef": { "namespace": "kube-system", "name": "aws-auth" },
            "requestObject": { "data": data }
        }))
    };
    let customer = person("eks:addon-manager", &[]);
    let fires = ["spoofed-system-name", "aws-auth-changed", "aws-auth-diff"];
    expect(&edit(customer), "succeeded", &fires, &[]);
    let arn = "arn:aws:sts::777788889999:assumed-role/AWSWesleyClusterManagerLambda-NodeManagerRole-9K2EXAMPLE4TR/1";
    let eks = iam("eks:node-manager", &[], "777788889999", arn);
    expect(&edit(eks), "succeeded", &[], &fires);
}

#[test]
fn a_stolen_node_session_gets_no_discount() {
    let arn = "arn:aws:sts::111122223333:assumed-role/eks-node/i-0123456789abcdef0";
    let node = iam(
        NODE,
        &["system:bootstrappers", "system:nodes"],
        "111122223333",
        arn,
    );
    let as_node = |event: Value| with(event, "user", node.clone());
    expect(
        &as_node(secrets("list", "")),
        "succeeded",
        &["secrets-list-cluster"],
        &["spoofed-system-name"],
    );
    expect(
        &as_node(secrets("watch", "")),
        "succeeded",
        &["watch-as-list"],
        &[],
    );
    expect(
        &as_node(exec("command=id")),
        "succeeded",
        &["exec-any"],
        &[],
    );
    let outside = with(
        as_node(secrets("list", "")),
        "sourceIPs",
        json!(["203.0.113.9"]),
    );
    expect(&outside, "succeeded", &["unexpected-source-ip"], &[]);
    // A kubelet reads the secrets of its pods one by one.
    let kubelet = event(json!({
        "verb": "list", "user": node, "userAgent": "kubelet/v1.33.0 (linux/amd64) kubernetes/60a317e",
        "requestURI": "/api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3Ddb&limit=500",
        "objectRef": { "resource": "secrets", "name": "db" }
    }));
    expect(
        &kubelet,
        "succeeded",
        &[],
        &["secrets-list-cluster", "secrets-list-any", "watch-as-list"],
    );
}

#[test]
fn the_name_of_a_node_without_its_group_is_a_borrowed_name() {
    let event = event(json!({ "user": person(NODE, &[]) }));
    expect(&event, "succeeded", &["spoofed-system-name"], &[]);
}

#[test]
fn a_controllers_token_in_other_hands_is_judged_like_anybodys() {
    let privileged =
        json!({ "name": "c", "image": "x", "securityContext": { "privileged": true } });
    let mut made = pod(json!({ "containers": [privileged] }));
    made["user"] = service_account("kube-system", "daemon-set-controller");
    expect(
        &made,
        "succeeded",
        &["privileged-container"],
        &["pod-system-ns"],
    );
    // Its own client, at its own work: the template's author was judged before.
    made["userAgent"] = "kube-controller-manager/v1.33.0 (linux/amd64) kubernetes/60a317e/system:serviceaccount:kube-system:daemon-set-controller".into();
    expect(&made, "succeeded", &[], &["privileged-container"]);
}

#[test]
fn a_watch_of_secrets_is_a_list_of_secrets() {
    expect(
        &secrets("watch", "?watch=true"),
        "succeeded",
        &["watch-as-list"],
        &["secrets-list-cluster"],
    );
    let operator = with(
        secrets("watch", "?watch=true"),
        "user",
        service_account("eso", "operator"),
    );
    expect(
        &operator,
        "succeeded",
        &[],
        &["watch-as-list", "secret-read-by-workload"],
    );
    let refused = with_code(secrets("watch", ""), STATUS_FORBIDDEN, "forbid");
    expect(
        &refused,
        "forbidden",
        &["secret-get-denied"],
        &["watch-as-list"],
    );
}

#[test]
fn parameters_do_not_make_a_sweep_of_secrets_smaller() {
    for query in [
        "?limit=500",
        "?resourceVersion=0",
        "?fieldSelector=type%3DOpaque",
        "?pretty=true&limit=1",
        "?fieldSelector=metadata.namespace%3Dshop",
        "?labelSelector=owner%21%3Dhelm",
        "?fieldSelector=metadata.name%21%3Dx",
        "?x=owner%3Dhelm",
        // The API server takes the first of two, and the first is empty.
        "?labelSelector=&labelSelector=owner%3Dhelm",
        "?fieldSelector=&fieldSelector=metadata.name%3Dx",
    ] {
        let fires = ["secrets-list-cluster", "secrets-list-any"];
        expect(
            &secrets("list", query),
            "succeeded",
            &fires,
            &["secret-read-script-ua"],
        );
    }
    let refused = with_code(secrets("list", "?limit=500"), STATUS_FORBIDDEN, "forbid");
    let quiet = ["secrets-list-cluster", "secrets-list-any"];
    expect(&refused, "forbidden", &["secret-get-denied"], &quiet);
}

#[test]
fn both_ends_of_an_impersonation_are_judged() {
    let acting = |user: Value| with(event(json!({})), "impersonatedUser", user);
    let masters =
        json!({ "username": "kim", "groups": ["system:authenticated", "system:masters"] });
    expect(
        &acting(masters),
        "succeeded",
        &["impersonation-any", "impersonate-privileged"],
        &[],
    );
    let node = json!({ "username": NODE, "groups": ["system:authenticated"] });
    expect(&acting(node), "succeeded", &["impersonate-privileged"], &[]);
    let plain = json!({ "username": "kim", "groups": ["system:authenticated"] });
    expect(
        &acting(plain.clone()),
        "succeeded",
        &["impersonation-any"],
        &["impersonate-privileged"],
    );
    let failed = with_code(
        acting(json!({ "username": "eks:addon-manager" })),
        404,
        "allow",
    );
    expect(
        &failed,
        "allowed-but-failed",
        &["impersonate-privileged"],
        &[],
    );
}

#[test]
fn deleting_all_config_maps_deletes_aws_auth() {
    let delete = |namespace: &str| {
        event(json!({
            "verb": "deletecollection",
            "requestURI": format!("/api/v1/namespaces/{namespace}/configmaps"),
            "objectRef": { "namespace": namespace, "name": null }
        }))
    };
    let both = ["aws-auth-changed", "aws-auth-diff"];
    expect(&delete("kube-system"), "succeeded", &both, &[]);
    expect(&delete("shop"), "succeeded", &[], &both);
    let refused = with_code(delete("kube-system"), STATUS_FORBIDDEN, "forbid");
    expect(&refused, "forbidden", &[], &both);
}

/// The members of a made event in the order in which the API server writes them.
fn in_order(event: &Value) -> String {
    const ORDER: [&str; 17] = [
        "kind",
        "apiVersion",
        "level",
        "auditID",
        "stage",
        "requestURI",
        "verb",
        "user",
        "sourceIPs",
        "userAgent",
        "objectRef",
        "responseStatus",
        "requestObject",
        "responseObject",
        "requestReceivedTimestamp",
        "stageTimestamp",
        "annotations",
    ];
    let members = ORDER
        .iter()
        .filter_map(|key| Some(format!("{key:?}:{}", event.get(*key)?)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn padding_that_gets_the_line_cut_off_is_itself_suspicious() {
    let padding = "x".repeat(2_000);
    let mut padded = pod(json!({
        "aaa": padding, "containers": [{ "name": "c", "securityContext": { "privileged": true } }]
    }));
    padded["objectRef"]["namespace"] = "kube-system".into();
    let whole = in_order(&padded);
    let cut = whole.find(&padding).unwrap() + 500;
    let line = format!("{}[Truncated...]", &whole[..cut]);
    expect_line(
        &line,
        "succeeded",
        &["cut-record", "pod-system-ns"],
        &["privileged-container"],
    );
    assert!(raised(std::slice::from_ref(&line))["cut-record"][0].truncated);
    // What stands before the cut counts.
    padded["requestObject"]["spec"] = json!({
        "containers": [{ "name": "c", "securityContext": { "privileged": true } }], "zzz": padding
    });
    let whole = in_order(&padded);
    let cut = whole.find(&padding).unwrap() + 500;
    let line = format!("{}[Truncated...]", &whole[..cut]);
    expect_line(
        &line,
        "succeeded",
        &["cut-record", "privileged-container"],
        &[],
    );
    // A long answer to a read is cut every day.
    let mut read = event(json!({ "responseObject": { "data": padding } }));
    read["verb"] = "get".into();
    let whole = in_order(&read);
    let line = format!(
        "{}[Truncated...]",
        &whole[..whole.find(&padding).unwrap() + 500]
    );
    expect_line(&line, "succeeded", &[], &["cut-record"]);
}

#[test]
fn an_audit_id_used_again_by_the_client_hides_no_second_request() {
    let first = exec("command=ls");
    let other_command = exec("command=id");
    let later = with(
        first.clone(),
        "requestReceivedTimestamp",
        json!("2026-05-14T12:00:09.000000Z"),
    );
    let by = raised(&[
        first.to_string(),
        other_command.to_string(),
        later.to_string(),
    ]);
    assert_eq!(by["exec-any"].len(), 3);
    let one_id = |alert: &trailhound::alert::Alert| alert.events[0].audit_id.clone();
    assert!(
        by["exec-any"]
            .iter()
            .all(|alert| one_id(alert) == one_id(&by["exec-any"][0]))
    );
}

#[test]
fn the_stages_of_one_request_are_one_alert() {
    let started = exec("command=id");
    let staged = |stage: &str, at: &str| {
        with(
            with(started.clone(), "stage", stage.into()),
            "stageTimestamp",
            at.into(),
        )
    };
    let complete = staged("ResponseComplete", "2026-05-14T15:00:00.000000Z");
    let mut received = staged("RequestReceived", "2026-05-14T12:00:00.000000Z");
    received.as_object_mut().unwrap().remove("responseStatus");
    received.as_object_mut().unwrap().remove("annotations");
    let [received, started, complete] =
        [received, started, complete].map(|event| event.to_string());
    for order in [
        vec![received.clone(), started.clone(), complete.clone()],
        vec![
            complete.clone(),
            received.clone(),
            started,
            complete.clone(),
        ],
        vec![complete],
    ] {
        assert_eq!(raised(&order)["exec-any"].len(), 1);
    }
    assert!(!raised(&[received]).contains_key("exec-any"));
}

#[test]
fn a_dry_run_is_told_from_the_deed_and_from_words_that_look_like_one() {
    let privileged =
        json!({ "name": "c", "image": "x", "securityContext": { "privileged": true } });
    let made = pod(json!({ "containers": [privileged] }));
    let asked = |query: &str| {
        with(
            made.clone(),
            "requestURI",
            format!("/api/v1/namespaces/shop/pods?{query}").into(),
        )
    };
    for query in ["dryRun=All", "fieldManager=x&dryRun=All"] {
        // Nothing was made, but somebody tries what would be let through.
        expect(
            &asked(query),
            "succeeded",
            &["template-time"],
            &["privileged-container"],
        );
    }
    for query in [
        "fieldManager=dryRun%3DAll",
        "xdryRun=All",
        "dryrun=All",
        "dryRunx=All",
    ] {
        expect(
            &asked(query),
            "succeeded",
            &["privileged-container", "template-time"],
            &[],
        );
    }
}

#[test]
fn a_refusal_by_admission_is_neither_a_deed_nor_a_lack_of_rights() {
    let privileged =
        json!({ "name": "c", "image": "x", "securityContext": { "privileged": true } });
    let made = pod(json!({ "containers": [privileged] }));
    let refused = with_code(made.clone(), STATUS_FORBIDDEN, "allow");
    expect(
        &refused,
        "allowed-but-failed",
        &[],
        &["privileged-container", "forbidden-create"],
    );
    let refused = with_code(made, STATUS_FORBIDDEN, "forbid");
    expect(
        &refused,
        "forbidden",
        &["forbidden-create"],
        &["privileged-container"],
    );
}

#[test]
fn a_subject_added_by_json_patch_is_a_grant() {
    let patch = |op: Value| {
        event(json!({
            "verb": "patch", "level": "RequestResponse",
            "requestURI": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ops",
            "objectRef": {
                "resource": "clusterrolebindings", "name": "ops", "namespace": null,
                "apiGroup": "rbac.authorization.k8s.io"
            },
            "requestObject": op,
            "responseObject": {
                "kind": "ClusterRoleBinding", "metadata": { "name": "ops" },
                "roleRef": { "kind": "ClusterRole", "name": "cluster-admin" },
                "subjects": [
                    { "kind": "User", "name": "ops" }, { "kind": "Group", "name": "system:authenticated" }
                ]
            }
        }))
    };
    let everybody = json!({ "kind": "Group", "name": "system:authenticated" });
    let add = json!([{ "op": "add", "path": "/subjects/-", "value": everybody }]);
    expect(
        &patch(add),
        "succeeded",
        &["binding-subject-added", "anon-binding"],
        &["cluster-admin-binding"],
    );
    let label = json!({ "metadata": { "labels": { "a": "b" } } });
    expect(&patch(label), "succeeded", &[], &["binding-subject-added"]);
}

#[test]
fn a_json_patch_that_copies_or_moves_settings_in_is_seen() {
    let hostile = json!({ "name": "c", "securityContext": { "privileged": true } });
    let patch = |op: Value| {
        event(json!({
            "verb": "patch", "requestURI": "/apis/apps/v1/namespaces/shop/deployments/front",
            "objectRef": { "resource": "deployments", "apiGroup": "apps" },
            "requestObject": op,
            "responseObject": {
                "kind": "Deployment", "metadata": { "name": "front" },
                "spec": { "template": { "spec": { "containers": [hostile, hostile] } } }
            }
        }))
    };
    let to = "/spec/template/spec/containers";
    for (op, from, path) in [
        ("copy", "/1/securityContext", "/0/securityContext"),
        ("copy", "/0", "/-"),
        ("move", "/2", "/1"),
    ] {
        let op =
            json!([{ "op": op, "from": format!("{to}{from}"), "path": format!("{to}{path}") }]);
        expect(
            &patch(op),
            "succeeded",
            &["privileged-container"],
            &["host-network"],
        );
    }
    // An invalid place in between is nothing that the API server looks at.
    let smuggled = json!([
        { "op": "add", "path": "/metadata/labels", "value": { "privileged": true } },
        { "op": "move", "from": "/metadata/labels", "path": format!("{to}/0/securityContext") }
    ]);
    expect(
        &patch(smuggled),
        "succeeded",
        &["privileged-container"],
        &[],
    );
    let image = json!([{ "op": "replace", "path": format!("{to}/0/image"), "value": "x" }]);
    expect(&patch(image), "succeeded", &[], &["privileged-container"]);
}
