//! Runs the real program and hands back what it said and how it ended.

use std::path::Path;
use std::process::{Command, Stdio};

/// The folder that holds `Cargo.toml`, in which every test runs the program.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// The program, not yet started: in the project's folder, with no settings from outside.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailhound"));
    command
        .args(args)
        .current_dir(ROOT)
        .env_remove("RUST_LOG")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Runs it with nothing on standard input.
pub(crate) fn run(args: &[&str]) -> Ran {
    feed(args, b"")
}

/// Runs it with these bytes on standard input.
pub(crate) fn feed(args: &[&str], input: &[u8]) -> Ran {
    let output = assert_cmd::Command::from_std(command(args))
        .write_stdin(input)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The program with all three ends on pipes.
pub(crate) fn piped(args: &[&str]) -> std::process::Child {
    let mut command = command(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

impl Ran {
    /// Asserts the exit code, and shows what was said when it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stderr: {}\nstdout: {}",
            self.err,
            self.out
        );
        self
    }

    /// Asserts that each of these stands on standard error.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "no {part:?} in: {}", self.err);
        }
        self
    }

    /// Asserts that nothing stands on standard output.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert_eq!(self.out, "");
        self
    }

    /// Standard output as JSON, an object a line.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<serde_json::Value> {
        let row = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.out.lines().map(row).collect()
    }

    /// One member of each row on standard output, as text.
    #[track_caller]
    pub(crate) fn column(&self, pointer: &str) -> Vec<String> {
        let text = |row: &serde_json::Value| {
            row.pointer(pointer)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        self.rows().iter().map(text).collect()
    }
}

/// Writes a file into a folder and gives its path.
pub(crate) fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}
