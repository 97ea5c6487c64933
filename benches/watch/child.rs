//! The real program: how it is started, and what the system says of it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::server::REGION;

/// Ticks of a processor in a second, as `/proc` counts (`getconf CLK_TCK`).
const TICKS: u64 = 100;

/// A run of the program. It is killed when this is dropped.
pub(crate) struct Program(Child);

/// What it holds, in KiB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// All that is resident.
    pub(crate) resident: u64,
    /// Of that, what is no file's.
    pub(crate) anonymous: u64,
    /// The most that was ever resident.
    pub(crate) most: u64,
}

impl Program {
    /// Starts a watch of so many clusters, each in an account of its own, with the fake at `url`.
    ///
    /// # Errors
    /// When it can't be started.
    pub(crate) fn start(
        folder: &Path,
        clusters: usize,
        url: &str,
        more: &str,
        from: Option<&str>,
    ) -> Result<Self> {
        let settings = folder.join("trailhound.toml");
        std::fs::write(&settings, self::settings(clusters, more))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailhound"));
        command
            .args(["watch", "--config"])
            .arg(&settings)
            .arg("--state")
            .arg(folder.join("state.db"))
            .args(from.into_iter().flat_map(|from| ["--from", from]))
            .env_remove("RUST_LOG")
            .env("AWS_ENDPOINT_URL", url)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn().context("can't start trailhound")?;
        Ok(Self(child))
    }

    /// What it holds now.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let text = self.read("status")?;
        let field = |name: &str| -> Result<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|rest| rest.split_whitespace().next());
            Ok(number.with_context(|| format!("no {name}"))?.parse()?)
        };
        Ok(Memory {
            resident: field("VmRSS:")?,
            anonymous: field("RssAnon:")?,
            most: field("VmHWM:")?,
        })
    }

    /// How long it has run on processors.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn processor(&self) -> Result<Duration> {
        let text = self.read("stat")?;
        let rest = text.rsplit(')').next().unwrap_or_default();
        let field = |at: usize| rest.split_whitespace().nth(at).and_then(|n| n.parse().ok());
        // utime and stime, the fields 14 and 15 of proc(5), counted from the third.
        let ticks: u64 = field(11).unwrap_or(0_u64) + field(12).unwrap_or(0_u64);
        Ok(Duration::from_millis(ticks * 1_000 / TICKS))
    }

    fn read(&self, name: &str) -> Result<String> {
        let path = format!("/proc/{}/{name}", self.0.id());
        let text = std::fs::read_to_string(&path).with_context(|| path.clone())?;
        // A process that has ended and was not waited for has no memory any more.
        anyhow::ensure!(name != "status" || text.contains("VmRSS"), "it has ended");
        Ok(text)
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// When it can't be asked.
    pub(crate) fn stop(mut self) -> Result<bool> {
        let number = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &number]).status()?;
        Ok(self.0.wait()?.success())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended needs no killing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn settings(clusters: usize, more: &str) -> String {
    let mut text = format!(
        "[sink.sns]\ntopic_arn = \"arn:aws:sns:{REGION}:444455556666:eks-alerts\"\n\
         [health]\nlisten = \"127.0.0.1:0\"\nsilence = \"9w\"\nlag = \"9w\"\n{more}\n"
    );
    for cluster in 0..clusters {
        text.push_str(&format!(
            "[[cluster]]\nlog_group = \"/aws/eks/c{cluster}/cluster\"\nregion = \"{REGION}\"\n\
             role_arn = \"arn:aws:iam::{:012}:role/reader\"\n",
            500_000_000_000 + cluster as u64
        ));
    }
    text
}
