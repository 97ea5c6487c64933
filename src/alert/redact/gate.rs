//! Passes over the texts that hold no secret, nearly all of them, at the cost of one look at each byte.
//!
//! It says "perhaps" too often and never "no" wrongly: each rule needs one of these words, or a run of
//! letters and digits that is long enough.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// What every text holds in which the name of a secret is found.
pub(super) const NAMES: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "key",
    "signature",
    "_auth",
    "x-auth",
    "redis",
];

/// The flag that names a user, where a text begins with it.
const BARE_USER: &str = "-u";

pub(super) const USER: &[&str] = &[" -u", "\t-u", "\n-u", "-user", BARE_USER];

pub(super) const AUTHORIZED: &[&str] = &[
    "authorization:",
    "authorization=",
    "authorization\"",
    "authorization'",
    "authorization\\",
];

pub(super) const SESSIONS: &[&str] = &[
    "fwogzxivyxdz",
    "fqogzxivyxdz",
    "fqodyxdz",
    "aqodyxdz",
    "iqojb3jpz2lu",
];

pub(super) const PREFIXES: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "glcbt-",
    "xox",
    "xapp-",
    "hooks.slack.com",
    "npm_",
    "pypi-",
    "aiza",
    "gocspx-",
    "ya29.",
    "k_live_",
    "k_test_",
    "whsec_",
    "hvs.",
    "hvb.",
    "hf_",
    "dop_v1_",
    "sg.",
    "sk-",
    "shpat_",
];

/// Words that one rule alone needs, and such as often stand beside a secret.
const OTHERS: &[&str] = &[
    "\"auth\"",
    "\"auth\\",
    ":/",
    "mysql",
    "mariadb",
    "mongo",
    "login",
    "ldap",
    "cookie",
    "bearer",
    "k8s-aws-v1",
    "eyj",
    "ls0tls1crudjti",
    "gcntfy-",
    "pmak-",
];

/// What the rules need, whatever its case.
const HINTS: [&[&str]; 6] = [NAMES, USER, AUTHORIZED, SESSIONS, PREFIXES, OTHERS];

/// Every word of [`HINTS`]; its place is that of its bit.
fn hints() -> impl Iterator<Item = &'static str> {
    // The bare flag counts at the beginning of a text alone.
    let words = HINTS.into_iter().flatten().copied();
    words.filter(|word| *word != BARE_USER)
}

/// How long a run must be to be a secret access key.
pub(super) const ACCESS_KEY: usize = 40;

/// How long the second part of a bootstrap token is.
const BOOTSTRAP: usize = 16;

#[allow(clippy::expect_used, reason = "constant words; every test builds it")]
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(hints())
        .expect("constant words build")
});

/// What a rule needs to find anything in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// One of these words of [`HINTS`]; `-u` is one where the text begins with it.
    Word(&'static [&'static str]),
    /// One of these words, and one of these bytes.
    Both(&'static [&'static str], &'static [u8]),
    /// What [`has_bootstrap_tail`].
    BootstrapTail,
    /// A long run of letters, digits and what stands in names.
    LongRun,
}

/// What a text shows of the needs of rules.
pub(super) struct Signs<'t> {
    text: &'t [u8],
    /// In other scripts are letters that count as ours whatever their case: then all rules look.
    is_ascii: bool,
    /// One bit for each of [`HINTS`].
    words: u128,
}

impl<'t> Signs<'t> {
    /// Looks at a text.
    pub(super) fn of(text: &'t str) -> Self {
        let words = WORDS.find_overlapping_iter(text);
        Self {
            text: text.as_bytes(),
            is_ascii: text.is_ascii(),
            words: words.fold(0, |sum, word| sum | 1 << word.pattern().as_usize()),
        }
    }

    /// Whether a rule may find something.
    pub(super) fn meet(&self, need: Need) -> bool {
        !self.is_ascii
            || match need {
                Need::Word(words) => self.has(words),
                Need::Both(words, bytes) => {
                    self.has(words) && self.text.iter().any(|byte| bytes.contains(byte))
                }
                Need::BootstrapTail => has_bootstrap_tail(self.text),
                Need::LongRun => has_run(self.text, |byte| {
                    byte.is_ascii_alphanumeric() || b"/+_.-".contains(byte)
                }),
            }
    }

    fn has(&self, words: &[&str]) -> bool {
        let shown = |word: &&str| match hints().position(|hint| hint == *word) {
            Some(place) => self.words >> place & 1 == 1,
            None => self.text.starts_with(word.as_bytes()),
        };
        words.iter().any(shown)
    }
}

/// Whether a rule could find anything in a text.
pub(super) fn may_hold_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    has_long_run(bytes)
        || has_bootstrap_tail(bytes)
        || bytes.starts_with(BARE_USER.as_bytes())
        || WORDS.is_match(bytes)
}

/// Whether there is a run of letters, digits, `/` and `+` as long as a secret access key.
fn has_long_run(bytes: &[u8]) -> bool {
    has_run(bytes, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')
    })
}

/// Whether there is a run of such bytes as long as a secret access key. A run that long lies on one
/// of every forty bytes.
fn has_run(bytes: &[u8], is_of_key: fn(&u8) -> bool) -> bool {
    let mut at = ACCESS_KEY - 1;
    while let Some(byte) = bytes.get(at) {
        if is_of_key(byte) {
            let (before, after) = bytes.split_at(at);
            let left = before
                .iter()
                .rev()
                .take_while(|byte| is_of_key(byte))
                .count();
            let right = after.iter().take_while(|byte| is_of_key(byte)).count();
            if left + right >= ACCESS_KEY {
                return true;
            }
        }
        at += ACCESS_KEY;
    }
    false
}

/// Whether a dot is followed by as many letters and digits as the secret of a bootstrap token has.
fn has_bootstrap_tail(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'.', bytes).any(|at| {
        let tail = bytes.get(at + 1..=at + BOOTSTRAP);
        tail.is_some_and(|tail| tail.iter().all(u8::is_ascii_alphanumeric))
    })
}
