//! The keys inside a pod that the body of an update or patch names.
//!
//! Says where somebody reached in, not what for: values are not looked at.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::patch;
use super::pod_path::Place;
use crate::json::{Kind, Raw};
use crate::query::Value;

/// The keys that a body names inside the pod, each once, in the order of the text. What a JSON Patch
/// copies or moves is read from the object `after` it: the operation itself names no key of it.
pub(super) fn keys<'a>(root: Place, body: Raw<'a>, after: Option<Raw<'a>>) -> Vec<Value<'a>> {
    let mut touched = Touched::default();
    if body.kind() == Kind::Array {
        for path in patch::paths(body) {
            let mut place = root;
            for token in path {
                touched.note(place, &token);
                place = place.step(&token);
            }
        }
        for (path, value) in patch::additions(body) {
            let place = path.iter().fold(root, |place, token| place.step(token));
            touched.read(place, value);
        }
        for path in patch::transfers(body) {
            let place = path.iter().fold(root, |place, token| place.step(token));
            let value = after.and_then(|body| at(body, &path));
            if let Some(value) = value {
                touched.read(place, value);
            }
        }
    } else {
        touched.read(root, body);
    }
    touched.keys
}

/// What a JSON Pointer leads to.
pub(super) fn at<'a>(body: Raw<'a>, path: &[Cow<'_, str>]) -> Option<Raw<'a>> {
    path.iter().try_fold(body, |at, token| member(at, token))
}

/// What a token of a JSON Pointer leads to; `-` is the last element, where something was added.
fn member<'a>(at: Raw<'a>, token: &str) -> Option<Raw<'a>> {
    match at.kind() {
        Kind::Array if token == "-" => at.elements().last(),
        Kind::Array => at.elements().nth(token.parse().ok()?),
        _ => at.get(token),
    }
}

#[derive(Default)]
struct Touched<'a> {
    keys: Vec<Value<'a>>,
    known: FxHashSet<String>,
}

impl<'a> Touched<'a> {
    /// Notes the keys at and below a place. The depth is bounded by the places: each key leads closer
    /// to a leaf or out of the pod, and lists in lists are not followed.
    fn read(&mut self, place: Place, value: Raw<'a>) {
        match value.kind() {
            Kind::Object => {
                for (key, member) in value.members() {
                    let key = key.cow();
                    self.note(place, &key);
                    let inner = place.key(&key);
                    if !matches!(inner, Place::Leaf(_) | Place::Outside) {
                        self.read(inner, member);
                    }
                }
            }
            Kind::Array => {
                let flat = |element: &Raw<'_>| element.kind() != Kind::Array;
                for element in value.elements().filter(flat) {
                    self.read(place.element(), element);
                }
            }
            _ => {}
        }
    }

    /// Notes a key that stands in a place inside the pod.
    fn note(&mut self, place: Place, key: &str) {
        let index = key == "-" || key.bytes().all(|byte| byte.is_ascii_digit());
        if place.is_inside_pod() && !index && !self.known.contains(key) {
            self.known.insert(key.to_owned());
            self.keys.push(Value::Text(key.to_owned().into()));
        }
    }
}
