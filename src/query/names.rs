//! The words of the language: what a bare name may look like, which words are taken, and the system
//! fields of CloudWatch Logs.

/// Words that mean something inside an expression. A field of that name needs backticks.
const RESERVED: [&str; 11] = [
    "and", "or", "not", "in", "like", "as", "by", "asc", "desc", "true", "false",
];

/// Words that mean something only beside `parse`, or nothing but trouble.
const UNWISE: [&str; 3] = ["logfmt", "csv", "null"];

/// The fields every log event has, in CloudWatch's own spelling.
const SYSTEM_FIELDS: [&str; 12] = [
    "@timestamp",
    "@message",
    "@logStream",
    "@log",
    "@ingestionTime",
    "@ptr",
    "@aws.account",
    "@aws.region",
    "@source.log",
    "@data_source_name",
    "@data_source_type",
    "@data_format",
];

/// The system field that a name means when case does not matter.
pub(super) fn system_field(name: &str) -> Option<&'static str> {
    SYSTEM_FIELDS
        .into_iter()
        .find(|field| field.eq_ignore_ascii_case(name))
}

/// Whether a word is taken, in any case.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED
        .iter()
        .any(|taken| taken.eq_ignore_ascii_case(word))
}

/// A character that may stand in a bare name, beside the dot.
pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '@'
}

/// A character that a bare name may begin with.
pub(super) fn is_name_start(c: char) -> bool {
    is_name_char(c) && !c.is_numeric()
}

/// A name as it must be written: bare if it can be, else in backticks.
pub(super) fn written(name: &str) -> String {
    if is_bare(name) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A key of a map as it must be written after a dot.
pub(super) fn written_key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if bare { key.to_owned() } else { quoted(key) }
}

/// A name in a sentence: in backticks, once.
pub(super) fn in_words(name: &str) -> String {
    quoted(name)
}

fn is_bare(name: &str) -> bool {
    let simple = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .is_some_and(|c| c.is_ascii() && is_name_char(c))
            && chars.all(|c| c.is_ascii() && is_name_char(c))
    };
    let other_case = system_field(name).is_some_and(|field| field != name);
    name.starts_with(is_name_start)
        && name.split('.').all(simple)
        && !is_reserved(name)
        && !UNWISE.iter().any(|word| word.eq_ignore_ascii_case(name))
        && !other_case
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The candidate that looks most like `word`, if any does; case counts little.
pub(super) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Two words that are less alike than this have nothing to do with each other.
    const ALIKE: f64 = 0.8;
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
