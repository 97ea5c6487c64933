//! `docs/guide/deploy.md` names templates, parameters and modules that are there.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use super::cloudformation::templates;
use super::{none, read};
use crate::program::ROOT;

fn guide() -> String {
    read(&Path::new(ROOT).join("docs/guide/deploy.md"))
}

/// The commands of the guide that deploy a template: its name, and the parameters that are given.
fn deployments() -> Vec<(String, BTreeSet<String>)> {
    let command = Regex::new(r"(?s)cloudformation/([a-z]+)\.yaml \\\n(.*?)\n *\n").unwrap();
    let parameter = Regex::new(r"\b([A-Z][A-Za-z]+)=").unwrap();
    let text = guide();
    let given = |found: regex::Captures| {
        let names = parameter.captures_iter(found.get(2).unwrap().as_str());
        let names = names.map(|name| name[1].to_owned()).collect();
        (found[1].to_owned(), names)
    };
    command.captures_iter(&text).map(given).collect()
}

#[test]
fn commands_of_the_guide_give_each_template_what_it_asks_for() {
    let mut wrong = Vec::new();
    let deployments = deployments();
    for (name, given) in &deployments {
        let template = &templates()[&format!("cloudformation/{name}.yaml")];
        let parameters = template["Parameters"].as_object().unwrap();
        let unknown = given.iter().filter(|it| !parameters.contains_key(*it));
        wrong.extend(unknown.map(|it| format!("{name} has no parameter {it}")));
        let needed = parameters.iter().filter(|(_, it)| it["Default"].is_null());
        let missing = needed.filter(|(it, _)| !given.contains(*it));
        wrong.extend(missing.map(|(it, _)| format!("{name} is not given {it}")));
    }
    none(&wrong);
    let told: BTreeSet<_> = deployments.into_iter().map(|(name, _)| name).collect();
    let known = templates()
        .keys()
        .map(|file| file["cloudformation/".len()..file.len() - ".yaml".len()].to_owned())
        .collect();
    assert_eq!(told, known);
}

#[test]
fn every_template_is_a_module_too() {
    for file in templates().keys() {
        let name = file
            .trim_start_matches("cloudformation/")
            .trim_end_matches(".yaml");
        let module = Path::new(ROOT).join("config/deploy/terraform").join(name);
        assert!(module.join("variables.tf").is_file(), "{name}");
        assert!(guide().contains(&format!("| `{name}` |")), "{name}");
    }
}
