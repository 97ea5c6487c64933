//! Whose keys are whose.

use aws_config::sts::AssumeRoleProvider;
use aws_sdk_cloudwatchlogs::config::ProvideCredentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::ProvideErrorMetadata;

use super::logs_tests::walk;
use super::{ACCOUNT, Action, Fault, Hostile, KEY, Rule};

const GROUP: &str = "/aws/eks/prod/cluster";
const ROLE: &str = "arn:aws:iam::444455556666:role/path/reader";

#[tokio::test]
async fn a_key_says_whose_it_is() {
    let hostile = Hostile::start();
    let ask = async |key: &str| {
        let client = Client::new(&hostile.sdk_as(key, "eu-west-1"));
        client.get_caller_identity().send().await
    };
    assert_eq!(ask(KEY).await.unwrap().account(), Some(ACCOUNT));
    let arn = "arn:aws:iam::777788889999:user/c";
    hostile.sts().key("AKIAOTHER", "777788889999", arn);
    let identity = ask("AKIAOTHER").await.unwrap();
    assert_eq!(
        (identity.account(), identity.arn()),
        (Some("777788889999"), Some(arn))
    );
    hostile.sts().expire("AKIAOTHER");
    assert_eq!(
        ask("AKIAOTHER").await.unwrap_err().code(),
        Some("ExpiredToken")
    );
    hostile.rule(Rule::every(Fault::Denied).on(Action::GetCallerIdentity));
    assert_eq!(ask(KEY).await.unwrap_err().code(), Some("AccessDenied"));
}

#[tokio::test]
async fn a_role_reads_what_its_account_has() {
    let hostile = Hostile::start();
    let group = hostile.logs().group_in("444455556666", "eu-west-1", GROUP);
    let id = group.put("authenticator-1", 1, "a");
    let own = hostile.sdk_as(KEY, "eu-west-1");
    let role = AssumeRoleProvider::builder(ROLE)
        .session_name("trailhound")
        .configure(&own)
        .build()
        .await;
    let settings = own
        .into_builder()
        .credentials_provider(aws_sdk_sts::config::SharedCredentialsProvider::new(role))
        .build();
    let client = aws_sdk_cloudwatchlogs::Client::new(&settings);
    let ask = client.filter_log_events().log_group_name(GROUP);
    assert_eq!(walk(ask.clone()).await, [[id]]);
    hostile.log(|log| {
        let call = log.of(Action::FilterLogEvents).next().unwrap();
        assert_eq!(
            (call.account.as_str(), call.region.as_str()),
            ("444455556666", "eu-west-1")
        );
        assert!(call.key.starts_with("ASIA"), "{call:?}");
        assert!(call.principal.ends_with("assumed-role/reader/trailhound"));
        assert_eq!(log.count(Action::AssumeRole, ROLE), 1);
    });
    let identity = Client::new(&settings).get_caller_identity().send().await;
    let arn = "arn:aws:sts::444455556666:assumed-role/reader/trailhound";
    assert_eq!(identity.unwrap().arn(), Some(arn));
    hostile.sts().expire_sessions();
    let error = ask.send().await.unwrap_err();
    assert_eq!(error.code(), Some("ExpiredTokenException"));
}

#[tokio::test]
async fn a_role_can_want_an_external_id_and_can_be_denied() {
    let hostile = Hostile::start();
    let sts = hostile.sts();
    let own = hostile.sdk();
    let ask = Client::new(&own).assume_role().role_arn(ROLE);
    let ask = ask.role_session_name("trailhound");
    sts.external_id(ROLE, "secret");
    let error = ask.clone().send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDenied"));
    assert!(
        error.message().unwrap().contains("sts:AssumeRole"),
        "{error:?}"
    );
    let ask = ask.external_id("secret");
    ask.clone().send().await.unwrap();
    sts.deny(ROLE);
    assert!(ask.clone().send().await.is_err());
    sts.allow(ROLE);
    let given = ask.clone().send().await.unwrap();
    assert!(
        given
            .credentials()
            .unwrap()
            .access_key_id()
            .starts_with("ASIA")
    );
    let wrong = ask
        .role_arn("arn:aws:iam::444455556666:user/a")
        .send()
        .await;
    assert_eq!(wrong.unwrap_err().code(), Some("ValidationError"));
    assert!(
        own.credentials_provider()
            .unwrap()
            .provide_credentials()
            .await
            .is_ok()
    );
}
