//! Who calls: the identity that is there, and the role that reads a cluster.

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};

use super::finding::Finding;
use super::refusal::{Call, Refusal};

/// The name under which CloudTrail shows what the doctor does.
const SESSION: &str = "trailhound-doctor";

/// Somebody who can call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The ARN.
    pub(crate) arn: String,
    /// The twelve digits of the account.
    pub(crate) account: String,
    /// Clients made of it call as this one.
    pub(crate) sdk: SdkConfig,
}

/// Asks who the credentials belong to.
pub(crate) async fn identity(sdk: &SdkConfig) -> Result<(Caller, Finding), Finding> {
    let asked = aws_sdk_sts::Client::new(sdk)
        .get_caller_identity()
        .send()
        .await;
    let call = Call {
        principal: "the credentials found",
        action: "sts:GetCallerIdentity",
        resource: "*",
    };
    let answer =
        asked.map_err(|error| Refusal::of(&error).finding("identity", "the credentials", call))?;
    let caller = Caller {
        arn: answer
            .arn
            .unwrap_or_else(|| "an unknown principal".to_owned()),
        account: answer.account.unwrap_or_default(),
        sdk: sdk.clone(),
    };
    let words = format!("calls are made as {}", caller.arn);
    let finding = Finding::ok("identity", "the credentials", words);
    Ok((caller, finding))
}

/// Takes on a role, in a region.
pub(crate) async fn assume(
    caller: &Caller,
    role: &str,
    external_id: Option<&str>,
    region: &str,
) -> Result<(Caller, Finding), Finding> {
    let sdk = in_region(&caller.sdk, region);
    let asked = aws_sdk_sts::Client::new(&sdk)
        .assume_role()
        .role_arn(role)
        .role_session_name(SESSION)
        .set_external_id(external_id.map(str::to_owned))
        .send()
        .await;
    let call = Call {
        principal: &caller.arn,
        action: "sts:AssumeRole",
        resource: role,
    };
    let answer = asked.map_err(|error| {
        let refusal = Refusal::of(&error);
        let mut finding = refusal.finding("role", role, call);
        if refusal.is_denied() {
            finding.fix = finding
                .fix
                .map(|fix| format!("{fix}; {}", trust(external_id)));
        }
        finding
    })?;
    let (Some(given), Some(user)) = (answer.credentials, answer.assumed_role_user) else {
        let words = "STS gave no credentials";
        return Err(Finding::ok("role", role, words).fail("see what stands between here and STS"));
    };
    let token = Some(given.session_token);
    let keys = Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        token,
        None,
        SESSION,
    );
    let sdk = sdk
        .to_builder()
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .build();
    let words = format!("can be assumed by {}", caller.arn);
    let taken = Caller {
        account: user.arn.split(':').nth(4).unwrap_or_default().to_owned(),
        arn: user.arn,
        sdk,
    };
    Ok((taken, Finding::ok("role", role, words)))
}

fn trust(external_id: Option<&str>) -> &'static str {
    match external_id {
        Some(_) => {
            "the role's trust policy has to name that principal and accept the cluster's external_id"
        }
        None => {
            "the role's trust policy has to name that principal; if it asks for an external id, set external_id at the cluster"
        }
    }
}

/// The same settings in another region.
pub(crate) fn in_region(sdk: &SdkConfig, region: &str) -> SdkConfig {
    let region = Region::new(region.to_owned());
    sdk.to_builder().region(region).build()
}
