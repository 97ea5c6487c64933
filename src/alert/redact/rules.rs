//! What a secret looks like, and what stays of it. Which text is looked at is decided elsewhere.

use std::sync::OnceLock;

use regex::{Captures, Regex};

use super::gate::{AUTHORIZED, Hints, NAMES, Need, PREFIXES, SESSIONS, USER};
use super::keep::{
    access_key, after_key, after_name, bearer, bootstrap, named_beside, user_flag, whole,
};

/// What stands where a secret stood.
pub const MARK: &str = "[redacted]";

/// One kind of secret and what stays of it.
pub(super) struct Rule {
    /// What to find, `WORD` standing for [`SECRET_WORD`].
    pattern: &'static str,
    /// Without which there is nothing to find.
    pub(super) need: Need,
    /// What to write instead; it is given the whole text too.
    pub(super) replace: fn(&Captures<'_>, &str) -> String,
    built: OnceLock<Regex>,
}

impl Rule {
    const fn new(
        pattern: &'static str,
        need: Need,
        replace: fn(&Captures<'_>, &str) -> String,
    ) -> Self {
        Self {
            pattern,
            need,
            replace,
            built: OnceLock::new(),
        }
    }

    /// What to find, built when a text first shows what the rule needs.
    pub(super) fn pattern(&self) -> &Regex {
        self.built
            .get_or_init(|| constant(&self.pattern.replace("WORD", SECRET_WORD)))
    }
}

/// The words that name a secret, at the end of a key or flag.
pub(super) const SECRET_WORD: &str = "(?:passw(?:or)?d|passphrase|passcode|mysql_pwd|[_-]pwd|\
     (?:\\b|_)pass|secret|token|credentials?|api[_-]?key|client-key-data|(?:\\bx-|_|redis-)auth|\
     (?:secret|private|encryption|signing|account|master|shared)[_-]?(?:access[_-]?)?key|\
     \\bsignature)";

/// A key, with what may stand between it and its value; then the value, quoted, quoted in a quoted
/// text, or bare.
const KEY_AND_VALUE: &str = r#"(?ix)
    ( WORD \\* ["']? \s{0,4} [=:] \s{0,4} )
    ( \[redacted\] | \\+" [^"\\]* \\* "? | "[^"]*"? | '[^']*'? | [^\s"'&;,\\]+ )"#;

/// `"name":"DB_PASSWORD","value":"…"`, an environment variable in a text of JSON.
const NAME_AND_VALUE: &str = r#"(?ix)
    ( WORD \\*" \s* , \s* \\*"value\\*" \s* : \s* \\*" ) ( \[redacted\] | [^"\\]+ )"#;

/// A flag and the argument after it, or `aws configure set aws_secret_access_key …`.
const FLAG_AND_ARGUMENT: &str = r#"(?ix)
    ( (?:^|[\s"'`(]) (?: --? [a-z0-9_-]{0,64} WORD | aws_[a-z_]{0,32} (?:key|token) ) \s+ )
    ( "[^"]*"? | '[^']*'? | [^\s=:-] \S* )"#;

/// The same, when a command stands in a URI, a word in each parameter.
const PARAMETERS: &str = r#"(?ix)
    ( [?&] [a-z]{1,32} = --? [a-z0-9_-]{0,64} WORD & [a-z]{1,32} = )
    ( \[redacted\] | [^\s"'&;,\\-] [^\s"'&;,\\]* )"#;

/// A private key in PEM; to the end of the text when the end of the block was cut off.
const PRIVATE_KEY: &str = r"(?sx)
    -----BEGIN\ [A-Z\x20]{0,40}PRIVATE\ KEY-----
    .*? (?: -----END\ [A-Z\x20]{0,40}PRIVATE\ KEY----- | \z )";

/// The end of a private key whose beginning was cut off.
const END_OF_PRIVATE_KEY: &str = r"(?sx)
    [A-Za-z0-9+/=\s\\]* -----END\ [A-Z\x20]{0,40}PRIVATE\ KEY-----";

/// A private key in PEM in base64, as kubeconfigs and Secrets hold it; certificates stay.
const ENCODED_PRIVATE_KEY: &str = r"(?x)
    LS0tLS1CRUdJTiB (?: SU0E | QUklW | FQy | FTkNS | PUEVO | EU0E ) [A-Za-z0-9+/=_-]*";

/// `https://user:password@host`, to the last `@` before the path; also with its slashes made one.
const URL_LOGIN: &str = r"(?ix) \b ( [a-z][a-z0-9+.-]{0,31} :/{1,3} [^\s/@:]* ) : [^\s/]+ @";

/// `https://token@host`.
const URL_TOKEN: &str = r"(?ix) ( [a-z]:/{1,3} ) ( [a-z0-9_-]{20,} ) @";

/// `curl -u user:password`.
const USER_FLAG: &str = r"(?x) ( (?:^|[\x20\t\n]) (?:-u\s* | --(?:proxy-)?user[\s=]) ['\x22]? ) ( [^\s:+-][^\s:]* ) : ( \S+ )";

/// `Authorization: Basic …`; bearer tokens have a rule of their own.
const AUTHORIZATION: &str = r#"(?ix)
    \b ( (?:proxy-)? authorization \\* ["']? [:=] \s* \\* ["']?
    (?:basic|digest|negotiate|apikey|token|key) \s+ ) ( \[redacted\] | [^\s"']+ )"#;

const BEARER: &str = r"(?ix) \b ( bearer [\s:]+ ) ( [A-Z0-9._~+/=-]{4,} )";

/// `Cookie: …`, to the end of the header.
const COOKIE: &str = r#"(?ix) \b ( (?:set-)? cookie: \s* ) ( \[redacted\] | [^\s"'] [^"'\r\n]* )"#;

/// `"auth":"…"` in the settings of Docker, and those settings in base64.
const DOCKER_LOGIN: &str = r#"(?ix)
    ( "auth\\*" \s* : \s* \\*" | \beyJhdXRocyI6 ) ( \[redacted\] | [A-Z0-9+/=_-]+ )"#;

/// The token that `aws eks get-token` makes: a signed URL.
const EKS_TOKEN: &str = r"(?ix) ( k8s-aws-v1\. ) ( [A-Z0-9_-]+ =* )";

/// A JSON Web Token: two parts at least, since the first alone is no secret.
const JWT: &str = r"(?x) eyJ [A-Za-z0-9_-]{6,} \. [A-Za-z0-9_-]+ (?: \. [A-Za-z0-9_-]* )?";

/// Session tokens of STS, by how they begin; percent-encoded too.
const SESSION_TOKEN: &str = r"(?x)
    (?: FwoGZXIvYXdz | FQoGZXIvYXdz | FQoDYXdz | AQoDYXdz | IQoJb3JpZ2lu ) [A-Za-z0-9/+=%_-]*";

/// Tokens that their makers gave a prefix to be found by; shorter than they are, for those cut off.
const PREFIXED_TOKEN: &str = r"(?x) (?:
      gh[pousr]_ [A-Za-z0-9]{12,}
    | github_pat_ [A-Za-z0-9_]{12,}
    | (?:glpat|gldt|glrt|glcbt)- [A-Za-z0-9_-]{12,}
    | xox[abeprs]- [A-Za-z0-9-]{10,}
    | xapp- [A-Za-z0-9-]{12,}
    | hooks\.slack\.com/(?:services|workflows|triggers)/ [A-Za-z0-9/]+
    | npm_ [A-Za-z0-9]{20,}
    | pypi-[A-Za-z0-9_-]{12,}
    | AIza [A-Za-z0-9_-]{12,}
    | GOCSPX- [A-Za-z0-9_-]{12,}
    | ya29\. [A-Za-z0-9_-]{12,}
    | [rs]k_(?:live|test)_ [A-Za-z0-9]{12,}
    | whsec_ [A-Za-z0-9]{12,}
    | hv[sb]\. [A-Za-z0-9_-]{12,}
    | \bhf_ [A-Za-z0-9]{20,}
    | dop_v1_ [a-f0-9]{12,}
    | \bSG\. [A-Za-z0-9_-]{12,} \. [A-Za-z0-9_-]{12,}
    | \bsk- [A-Za-z0-9_-]* [A-Za-z0-9]{20} [A-Za-z0-9_-]*
    | shpat_ [a-f0-9]{20,}
    )";

/// A token by which a node joins: six characters that name it, sixteen that are secret
/// (kubeadm's `bootstraptoken`). The characters beside it show that it is no part of a host name.
const BOOTSTRAP_TOKEN: &str = r"(?x)
    ( (?:^|[^A-Za-z0-9.-]) [a-z0-9]{6} \. ) ( [a-z0-9]{16} ) ( $ | \.$ | \.\s | [^A-Za-z0-9.-] )";

/// A run that may be a secret access key; [`access_key`] looks closer.
const LONG_RUN: &str = "[A-Za-z0-9/+_.-]{40,}";

const SPACE: &[u8] = b" \t\n\r\x0b\x0c";

/// Ordered: what names its secret comes before what is told by its looks, so that the whole value
/// goes, not only the part that looks odd.
pub(super) static RULES: [Rule; 20] = [
    Rule::new(PRIVATE_KEY, Need::Word(Hints::of(&["key"])), whole),
    Rule::new(END_OF_PRIVATE_KEY, Need::Word(Hints::of(&["key"])), whole),
    Rule::new(URL_LOGIN, Need::Both(Hints::of(&[":/"]), b"@"), after_name),
    Rule::new(
        URL_TOKEN,
        Need::Both(Hints::of(&[":/"]), b"@"),
        named_beside,
    ),
    Rule::new(COOKIE, Need::Word(Hints::of(&["cookie"])), after_key),
    Rule::new(PARAMETERS, Need::Both(Hints::of(NAMES), b"&"), after_key),
    Rule::new(
        KEY_AND_VALUE,
        Need::Both(Hints::of(NAMES), b"=:"),
        after_key,
    ),
    Rule::new(
        NAME_AND_VALUE,
        Need::Both(Hints::of(NAMES), b","),
        after_key,
    ),
    Rule::new(
        FLAG_AND_ARGUMENT,
        Need::Both(Hints::of(NAMES), SPACE),
        after_key,
    ),
    Rule::new(
        USER_FLAG,
        Need::Both(Hints::of(USER).or_bare_user(), b":"),
        user_flag,
    ),
    Rule::new(AUTHORIZATION, Need::Word(Hints::of(AUTHORIZED)), after_key),
    Rule::new(BEARER, Need::Word(Hints::of(&["bearer"])), bearer),
    Rule::new(
        DOCKER_LOGIN,
        Need::Word(Hints::of(&["\"auth\"", "\"auth\\", "eyj"])),
        after_key,
    ),
    Rule::new(EKS_TOKEN, Need::Word(Hints::of(&["k8s-aws-v1"])), after_key),
    Rule::new(JWT, Need::Word(Hints::of(&["eyj"])), whole),
    Rule::new(SESSION_TOKEN, Need::Word(Hints::of(SESSIONS)), whole),
    Rule::new(PREFIXED_TOKEN, Need::Word(Hints::of(PREFIXES)), whole),
    Rule::new(
        ENCODED_PRIVATE_KEY,
        Need::Word(Hints::of(&["ls0tls1crudjti"])),
        whole,
    ),
    Rule::new(BOOTSTRAP_TOKEN, Need::BootstrapTail, bootstrap),
    Rule::new(LONG_RUN, Need::LongRun, access_key),
];

/// Compiles an expression that is a constant of this program.
#[allow(
    clippy::expect_used,
    reason = "constant expressions; the tests compile them all"
)]
pub(super) fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant expression compiles")
}
