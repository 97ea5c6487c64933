//! Functions of IP addresses. A text that is no address gives false.
//!
//! An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4. The documentation ranges of
//! RFC 5737 and RFC 3849 count as public: they stand for public addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::text::text;
use super::{Constants, Definition, Prepared};
use crate::query::coerce::text_of;
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("isValidIp", 1, 1, |args, _| judge(args, |_| true)),
    Definition::new("isValidIpV4", 1, 1, |args, _| {
        judge_spelling(args, |ip| ip.is_ipv4())
    }),
    Definition::new("isValidIpV6", 1, 1, |args, _| {
        judge_spelling(args, |ip| ip.is_ipv6())
    }),
    Definition::new("isIpInSubnet", 2, 2, |args, _| {
        in_dynamic_subnet(args, |_| true)
    })
    .prepared_by(|constants| subnet(constants, |_| true)),
    Definition::new("isIpv4InSubnet", 2, 2, |args, _| {
        in_dynamic_subnet(args, IpAddr::is_ipv4)
    })
    .prepared_by(|constants| subnet(constants, IpAddr::is_ipv4)),
    Definition::new("isIpv6InSubnet", 2, 2, |args, _| {
        in_dynamic_subnet(args, IpAddr::is_ipv6)
    })
    .prepared_by(|constants| subnet(constants, IpAddr::is_ipv6)),
    Definition::new("ipv4ToNumber", 1, 1, |args, _| match address(args) {
        Some(IpAddr::V4(ip)) => Value::Number(f64::from(u32::from(ip))),
        _ => Value::Missing,
    }),
    Definition::new("isPrivateIP", 1, 1, |args, _| judge(args, is_private)),
    Definition::new("isReservedIP", 1, 1, |args, _| judge(args, is_reserved)),
    Definition::new("isPublicIP", 1, 1, |args, _| {
        judge(args, |ip| !is_private(ip) && !is_reserved(ip))
    }),
];

/// The kinds of address a subnet function accepts.
type Family = fn(&IpAddr) -> bool;

fn address(args: &mut [Value<'_>]) -> Option<IpAddr> {
    text(args, 0)?
        .parse::<IpAddr>()
        .ok()
        .map(|ip| ip.to_canonical())
}

fn judge<'r>(args: &mut [Value<'r>], judge: fn(IpAddr) -> bool) -> Value<'r> {
    Value::Bool(address(args).is_some_and(judge))
}

fn judge_spelling<'r>(args: &mut [Value<'r>], judge: fn(IpAddr) -> bool) -> Value<'r> {
    Value::Bool(
        text(args, 0)
            .and_then(|text| text.parse().ok())
            .is_some_and(judge),
    )
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

/// Loopback, link-local, shared (100.64.0.0/10), multicast, broadcast, benchmarking, future use.
fn is_reserved(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_reserved_v4(ip),
        IpAddr::V6(ip) => is_reserved_v6(ip),
    }
}

const fn is_reserved_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && b & 0xc0 == 64;
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmarking = a == 198 && b & 0xfe == 18;
    a == 0
        || a >= 224
        || shared
        || protocol
        || benchmarking
        || ip.is_loopback()
        || ip.is_link_local()
}

const fn is_reserved_v6(ip: Ipv6Addr) -> bool {
    ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || ip.is_unicast_link_local()
}

/// A network in CIDR notation; a bare address is a network of one.
fn network(text: &str) -> Option<IpNet> {
    let parsed = text.parse::<IpNet>().ok();
    parsed.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn subnet(constants: &Constants<'_>, family: Family) -> Result<Option<Prepared>, String> {
    let Some(Some(given)) = constants.get(1) else {
        return Ok(None);
    };
    let given = match given {
        Value::List(items) => &**items,
        single => std::slice::from_ref(*single),
    };
    let mut networks = Vec::with_capacity(given.len());
    for value in given {
        let text = text_of(value).unwrap_or_default();
        let network = network(&text)
            .ok_or_else(|| format!("{text:?} is not a network; write it like \"10.0.0.0/8\""))?;
        networks.push(network);
    }
    Ok(Some(Box::new(move |args, _| {
        let ip = address(args).filter(family);
        Value::Bool(ip.is_some_and(|ip| networks.iter().any(|network| network.contains(&ip))))
    })))
}

fn in_dynamic_subnet<'r>(args: &mut [Value<'r>], family: Family) -> Value<'r> {
    let Some(ip) = address(args).filter(family) else {
        return Value::Bool(false);
    };
    let holds = |value: &Value<'_>| {
        text_of(value)
            .and_then(|text| network(&text))
            .is_some_and(|network| network.contains(&ip))
    };
    Value::Bool(match args.get(1) {
        Some(Value::List(items)) => items.iter().any(holds),
        Some(single) => holds(single),
        None => false,
    })
}
