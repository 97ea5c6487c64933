//! Secrets in free text: commands, user agents, messages.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};

/// What stands where a secret stood.
pub const MARK: &str = "[redacted]";

/// One kind of secret and what stays of it.
struct Rule {
    pattern: Regex,
    replace: fn(&Captures<'_>) -> String,
}

/// The words that name a secret, at the end of a key or flag.
pub(super) const SECRET_WORD: &str = "(?:passw(?:or)?d|passphrase|passwd|mysql_pwd|secret|token|\
     credentials?|api[_-]?key|(?:secret|private|encryption|signing)[_-]?(?:access[_-]?)?key|\
     x-amz-signature)";

/// A key, with what may stand between it and its value; then the value, quoted, quoted in a quoted
/// text, or bare.
const KEY_AND_VALUE: &str = r#"(?ix)
    ( WORD \\* ["']? \s{0,4} [=:] \s{0,4} )
    ( \[redacted\] | \\+" [^"\\]* \\* "? | "[^"]*"? | '[^']*'? | [^\s"'&;,\\]+ )"#;

/// A flag and the argument after it.
const FLAG_AND_ARGUMENT: &str = r#"(?ix)
    ( (?:^|\s) --? [a-z0-9_-]{0,64} WORD \s+ )
    ( "[^"]*"? | '[^']*'? | [^\s-] \S* )"#;

/// A private key in PEM; to the end of the text when the end of the block was cut off.
const PRIVATE_KEY: &str = r"(?sx)
    -----BEGIN\ [A-Z\x20]{0,40}PRIVATE\ KEY-----
    .*? (?: -----END\ [A-Z\x20]{0,40}PRIVATE\ KEY----- | \z )";

/// `https://user:password@host`, to the last `@` before the path.
const URL_LOGIN: &str = r"(?ix) \b ( [a-z][a-z0-9+.-]{0,31} :// [^\s/@:]* ) : [^\s/]+ @";

/// `curl -u user:password`.
const USER_FLAG: &str = r"(?x) ( (?:^|\s) (?:-u|--user) [\s=] [^\s:]{1,128} : ) ( \S+ )";

/// `Authorization: Basic …`; bearer tokens have a rule of their own.
const AUTHORIZATION: &str = r#"(?ix)
    \b ( (?:proxy-)? authorization \\* ["']? [:=] \s* (?:basic|digest|negotiate) \s+ ) ( \S+ )"#;

const BEARER: &str = r"(?ix) \b ( bearer [\s:]+ ) ( [A-Z0-9._~+/=-]{4,} )";

/// The token that `aws eks get-token` makes: a signed URL.
const EKS_TOKEN: &str = r"(?x) ( k8s-aws-v1\. ) ( [A-Za-z0-9_-]+ =* )";

/// A JSON Web Token: two parts at least, since the first alone is no secret.
const JWT: &str = r"(?x) eyJ [A-Za-z0-9_-]{6,} \. [A-Za-z0-9_-]+ (?: \. [A-Za-z0-9_-]* )?";

/// Session tokens of STS, by how they begin; percent-encoded too.
const SESSION_TOKEN: &str = r"(?x)
    (?: FwoGZXIvYXdz | FQoGZXIvYXdz | FQoDYXdz | AQoDYXdz | IQoJb3JpZ2lu ) [A-Za-z0-9/+=%_-]*";

/// Tokens that their makers gave a prefix to be found by.
const PREFIXED_TOKEN: &str = r"(?x) \b (?:
      gh[pousr]_ [A-Za-z0-9]{20,}
    | github_pat_ [A-Za-z0-9_]{20,}
    | glpat- [A-Za-z0-9_-]{20,}
    | xox[abeprs]- [A-Za-z0-9-]{10,}
    | npm_ [A-Za-z0-9]{30,}
    | AIza [A-Za-z0-9_-]{30,}
    | [rs]k_live_ [A-Za-z0-9]{16,}
    )";

/// A run that may be a secret access key; [`secret_access_key`] looks closer.
const LONG_RUN: &str = "[A-Za-z0-9/+_.-]{40,}";

/// Ordered: what names its secret comes before what is told by its looks, so that the whole value
/// goes, not only the part that looks odd.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |pattern: &str, replace: fn(&Captures<'_>) -> String| Rule {
        pattern: constant(&pattern.replace("WORD", SECRET_WORD)),
        replace,
    };
    vec![
        rule(PRIVATE_KEY, whole),
        rule(URL_LOGIN, after_name),
        rule(KEY_AND_VALUE, after_key),
        rule(FLAG_AND_ARGUMENT, after_key),
        rule(USER_FLAG, after_key),
        rule(AUTHORIZATION, after_key),
        rule(BEARER, bearer),
        rule(EKS_TOKEN, after_key),
        rule(JWT, whole),
        rule(SESSION_TOKEN, whole),
        rule(PREFIXED_TOKEN, whole),
        rule(LONG_RUN, secret_access_key),
    ]
});

