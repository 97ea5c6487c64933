//! Clients of S3, one for each region, and the two calls that are made: list, and get.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::{ResponseChecksumValidation, StalledStreamProtectionConfig};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use rustc_hash::FxHashMap;

use super::address::{Address, is_region};
use super::body::Body;
use crate::source::cloudwatch::failure::{Asked, Failure};
use crate::source::cloudwatch::{Class, partition};
use crate::source::find::EXPORT_PROBE;

/// How long a connection may take, and how long an answer may take to begin.
const CONNECT: Duration = Duration::from_secs(5);
const READ: Duration = Duration::from_secs(30);

/// The header in which S3 tells where a bucket is.
const REGION: &str = "x-amz-bucket-region";

/// Where buckets are looked for when nothing else is known.
const DEFAULT: &str = "us-east-1";

/// Objects: where they are found, and who reads them. Clones share their clients.
#[derive(Clone)]
pub struct Store {
    sdk: SdkConfig,
    role: Option<String>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// By region.
    clients: FxHashMap<String, Client>,
    /// The regions of buckets that are elsewhere.
    buckets: FxHashMap<String, String>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its size in bytes, where that is known.
    pub size: Option<u64>,
}

impl Object {
    /// Whether it may hold log lines, by its key: the mark of a folder does not, nor does what an export task
    /// leaves to test its permission.
    #[must_use]
    pub fn may_hold_lines(&self) -> bool {
        !self.key.ends_with('/') && !self.is_probe()
    }

    /// Whether it is what an export task leaves to test its permission.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.key.rsplit('/').next() == Some(EXPORT_PROBE)
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// A page of a listing.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// In the order of their keys, byte by byte.
    pub objects: Vec<Object>,
    /// What brings the next page, if there is one.
    pub next: Option<String>,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct S3Failure {
    /// What can be done about it.
    pub class: Class,
    /// What happened, and what to do.
    pub message: String,
}

impl Store {
    /// Objects as they are seen with these settings.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        Self::of(sdk, None)
    }

    /// Objects as a role sees them.
    pub(super) fn of(sdk: &SdkConfig, role: Option<String>) -> Self {
        // A few tries are S3's own advice: it answers 503 while it grows.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .build();
        let sdk = sdk
            .to_builder()
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard())
            .build();
        Self {
            sdk,
            role,
            known: Arc::default(),
        }
    }

    /// Says in which region a bucket is.
    pub fn is_in(&self, bucket: &str, region: &str) {
        if is_region(region) {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.buckets.insert(bucket.to_owned(), region.to_owned());
        }
    }

    /// A page of the objects under a prefix.
    ///
    /// # Errors
    /// When they can't be listed.
    pub async fn list(&self, at: &Address, next: Option<&str>) -> Result<Listed, S3Failure> {
        let call = |client: Client| async move {
            client
                .list_objects_v2()
                .bucket(&at.bucket)
                .prefix(&at.prefix)
                .set_continuation_token(next.map(str::to_owned))
                .send()
                .await
        };
        let answer = self.call(&at.bucket, call).await;
        let arn = arn(&self.region(), &at.bucket, "");
        let answer = answer.map_err(|failure| self.refused(&failure, "s3:ListBucket", &arn))?;
        let object = |found: aws_sdk_s3::types::Object| {
            Some(Object {
                bucket: at.bucket.clone(),
                key: found.key?,
                size: found.size.and_then(|size| u64::try_from(size).ok()),
            })
        };
        let objects = answer.contents.unwrap_or_default();
        Ok(Listed {
            objects: objects.into_iter().filter_map(object).collect(),
            next: answer.next_continuation_token,
        })
    }

    /// Opens an object. Call it within a runtime: a task of it fetches what is read.
    ///
    /// # Errors
    /// When it is not there, or can't be read.
    pub async fn open(&self, object: &Object) -> Result<Body, S3Failure> {
        let first = self.get(object, None).await?;
        Ok(Body::start(self.clone(), object.clone(), first))
    }

    /// Asks for an object, from a byte on, which must be of the version of that tag.
    pub(super) async fn get(
        &self,
        object: &Object,
        from: Option<(u64, Option<String>)>,
    ) -> Result<GetObjectOutput, S3Failure> {
        let call = |client: Client| {
            let from = from.clone();
            async move {
                let ask = client.get_object().bucket(&object.bucket).key(&object.key);
                let ask = match from {
                    Some((byte, tag)) => ask.range(format!("bytes={byte}-")).set_if_match(tag),
                    None => ask,
                };
                ask.send().await
            }
        };
        let answer = self.call(&object.bucket, call).await;
        let arn = || arn(&self.region(), &object.bucket, &format!("/{}", object.key));
        answer.map_err(|failure| self.refused(&failure, "s3:GetObject", &arn()))
    }

    /// Makes a call in the bucket's region, which S3 tells if it is not known.
    async fn call<T, E, F>(&self, bucket: &str, call: impl Fn(Client) -> F) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let asked = self.region_of(bucket);
        let error = match call(self.client(&asked)).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let told = error
            .raw_response()
            .and_then(|raw| raw.headers().get(REGION))
            .filter(|told| *told != asked && is_region(told));
        let Some(told) = told else {
            return Err(Failure::of(&error));
        };
        self.is_in(bucket, told);
        let again = call(self.client(told)).await;
        again.map_err(|error| Failure::of(&error))
    }

    fn refused(&self, failure: &Failure, action: &str, resource: &str) -> S3Failure {
        let mut message = failure.message(&Asked {
            principal: None,
            role: self.role.as_deref(),
            action,
            resource,
        });
        if failure.code == "InvalidObjectState" {
            message = format!(
                "{resource} is archived ({}): restore it first",
                failure.text
            );
        }
        S3Failure {
            class: failure.class,
            message,
        }
    }

    fn region(&self) -> String {
        let region = self.sdk.region().map(ToString::to_string);
        region.unwrap_or_else(|| DEFAULT.to_owned())
    }

    fn region_of(&self, bucket: &str) -> String {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let region = known.buckets.get(bucket).cloned();
        region.unwrap_or_else(|| self.region())
    }

    fn client(&self, region: &str) -> Client {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let config = aws_sdk_s3::config::Builder::from(&self.sdk)
                .region(Region::new(region.to_owned()))
                // Names in front of an address of one's own lead nowhere.
                .force_path_style(self.sdk.endpoint_url().is_some())
                // Whoever reads may be slow: what stalls is found out by us.
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
            Client::from_conf(config.build())
        };
        let clients = &mut known.clients;
        clients
            .entry(region.to_owned())
            .or_insert_with(make)
            .clone()
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.region())
    }
}

fn arn(region: &str, bucket: &str, rest: &str) -> String {
    format!("arn:{}:s3:::{bucket}{rest}", partition(region))
}
