//! Inputs in S3: the objects under a prefix, listed page by page while they are read, so that it does not
//! matter how many there are.

use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use tokio::runtime::Runtime;

use super::exit::UsageError;
use super::inputs::Reading;
use crate::record::Origin;
use crate::source::origin_of;
use crate::source::s3::{Address, Body, Listed, Object, S3Failure, Store};

/// Who reads an object, by its name, its bytes, and what its key tells.
type Read<'r> = dyn FnMut(&str, Body, Origin, &mut Reading) -> ControlFlow<()> + 'r;

/// Prefixes, and who lists and fetches what is under them.
pub(super) struct Buckets {
    addresses: Vec<Address>,
    runtime: Runtime,
    store: Store,
}

impl Buckets {
    /// Whether a path is one of S3's.
    pub(super) fn is_address(path: &str) -> bool {
        Address::parse(path).is_some()
    }

    /// Makes ready to read these; nothing where there are none.
    ///
    /// # Errors
    /// When one is no address, or there can be no runtime.
    pub(super) fn open(paths: &[&String]) -> Result<Option<Self>> {
        let addresses: Result<Vec<Address>, _> = paths
            .iter()
            .filter_map(|path| Address::parse(path))
            .collect();
        let addresses = addresses.map_err(|error| UsageError(error.to_string()))?;
        if addresses.is_empty() {
            return Ok(None);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("can't start the runtime")?;
        let store = Store::new(&runtime.block_on(crate::telemetry::aws()));
        Ok(Some(Self {
            addresses,
            runtime,
            store,
        }))
    }

    /// Opens each object in turn, until `read` breaks.
    pub(super) fn each(&self, reading: &mut Reading, read: &mut Read<'_>) {
        for address in &self.addresses {
            if self.prefix(address, reading, read).is_break() {
                return;
            }
        }
    }

    fn prefix(
        &self,
        address: &Address,
        reading: &mut Reading,
        read: &mut Read<'_>,
    ) -> ControlFlow<()> {
        let (mut next, mut any, mut probes) = (None, false, 0_u64);
        loop {
            let listed = match self.page(address, next.as_deref()) {
                Ok(listed) => listed,
                Err(failure) => {
                    reading.failures.push(format!("{address}: {failure}"));
                    break;
                }
            };
            // Whoever names an object means it alone.
            let alone = !any && listed.objects.first().is_some_and(|it| is_it(it, address));
            let most = if alone { 1 } else { usize::MAX };
            for object in listed.objects.into_iter().take(most) {
                any = true;
                probes += u64::from(object.is_probe());
                if object.may_hold_lines() {
                    self.object(&object, reading, read)?;
                }
            }
            next = listed.next.filter(|_| !alone);
            if next.is_none() {
                if !any {
                    let nothing = format!("{address}: there are no objects under this prefix");
                    reading.failures.push(nothing);
                }
                break;
            }
        }
        if probes > 0 {
            let what = "aws-logs-write-test objects of export tasks";
            reading
                .skipped
                .push(format!("{probes} {what} in {address}"));
        }
        ControlFlow::Continue(())
    }

    fn object(
        &self,
        object: &Object,
        reading: &mut Reading,
        read: &mut Read<'_>,
    ) -> ControlFlow<()> {
        let body = match self.runtime.block_on(self.store.open(object)) {
            Ok(body) => body,
            Err(failure) => {
                reading.failures.push(format!("{object}: {failure}"));
                return ControlFlow::Continue(());
            }
        };
        let fate = body.fate();
        let origin = origin_of(object.key.as_ref());
        let flow = read(&object.to_string(), body, origin, reading);
        if let Some(why) = fate.failure() {
            reading.failures.push(why.to_owned());
        }
        flow
    }

    fn page(&self, address: &Address, next: Option<&str>) -> Result<Listed, S3Failure> {
        self.runtime.block_on(self.store.list(address, next))
    }
}

fn is_it(object: &Object, address: &Address) -> bool {
    object.key == address.prefix && object.may_hold_lines()
}
