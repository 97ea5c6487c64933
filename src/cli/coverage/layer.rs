//! A layer for the ATT&CK Navigator, in version 4.5 of its file format: how many detectors stand
//! behind each technique. (`layers/LAYERFORMATv4_5.md` of mitre-attack/attack-navigator.)

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::Answer;
use crate::detect::Severity;

#[derive(Serialize)]
struct Layer<'a> {
    name: &'static str,
    versions: Versions,
    domain: &'static str,
    description: String,
    sorting: u8,
    layout: Layout,
    #[serde(rename = "hideDisabled")]
    hide_disabled: bool,
    techniques: Vec<Technique<'a>>,
    gradient: Gradient,
    metadata: Vec<Pair>,
}

/// The version of ATT&CK is left out: the ids are those of its current one.
#[derive(Serialize)]
struct Versions {
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    layout: &'static str,
    #[serde(rename = "showID")]
    show_id: bool,
    show_name: bool,
    show_aggregate_scores: bool,
    count_unscored: bool,
    aggregate_function: &'static str,
    expanded_subtechniques: &'static str,
}

#[derive(Serialize)]
struct Technique<'a> {
    #[serde(rename = "techniqueID")]
    id: &'a str,
    score: usize,
    comment: String,
    enabled: bool,
    metadata: Vec<Pair>,
    #[serde(rename = "showSubtechniques")]
    show_subtechniques: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 3],
    min_value: usize,
    max_value: usize,
}

#[derive(Serialize)]
struct Pair {
    name: &'static str,
    value: String,
}

/// The layer as JSON, with a line break at its end.
pub(super) fn of(answers: &[Answer<'_>]) -> serde_json::Result<String> {
    let mut by_technique: BTreeMap<&str, Vec<&Answer<'_>>> = BTreeMap::new();
    for answer in answers {
        for technique in answer.attack {
            by_technique.entry(technique).or_default().push(answer);
        }
    }
    let most = by_technique.values().map(Vec::len).max().unwrap_or(1);
    let parents = |id: &str| by_technique.keys().any(|other| is_below(other, id));
    let techniques = by_technique
        .iter()
        .map(|(id, answers)| technique(id, answers, parents(id)))
        .collect();
    let on = answers.iter().filter(|answer| answer.on == "yes").count();
    let layer = Layer {
        name: "trailhound",
        versions: Versions {
            navigator: "4.9.0",
            layer: "4.5",
        },
        domain: "enterprise-attack",
        description: format!(
            "Techniques that trailhound {} detects in the control-plane logs of Amazon EKS; the score is the number of detectors",
            env!("CARGO_PKG_VERSION")
        ),
        sorting: 3,
        layout: Layout {
            layout: "side",
            show_id: true,
            show_name: true,
            show_aggregate_scores: true,
            count_unscored: false,
            aggregate_function: "sum",
            expanded_subtechniques: "annotated",
        },
        hide_disabled: false,
        techniques,
        gradient: Gradient {
            colors: ["#fff7bc", "#fec44f", "#d95f0e"],
            min_value: 0,
            max_value: most,
        },
        metadata: vec![
            pair("detectors", answers.len().to_string()),
            pair("on by default", on.to_string()),
        ],
    };
    Ok(serde_json::to_string_pretty(&layer)? + "\n")
}

fn technique<'a>(id: &'a str, answers: &[&Answer<'_>], is_parent: bool) -> Technique<'a> {
    let named: Vec<String> = answers
        .iter()
        .map(|answer| match answer.on.as_str() {
            "yes" => answer.id.to_owned(),
            "no" => format!("{} (off)", answer.id),
            list => format!("{} ({list})", answer.id),
        })
        .collect();
    let highest = answers.iter().map(|answer| answer.severity).max();
    Technique {
        id,
        score: answers.len(),
        comment: named.join(", "),
        enabled: true,
        metadata: vec![pair(
            "highest severity",
            highest.unwrap_or(Severity::Info).to_string(),
        )],
        show_subtechniques: is_parent,
    }
}

const fn pair(name: &'static str, value: String) -> Pair {
    Pair { name, value }
}

/// Whether `T1078.004` is below `T1078`.
fn is_below(id: &str, parent: &str) -> bool {
    id.strip_prefix(parent)
        .is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]
mod tests {
    use super::*;
    use crate::detect::{Enable, Lists, Loaded};

    #[test]
    fn each_technique_is_scored_by_its_detectors_and_names_them() {
        let loaded = Loaded::built_in(&Lists::new());
        let answers = super::super::answer::all(&loaded, &Enable::default());
        let layer: serde_json::Value = serde_json::from_str(&of(&answers).unwrap()).unwrap();
        assert_eq!(layer["versions"]["layer"], "4.5");
        assert_eq!(layer["domain"], "enterprise-attack");
        let techniques = layer["techniques"].as_array().unwrap();
        let of = |id: &str| techniques.iter().find(|t| t["techniqueID"] == id).unwrap();
        let exec = of("T1609");
        let named = exec["comment"].as_str().unwrap().split(", ").count();
        assert_eq!(exec["score"], named);
        assert!(exec["comment"].as_str().unwrap().contains("exec-any"));
        assert_eq!(of("T1078")["showSubtechniques"], true);
        let most = techniques
            .iter()
            .map(|t| t["score"].as_u64().unwrap())
            .max();
        assert_eq!(layer["gradient"]["maxValue"].as_u64(), most);
        let sum: u64 = techniques
            .iter()
            .map(|t| t["score"].as_u64().unwrap())
            .sum();
        let expected: usize = answers.iter().map(|answer| answer.attack.len()).sum();
        assert_eq!(sum as usize, expected);
    }
}
