//! ATT&CK technique ids, and the tactics they serve.

/// Whether a text has the form of a technique id: `T1078` or `T1078.004`.
#[must_use]
pub(super) fn is_technique(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('T') else {
        return false;
    };
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match rest.split_once('.') {
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        None => digits(rest, 4),
    }
}

/// The tactics that a technique serves, as ATT&CK spells them (`lateral-movement`); none for one that
/// is not in the table. A sub-technique serves those of its technique.
///
/// From the Enterprise matrix, <https://attack.mitre.org/matrices/enterprise/>: what concerns
/// containers, clouds and their nodes.
#[must_use]
pub fn tactics(technique: &str) -> &'static [&'static str] {
    let parent = technique.split('.').next().unwrap_or_default();
    let found = TACTICS.iter().find(|(_, ids)| ids.contains(&parent));
    found.map_or(&[], |(tactics, _)| tactics)
}

/// Techniques by what they serve.
const TACTICS: [(&[&str], &[&str]); 25] = [
    (&["reconnaissance"], &["T1589", "T1592", "T1595", "T1596"]),
    (
        &["resource-development"],
        &[
            "T1583", "T1584", "T1585", "T1586", "T1587", "T1588", "T1608",
        ],
    ),
    (
        &["initial-access"],
        &["T1189", "T1190", "T1195", "T1199", "T1566"],
    ),
    (&["initial-access", "persistence"], &["T1133"]),
    (
        &[
            "initial-access",
            "persistence",
            "privilege-escalation",
            "defense-evasion",
        ],
        &["T1078"],
    ),
    (
        &["execution"],
        &[
            "T1059", "T1106", "T1129", "T1203", "T1204", "T1569", "T1609", "T1648", "T1651",
        ],
    ),
    (
        &["execution", "persistence", "privilege-escalation"],
        &["T1053"],
    ),
    (&["execution", "defense-evasion"], &["T1610"]),
    (&["execution", "lateral-movement"], &["T1072"]),
    (&["persistence"], &["T1136", "T1505", "T1525", "T1554"]),
    (
        &["persistence", "privilege-escalation"],
        &["T1098", "T1543", "T1546"],
    ),
    (
        &["persistence", "defense-evasion", "credential-access"],
        &["T1556"],
    ),
    (&["privilege-escalation"], &["T1068", "T1611"]),
    (
        &["privilege-escalation", "defense-evasion"],
        &["T1055", "T1134", "T1484", "T1548"],
    ),
    (
        &["defense-evasion"],
        &[
            "T1014", "T1027", "T1036", "T1070", "T1140", "T1211", "T1222", "T1535", "T1562",
            "T1564", "T1578", "T1600", "T1612", "T1620", "T1666",
        ],
    ),
    (&["defense-evasion", "lateral-movement"], &["T1550"]),
    (
        &["credential-access"],
        &[
            "T1003", "T1110", "T1212", "T1528", "T1539", "T1552", "T1555", "T1606", "T1621",
            "T1649",
        ],
    ),
    (&["credential-access", "collection"], &["T1557"]),
    (&["credential-access", "discovery"], &["T1040"]),
    (
        &["discovery"],
        &[
            "T1007", "T1016", "T1018", "T1033", "T1046", "T1049", "T1057", "T1069", "T1082",
            "T1083", "T1087", "T1135", "T1201", "T1518", "T1526", "T1538", "T1580", "T1613",
            "T1614", "T1619",
        ],
    ),
    (&["lateral-movement"], &["T1021", "T1210", "T1534", "T1570"]),
    (
        &["collection"],
        &[
            "T1005", "T1039", "T1074", "T1119", "T1213", "T1530", "T1560",
        ],
    ),
    (
        &["command-and-control"],
        &[
            "T1071", "T1090", "T1095", "T1102", "T1105", "T1219", "T1571", "T1572", "T1573",
        ],
    ),
    (
        &["exfiltration"],
        &["T1020", "T1030", "T1041", "T1048", "T1537", "T1567"],
    ),
    (
        &["impact"],
        &[
            "T1485", "T1486", "T1489", "T1490", "T1491", "T1496", "T1498", "T1499", "T1529",
            "T1531", "T1561", "T1565",
        ],
    ),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    #[test]
    fn a_sub_technique_serves_what_its_technique_serves() {
        assert_eq!(tactics("T1078.004"), tactics("T1078"));
        assert_eq!(tactics("T1611"), ["privilege-escalation"]);
        assert!(tactics("T9999").is_empty());
        assert!(tactics("").is_empty());
    }

    #[test]
    fn every_technique_of_a_built_in_detector_serves_something() {
        let mut seen = 0;
        for (path, text) in super::super::library::files() {
            let file: toml::Table = text.parse().unwrap();
            let ids = file.get("attack").and_then(toml::Value::as_array);
            for id in ids.into_iter().flatten().filter_map(toml::Value::as_str) {
                seen += 1;
                assert!(!tactics(id).is_empty(), "{path}: {id}");
            }
        }
        assert!(seen > 100, "{seen}");
    }

    #[test]
    fn no_technique_stands_in_the_table_twice() {
        let mut all: Vec<_> = TACTICS.iter().flat_map(|(_, ids)| *ids).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|id| is_technique(id)));
    }
}
