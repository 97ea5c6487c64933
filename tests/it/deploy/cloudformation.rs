//! The CloudFormation templates as values. Tags such as `!Ref` are left out: what they stand before remains.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{files, read, short};

/// The templates by their file's name.
pub(super) fn templates() -> BTreeMap<String, Json> {
    let parse = |path: &std::path::PathBuf| {
        let name = short(path);
        let value: Json =
            serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, value)
    };
    files("config/deploy/cloudformation", "yaml")
        .iter()
        .map(parse)
        .collect()
}

/// The resources of a type, as (file and name, properties).
pub(super) fn resources(kind: &str) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    for (file, template) in templates() {
        for (name, resource) in template["Resources"].as_object().unwrap() {
            if resource["Type"] == kind {
                found.push((format!("{file} {name}"), resource["Properties"].clone()));
            }
        }
    }
    assert!(!found.is_empty(), "no {kind}");
    found
}

#[test]
fn every_template_says_what_it_is_for() {
    for (file, template) in templates() {
        assert_eq!(template["AWSTemplateFormatVersion"], "2010-09-09", "{file}");
        let description = template["Description"].as_str().unwrap();
        assert!(description.starts_with("trailhound, "), "{file}");
        // CloudFormation takes 1,024 bytes.
        assert!(description.len() < 1_024, "{file}");
    }
}
