//! Daily work, the cluster's own and people's, raises nothing that would wake anybody.

use trailhound::config::Config;
use trailhound::detect::{Enable, Engine, Severity};
use trailhound::pipeline::Judge;
use trailhound::record::Origin;

use super::case::Case;
use super::{engine, folder, lines, raised};

/// The alerts at medium or above, as detector and case.
fn loud(cases: &[Case], engine: &Engine, config: &Config) -> Vec<String> {
    let origin = Origin::default();
    let mut judge = Judge::new(engine, config).least(Severity::Medium);
    let mut loud = Vec::new();
    for case in cases {
        for (id, severity) in raised(&mut judge, &origin, case.event.get()) {
            loud.push(format!("{severity} {id}: {}", case.case));
        }
    }
    loud
}

#[test]
fn default_settings_are_quiet_on_background_and_on_what_eks_does_itself() {
    let Some(folder) = folder() else { return };
    let (engine, config) = engine(&Enable::default(), "");
    for file in [
        "propdev-background.jsonl",
        "elastic.jsonl",
        "eks-real.jsonl",
    ] {
        let read = |line: String| serde_json::from_str::<Case>(&line).unwrap();
        let cases: Vec<Case> = lines(&folder, file)
            .into_iter()
            .map(read)
            .filter(Case::is_benign)
            .collect();
        assert!(!cases.is_empty(), "{file}");
        let loud = loud(&cases, &engine, &config);
        assert!(loud.is_empty(), "{file}:\n{}", loud.join("\n"));
    }
}
