#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;

fn with<T>(
    verb: &str,
    object: &str,
    request: &str,
    response: &str,
    f: impl Fn(&Pod<'_>) -> T,
) -> T {
    let line = format!(
        r#"{{"apiVersion":"audit.k8s.io/v1","verb":"{verb}","objectRef":{{{object}}},"requestObject":{request},"responseObject":{response}}}"#
    );
    f(&Pod::of(&AuditRecord::read(&line).unwrap()))
}

fn privileged(verb: &str, object: &str, request: &str, response: &str) -> bool {
    with(verb, object, request, response, |pod| {
        pod.sets(Knob::Privileged, true)
    })
}

const PODS: &str = r#""resource":"pods""#;
const CONTAINER: &str = r#"{"name":"a","image":"b","securityContext":{"privileged":true}}"#;

#[test]
fn all_three_lists_of_containers_count() {
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let body = format!(r#"{{"spec":{{"{list}":[{{"name":"x"}},{CONTAINER}]}}}}"#);
        assert!(privileged("create", PODS, &body, "null"), "{list}");
    }
}

#[test]
fn templates_of_every_workload_count() {
    let pod = format!(r#"{{"spec":{{"containers":[{CONTAINER}]}}}}"#);
    let template = format!(r#"{{"spec":{{"template":{pod}}}}}"#);
    let cron = format!(r#"{{"spec":{{"jobTemplate":{template}}}}}"#);
    for resource in [
        "deployments",
        "daemonsets",
        "statefulsets",
        "replicasets",
        "jobs",
    ] {
        assert!(privileged(
            "create",
            &format!(r#""resource":"{resource}""#),
            &template,
            "null"
        ));
    }
    assert!(privileged(
        "create",
        r#""resource":"cronjobs""#,
        &cron,
        "null"
    ));
    let bare = format!(r#"{{"template":{pod}}}"#);
    assert!(privileged(
        "create",
        r#""resource":"podtemplates""#,
        &bare,
        "null"
    ));
}

#[test]
fn patches_of_every_kind_count() {
    let deployments = r#""resource":"deployments""#;
    for (path, value) in [
        (
            "/spec/template/spec/containers/0/securityContext/privileged",
            "true",
        ),
        (
            "/spec/template/spec/containers/0/securityContext",
            r#"{"privileged":true}"#,
        ),
        ("/spec/template/spec/containers/-", CONTAINER),
        (
            "/spec/template/spec/initContainers",
            &format!("[{CONTAINER}]"),
        ),
        (
            "/spec/template/spec",
            &format!(r#"{{"containers":[{CONTAINER}]}}"#),
        ),
    ] {
        let patch = format!(r#"[{{"op":"add","path":"{path}","value":{value}}}]"#);
        assert!(privileged("patch", deployments, &patch, "null"), "{path}");
    }
    let escaped = r#"{"spec":{"template":{"spec":{"containers":[{"securityContext":{"privil\u0065ged":true}}]}}}}"#;
    assert!(privileged("patch", deployments, escaped, "null"));
}

#[test]
fn the_final_object_decides_where_there_is_one() {
    let asked = format!(r#"{{"spec":{{"containers":[{CONTAINER}]}}}}"#);
    let plain = r#"{"kind":"Pod","spec":{"containers":[{"name":"a"}]}}"#;
    assert!(!privileged("create", PODS, &asked, plain));
    assert!(privileged("create", PODS, plain, &asked));
    assert!(privileged(
        "create",
        PODS,
        &asked,
        r#"{"kind":"Status","code":403}"#
    ));
}

#[test]
fn status_deletes_and_reads_write_no_pod() {
    let body = format!(r#"{{"spec":{{"containers":[{CONTAINER}]}}}}"#);
    assert!(!privileged(
        "patch",
        r#""resource":"pods","subresource":"status""#,
        "{}",
        &body
    ));
    assert!(!privileged("delete", PODS, "{}", &body));
    assert!(!privileged("get", PODS, &body, &body));
}

#[test]
fn knobs_are_read_and_made_comparable() {
    let body = r#"{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x","container.apparmor.security.beta.kubernetes.io/c":"unconfined"},"ownerReferences":[{"kind":"Node"}]},
      "spec":{"hostPID":true,"serviceAccountName":"sa","automountServiceAccountToken":false,"securityContext":{"runAsUser":0,"sysctls":[{"name":"kernel.msgmax"}]},
      "volumes":[{"hostPath":{"path":"/var/run//docker.sock"}},{"secret":{"secretName":"s"}},{"projected":{"sources":[{"serviceAccountToken":{"audience":"sts.amazonaws.com"}},{"secret":{"name":"t"}}]}}],
      "containers":[{"name":"c","image":"i","command":["sh","-c"],"args":["id"],"ports":[{"hostPort":80}],"env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"u"}}}],
      "securityContext":{"capabilities":{"add":["CAP_sys_admin","ALL"],"drop":["CHOWN"]},"seccompProfile":{"type":"Unconfined"},"procMount":"Unmasked"}}]}}"#;
    with("create", PODS, &body.replace('\n', ""), "null", |pod| {
        let all = |knob| pod.all(knob).to_vec();
        assert_eq!(all(Knob::HostPaths), [Value::text("/run/docker.sock")]);
        assert_eq!(
            all(Knob::Capabilities),
            [Value::text("SYS_ADMIN"), Value::text("ALL")]
        );
        assert_eq!(all(Knob::Secrets).len(), 3);
        assert_eq!(
            all(Knob::TokenAudiences),
            [Value::text("sts.amazonaws.com")]
        );
        assert_eq!(all(Knob::AppArmor), [Value::text("Unconfined")]);
        assert_eq!(all(Knob::Owners), [Value::text("Node")]);
        assert_eq!(all(Knob::HostPorts), [Value::Number(80.0)]);
        assert_eq!(pod.commands, [Value::text("sh -c id")]);
        assert!(
            pod.runs_as_root() && pod.sets(Knob::HostPid, true) && pod.sets(Knob::Mirror, true)
        );
        assert!(!pod.sets(Knob::HostNetwork, true));
    });
}

#[test]
fn touched_names_what_the_request_sets_inside_the_pod() {
    let patch = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"a","image":"x","command":["id"]}]}}}}"#;
    let keys = with(
        "patch",
        r#""resource":"deployments""#,
        patch,
        "null",
        |pod| format!("{:?}", pod.touched),
    );
    assert!(
        keys.contains("image") && keys.contains("containers") && keys.contains("command"),
        "{keys}"
    );
    assert!(
        !keys.contains("labels") && !keys.contains("replicas"),
        "{keys}"
    );
    let json_patch =
        r#"[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"x"}]"#;
    let keys = with(
        "patch",
        r#""resource":"deployments""#,
        json_patch,
        "null",
        |pod| format!("{:?}", pod.touched),
    );
    assert!(keys.contains("image"), "{keys}");
}

#[test]
fn a_second_spec_in_what_a_client_wrote_hides_nothing() {
    let asked = format!(
        r#"{{"metadata":{{}},"spec":{{"nodeName":"n"}},"spec":{{"containers":[{CONTAINER}]}}}}"#
    );
    assert!(privileged("patch", PODS, &asked, "null"));
}

#[test]
fn nesting_that_leads_nowhere_is_not_followed() {
    // Deep enough to end the process if each level were a call.
    let deep = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(200_000), close.repeat(200_000))
    };
    let bodies = [
        format!(r#"{{"spec":{{"containers":{}}}}}"#, deep("[", "", "]")),
        format!(
            r#"{{"spec":{{"containers":{}}}}}"#,
            deep("{\"0\":", "1", "}")
        ),
        format!(
            r#"{{"spec":{{"containers":[{{"image":{}}}]}}}}"#,
            deep("[", "", "]")
        ),
        deep(r#"{"spec":{"jobTemplate":"#, "1", "}}"),
    ];
    for body in bodies {
        for resource in ["pods", "cronjobs"] {
            let object = format!(r#""resource":"{resource}""#);
            with("update", &object, &body, "null", |pod| {
                assert!(pod.present && pod.all(Knob::Images).is_empty());
            });
        }
    }
}

#[test]
fn each_touched_key_is_named_once_however_many_there_are() {
    let members: Vec<String> = (0..50_000)
        .map(|number| format!(r#""key{number}":1"#))
        .collect();
    let spec = members.join(",");
    let body = format!(r#"{{"spec":{{{spec},"containers":[{{{spec}}}]}}}}"#);
    with("update", PODS, &body, "null", |pod| {
        assert_eq!(pod.touched.len(), 50_001);
    });
}
