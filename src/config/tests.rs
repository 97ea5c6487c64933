//! Settings files as people write them.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;

const TEXT: &str = r#"
    [[cluster]]
    log_group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster:*"
    labels = { env = "prod" }
"#;

#[test]
fn a_cluster_is_known_by_its_log_group_or_its_name() {
    let config: Config = toml::from_str(TEXT).unwrap();
    let group = Origin {
        log_group: Some("/aws/eks/prod/cluster".into()),
        ..Origin::default()
    };
    for cluster in [
        config.cluster_of(&group, None),
        config.cluster_of(&Origin::default(), Some("prod")),
    ] {
        assert_eq!(cluster.name.as_deref(), Some("prod"));
        assert_eq!(cluster.region.as_deref(), Some("eu-west-1"));
        assert_eq!(cluster.account.as_deref(), Some("111122223333"));
        assert_eq!(cluster.labels.get("env").map(String::as_str), Some("prod"));
    }
}

#[test]
fn another_account_with_the_same_name_is_another_cluster() {
    let config: Config = toml::from_str(TEXT).unwrap();
    let other = Origin {
        log_group: Some("/aws/eks/prod/cluster".into()),
        account: Some("444455556666".into()),
        ..Origin::default()
    };
    assert!(config.cluster_of(&other, None).labels.is_empty());
}

#[test]
fn unknown_keys_are_refused_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, "[lists]\na = [\"b\"]\n[slik]\n").unwrap();
    let message = Settings::load(&path).unwrap_err().to_string();
    assert!(
        message.contains("x.toml:3:2") && message.contains("unknown field"),
        "{message}"
    );
}

fn message(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, text).unwrap();
    Settings::load(&path).unwrap_err().to_string()
}

#[test]
fn one_file_serves_a_replay_and_a_watch() {
    let config: Config = toml::from_str(
        r#"
        [state]
        path = "trailhound.db"
        [discover]
        prefix = "/aws/eks/"
        [[cluster]]
        log_group = "/aws/eks/prod/cluster"
        region = "us-east-1"
        role_arn = "arn:aws:iam::111122223333:role/trailhound-reader"
        external_id = "x"
        labels = { env = "prod" }
        [poll]
        interval = "5s"
        lateness = "15m"
        [lists]
        admin_users = ["kubernetes-admin"]
        [[allow]]
        detector = "exec-any"
        when = 'user.username = "ci"'
        reason = "the deploy job runs migrations by exec"
        until = "2027-01-31"
        [sink.stdout]
        [sink.sns]
        topic_arn = "arn:aws:sns:us-east-1:444455556666:eks-alerts"
        "#,
    )
    .unwrap();
    assert_eq!(config.poll, PollConfig::default());
    assert_eq!(config.discover.unwrap().prefix, "/aws/eks/");
    let kinds: Vec<_> = config
        .sink
        .iter()
        .map(|(name, sink)| sink.get_ref().checked(name))
        .collect();
    assert_eq!(kinds, [Ok(SinkKind::Sns), Ok(SinkKind::Stdout)]);
}

#[test]
fn a_misspelt_key_is_refused_with_the_one_that_was_meant() {
    let text = message("[poll]\nintervall = \"5s\"\n");
    assert!(
        text.contains("x.toml:2:1") && text.contains("did you mean `interval`?"),
        "{text}"
    );
    let text = message("[sink.sns]\ntopic_arm = \"x\"\n");
    assert!(text.contains("did you mean `topic_arn`?"), "{text}");
    let text = message("[state]\ntabel = \"x\"\n");
    assert!(text.contains("did you mean `table`?"), "{text}");
    let text = message("[state]\nregion = \"eu-west-1\"\n");
    assert!(text.contains("name it, as table"), "{text}");
    let text = message("[weather]\n");
    assert!(
        text.contains("unknown field `weather`") && !text.contains("did you mean"),
        "{text}"
    );
}

