//! The progress bar on a terminal: how much is read, how fast, how long still.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::source::Progress;

/// How often it is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// A bar that draws itself until it is finished; nothing at all where standard error is no terminal.
pub(super) struct Bar(Option<(ProgressBar, Arc<AtomicBool>, JoinHandle<()>)>);

impl Bar {
    /// Starts to draw. The bytes are those of the inputs as they lie on disk; without a total there
    /// is no time left to tell.
    pub(super) fn start(progress: &Progress, total: Option<u64>) -> Self {
        if !std::io::stderr().is_terminal() || std::io::stdout().is_terminal() {
            // Alerts on the same terminal would tear the bar apart.
            return Self(None);
        }
        let target = ProgressDrawTarget::stderr();
        let bar = ProgressBar::with_draw_target(total, target).with_style(style(total.is_some()));
        let done = Arc::new(AtomicBool::new(false));
        let (drawn, ended, progress) = (bar.clone(), Arc::clone(&done), progress.clone());
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    drawn.set_position(progress.bytes());
                    std::thread::park_timeout(BEAT);
                }
            });
        Self(thread.ok().map(|thread| (bar, done, thread)))
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        let Some((bar, done, thread)) = self.0 else {
            return;
        };
        done.store(true, Ordering::Relaxed);
        thread.thread().unpark();
        // A bar that fell over is no reason to fail.
        let _ = thread.join();
        bar.finish_and_clear();
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = if known {
        "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left"
    } else {
        "{spinner} {bytes}  {bytes_per_sec}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