/// All rules at once, to leave the texts alone that hold no secret: nearly all.
#[allow(
    clippy::expect_used,
    reason = "constant expressions; the tests compile them all"
)]
static ANY_RULE: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = RULES.iter().map(|rule| rule.pattern.as_str());
    RegexSet::new(patterns).expect("constant expressions compile together")
});

/// Compiles an expression that is a constant of this program.
#[allow(
    clippy::expect_used,
    reason = "constant expressions; the tests compile them all"
)]
pub(super) fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant expression compiles")
}

fn group<'t>(found: &Captures<'t>, index: usize) -> &'t str {
    found.get(index).map_or("", |part| part.as_str())
}

fn whole(_: &Captures<'_>) -> String {
    MARK.to_owned()
}

fn after_name(found: &Captures<'_>) -> String {
    format!("{}:{MARK}@", group(found, 1))
}

/// Keeps the key; keeps what is no secret, too: a switch, and an access key id, which some tools
/// call a key or a token.
fn after_key(found: &Captures<'_>) -> String {
    let (key, value) = (group(found, 1), group(found, 2));
    let is_id = value.len() == 20
        && (value.starts_with("AKIA") || value.starts_with("ASIA"))
        && value
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if is_id || matches!(value, "true" | "false") {
        format!("{key}{value}")
    } else {
        format!("{key}{MARK}")
    }
}

/// "bearer authentication" is prose; a token is long or has a digit.
fn bearer(found: &Captures<'_>) -> String {
    let (word, token) = (group(found, 1), group(found, 2));
    if token.len() >= 16 || token.bytes().any(|b| b.is_ascii_digit()) {
        format!("{word}{MARK}")
    } else {
        group(found, 0).to_owned()
    }
}

/// AWS secret access keys are forty characters of base64 and nothing else marks them. Paths, digests
/// and names lack the mix of cases and digits, or are of another length.
fn secret_access_key(found: &Captures<'_>) -> String {
    let run = group(found, 0);
    // The end of a sentence, and the like, is no part of the key.
    let key = run.trim_matches(['.', '-', '_']);
    let count = |of: fn(&u8) -> bool| key.bytes().filter(&of).count();
    let is_key = key.len() == 40
        && !key.contains(['_', '.', '-'])
        && count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
        && count(u8::is_ascii_digit) >= 1;
    if is_key {
        run.replace(key, MARK)
    } else {
        run.to_owned()
    }
}

/// The text without what looks like a secret; borrowed when there is none.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    if is_too_short(text) {
        return Cow::Borrowed(text);
    }
    let mut current = Cow::Borrowed(text);
    // What one rule takes out can lay bare the border of another secret: again, until nothing
    // changes. Two passes do for honest text; the bound is for hostile one.
    for _ in 0..8 {
        let next = pass(&current);
        let Cow::Owned(next) = next else { break };
        if next == *current {
            break;
        }
        current = Cow::Owned(next);
    }
    current
}

/// Whether a text is so short that it could only be a secret next to a name, and has none: verbs,
/// resources, codes.
fn is_too_short(text: &str) -> bool {
    text.len() < 14 && !text.contains(['=', ':', ' ', '-', '%'])
}

fn pass(text: &str) -> Cow<'_, str> {
    if !ANY_RULE.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut current = Cow::Borrowed(text);
    for rule in RULES.iter() {
        if let Cow::Owned(next) = rule.pattern.replace_all(&current, rule.replace) {
            current = Cow::Owned(next);
        }
    }
    current
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
