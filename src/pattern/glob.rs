//! Texts with wildcards: what they match, and which ones stand for a regular expression or a network.

use std::net::IpAddr;

use ipnet::IpNet;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind, Look};

/// More alternatives make a pattern too long.
const MOST: usize = 8;
/// Networks that are no whole number of bytes need one text for each part.
const MOST_PARTS: u32 = 8;

/// Whether a text is as the pattern says, `*` standing for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether a text may stand in quotes as it is: no quotes, no backslash, no wildcard of its own.
pub(super) fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| {
        (byte.is_ascii_graphic() || byte == b' ') && !matches!(byte, b'"' | b'\\' | b'*' | b'%')
    };
    !text.is_empty() && text.bytes().all(plain)
}

/// Texts with wildcards for a regular expression.
pub(super) struct Globs {
    /// They match wherever it does.
    pub(super) texts: Vec<String>,
    /// And nowhere else.
    pub(super) exact: bool,
}

/// The texts for a regular expression; `None` when there are none, or too many.
pub(super) fn of_regex(source: &str) -> Option<Globs> {
    let hir = regex_syntax::parse(source).ok()?;
    let begins = hir.properties().look_set_prefix().contains(Look::Start);
    let ends = hir.properties().look_set_suffix().contains(Look::End);
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_total(4 * MOST)
        .limit_class(4);
    let mut seq = extractor.extract(&hir);
    seq.dedup();
    let literals = seq.literals()?;
    if literals.is_empty() {
        return None;
    }
    let whole = literals.iter().all(|literal| literal.is_exact());
    let mut texts: Vec<String> = Vec::new();
    for literal in literals {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        if !is_plain(text) || text.len() < 3 {
            return None;
        }
        let before = if begins { "" } else { "*" };
        let after = if ends && literal.is_exact() { "" } else { "*" };
        texts.push(format!("{before}{text}{after}"));
    }
    let kept = texts.clone();
    let mut place = 0;
    // What a wider one matches needs no text of its own.
    texts.retain(|text| {
        let own = place;
        place += 1;
        !kept
            .iter()
            .enumerate()
            .any(|(other, wider)| other != own && wider != text && matches(wider, text))
    });
    let exact = whole && looks(&hir) <= usize::from(begins) + usize::from(ends);
    (texts.len() <= MOST).then_some(Globs { texts, exact })
}

/// How many assertions a regular expression has.
fn looks(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Look(_) => 1,
        HirKind::Repetition(repetition) => looks(&repetition.sub),
        HirKind::Capture(capture) => looks(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(looks).sum(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => 0,
    }
}

/// Texts that match addresses of a network as the API server writes them, and of no other; of some
/// networks not all. None where the network has no such texts.
pub(super) fn of_network(text: &str) -> Vec<String> {
    let network: Option<IpNet> = text
        .parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    match network {
        Some(IpNet::V4(network)) => {
            let bits = network.prefix_len();
            let bytes = bits.div_ceil(8).max(1);
            if 1 << (u32::from(bytes) * 8 - u32::from(bits)) > MOST_PARTS {
                return Vec::new();
            }
            let parts = network.subnets(bytes * 8).into_iter().flatten();
            let text = |part: ipnet::Ipv4Net| {
                let octets = part.network().octets();
                let shown: Vec<String> = octets
                    .iter()
                    .take(usize::from(bytes))
                    .map(u8::to_string)
                    .collect();
                let after = if bytes < 4 { ".*" } else { "" };
                shown.join(".") + after
            };
            parts.map(text).collect()
        }
        Some(IpNet::V6(network)) if network.prefix_len() == 128 => {
            vec![network.addr().to_string()]
        }
        _ => Vec::new(),
    }
}