#[test]
fn a_sink_says_what_it_is_and_has_what_it_needs() {
    let text = message("[sink.oncall]\ntopic_arn = \"arn:aws:sns:eu-west-1:444455556666:x\"\n");
    assert!(
        text.contains("x.toml:1:") && text.contains("kind = \"sns\""),
        "{text}"
    );
    let text = message("[sink.sns]\n");
    assert!(text.contains("needs its topic"), "{text}");
    let text = message("[sink.sns]\ntopic_arn = \"x\"\npath = \"y\"\n");
    assert!(
        text.contains("path means nothing to this kind of sink"),
        "{text}"
    );
}

#[test]
fn what_can_not_be_listened_on_is_refused() {
    let text = message("[health]\nlisten = \"localhost\"\n");
    assert!(text.contains("is no address to listen on"), "{text}");
    let config: Config = toml::from_str("[health]\nlisten = \"off\"\n").unwrap();
    assert_eq!(config.health.listen, None);
}

#[test]
fn a_duration_that_is_none_is_shown_at_its_place() {
    for wrong in ["\"5\"", "\"five minutes\"", "\"-5s\"", "\"0s\"", "5"] {
        let text = message(&format!("[poll]\ninterval = {wrong}\n"));
        assert!(text.contains("x.toml:2:12"), "{text}");
    }
}

#[test]
fn the_example_files_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            Settings::load(&path).unwrap();
            // What is commented out must be right too: every comment of one `#` and a key.
            let text = std::fs::read_to_string(&path).unwrap();
            let on: Vec<&str> = text.lines().map(uncommented).collect();
            let on: Result<Config, _> = toml::from_str(&on.join("\n"));
            assert!(on.is_ok(), "{}: {}", path.display(), on.unwrap_err());
        }
    }
}

/// A line of settings that is commented out, switched on; prose stays a comment.
fn uncommented(line: &str) -> &str {
    let Some(rest) = line.strip_prefix("# ") else {
        return line;
    };
    let key = rest.split_once(" = ").is_some_and(|(key, _)| {
        key.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    });
    if key || rest.starts_with('[') {
        rest
    } else {
        line
    }
}

#[test]
fn clusters_of_one_name_are_told_apart_by_role_and_region() {
    let settings = r#"
[[cluster]]
log_group = "/aws/eks/prod/cluster"
name = "first"
role_arn = "arn:aws:iam::111122223333:role/reader"
[[cluster]]
log_group = "/aws/eks/prod/cluster"
name = "second"
region = "eu-west-1"
role_arn = "arn:aws:iam::444455556666:role/reader"
[[cluster]]
log_group = "/aws/eks/prod/cluster"
name = "third"
region = "us-east-1"
role_arn = "arn:aws:iam::444455556666:role/reader"
"#;
    let config: Config = toml::from_str(settings).unwrap();
    let name = |account: &str, region: &str| {
        let origin = Origin {
            log_group: Some("/aws/eks/prod/cluster".to_owned()),
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            ..Origin::default()
        };
        config.cluster_of(&origin, None).name
    };
    assert_eq!(name("111122223333", "us-east-1").as_deref(), Some("first"));
    assert_eq!(name("444455556666", "eu-west-1").as_deref(), Some("second"));
    assert_eq!(name("444455556666", "us-east-1").as_deref(), Some("third"));
    assert_eq!(name("777788889999", "us-east-1").as_deref(), Some("prod"));
}

#[test]
fn a_cluster_that_is_named_twice_is_refused_at_its_second_place() {
    let one = "[[cluster]]\nlog_group = \"/aws/eks/prod/cluster\"\nregion = \"eu-west-1\"\n";
    let twice = format!("{one}\n{one}");
    let fault = Settings::parse("x.toml", twice).unwrap_err().to_string();
    assert!(
        fault.contains("x.toml:5:1") && fault.contains("read twice"),
        "{fault}"
    );
    let other = one.replace("eu-west-1", "us-east-1");
    assert!(Settings::parse("x.toml", format!("{one}{other}")).is_ok());
}
