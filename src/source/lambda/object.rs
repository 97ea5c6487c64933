//! Reads objects of S3 as they come over the network, from a thread that may wait.

use std::io::{self, Read};
use std::pin::Pin;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::runtime::Handle;

use super::event::Object;

/// The way to S3.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    runtime: Handle,
}

/// Why an object is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It is there no more, and never will be.
    #[error("{0} is there no more")]
    Gone(Object),
    /// It may be read another time, or once somebody permits it.
    #[error("{object} can't be read: {reason}")]
    Failed {
        /// Which.
        object: Object,
        /// What was said, and what to do.
        reason: String,
    },
}

/// An object that is being read.
pub struct Opened {
    body: Pin<Box<dyn AsyncRead + Send>>,
    runtime: Handle,
    object: Object,
    /// What ended it early.
    failure: Option<Failure>,
}

impl Objects {
    /// A way by these settings; what waits for the network is driven by `runtime`.
    #[must_use]
    pub fn new(aws: &SdkConfig, runtime: Handle) -> Self {
        Self {
            client: Client::new(aws),
            runtime,
        }
    }

    /// Begins to read an object. Blocks: not for a thread of the runtime.
    ///
    /// # Errors
    /// When it is gone or can't be had.
    pub fn open(&self, object: &Object) -> Result<Opened, Failure> {
        let get = self
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version.clone())
            .customize()
            .config_override(match &object.region {
                Some(region) => Builder::new().region(Region::new(region.clone())),
                None => Builder::new(),
            });
        let got = self.runtime.block_on(get.send());
        let got = got.map_err(|error| failure(object, &error))?;
        Ok(Opened {
            body: Box::pin(got.body.into_async_read()),
            runtime: self.runtime.clone(),
            object: object.clone(),
            failure: None,
        })
    }
}

fn failure<E: ProvideErrorMetadata, R>(object: &Object, error: &SdkError<E, R>) -> Failure {
    let reason = match (error.code(), error) {
        (Some("NoSuchKey" | "NoSuchVersion"), _) => return Failure::Gone(object.clone()),
        (Some(code @ ("AccessDenied" | "403")), _) => format!(
            "{code}: permit s3:GetObject on it to the role of the function, and kms:Decrypt if it is encrypted with a key"
        ),
        (Some(code), _) => format!("{code}: {}", error.message().unwrap_or("no words")),
        (None, SdkError::DispatchFailure(_)) => "S3 can't be reached".to_owned(),
        (None, SdkError::TimeoutError(_)) => "S3 did not answer in time".to_owned(),
        (None, _) => "S3 gave no answer that can be read".to_owned(),
    };
    Failure::Failed {
        object: object.clone(),
        reason,
    }
}

impl Opened {
    /// What ended the reading early, if anything did: what came before it was only a part.
    pub fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }
}

impl Read for Opened {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.runtime.block_on(self.body.read(room));
        if let Err(error) = &read {
            self.failure = Some(Failure::Failed {
                object: self.object.clone(),
                reason: format!("the connection broke ({})", error.kind()),
            });
        }
        read
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", self.object)
    }
}
