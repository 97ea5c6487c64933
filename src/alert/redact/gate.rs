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

pub(super) const USER: &[&str] = &[" -u", "\t-u", "\n-u", "-user"];

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

/// The flag that names a user, where a text begins with it.
const BARE_USER: &str = "-u";

/// Some of the words of [`HINTS`], one bit each: that of its place in them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hints(u128);

impl Hints {
    /// These words, each of which is one of [`HINTS`].
    pub(super) const fn of(mut words: &[&str]) -> Self {
        let mut bits = 0;
        while let Some((word, rest)) = words.split_first() {
            bits |= 1 << place(word);
            words = rest;
        }
        Self(bits)
    }

    /// These, and the flag that names a user at the beginning of a text.
    pub(super) const fn or_bare_user(self) -> Self {
        Self(self.0 | Self::BARE_USER)
    }

    const BARE_USER: u128 = 1 << 127;

    /// Those that a text holds, whatever their case.
    fn shown(text: &str) -> Self {
        let bare = match text.starts_with(BARE_USER) {
            true => Self::BARE_USER,
            false => 0,
        };
        let words = WORDS.find_overlapping_iter(text);
        Self(words.fold(bare, |bits, word| bits | 1 << word.pattern().as_usize()))
    }

    const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The place of a word in [`HINTS`]; one that is not there does not compile.
const fn place(word: &str) -> usize {
    let (mut place, mut lists) = (0, HINTS.as_slice());
    while let Some((list, others)) = lists.split_first() {
        let mut list = *list;
        while let Some((hint, rest)) = list.split_first() {
            if is_same(hint.as_bytes(), word.as_bytes()) {
                return place;
            }
            place += 1;
            list = rest;
        }
        lists = others;
    }
    // No bit is there, and the constant that asks for it does not compile.
    usize::MAX
}

const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let (Some((a, one_rest)), Some((b, other_rest))) =
        (one.split_first(), other.split_first())
    {
        if *a != *b {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
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
        .build(HINTS.iter().copied().flatten())
        .expect("constant words build")
});

/// What a rule needs to find anything in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// One of these words.
    Word(Hints),
    /// One of these words, and one of these bytes.
    Both(Hints, &'static [u8]),
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
    words: Hints,
}

impl<'t> Signs<'t> {
    /// Looks at a text.
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            is_ascii: text.is_ascii(),
            words: Hints::shown(text),
        }
    }

    /// Whether a rule may find something.
    pub(super) fn meet(&self, need: Need) -> bool {
        !self.is_ascii
            || match need {
                Need::Word(words) => self.words.meet(words),
                Need::Both(words, bytes) => {
                    self.words.meet(words) && self.text.iter().any(|byte| bytes.contains(byte))
                }
                Need::BootstrapTail => has_bootstrap_tail(self.text),
                Need::LongRun => has_run(self.text, |byte| {
                    byte.is_ascii_alphanumeric() || b"/+_.-".contains(byte)
                }),
            }
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
