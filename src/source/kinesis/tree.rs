//! The shards of a stream and what is to be read next: parents before children. Does no IO.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// How a shard stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Waiting,
    Reading,
    Ended,
}

#[derive(Debug)]
struct Known {
    parents: Vec<String>,
    stand: Stand,
}

/// All shards that are known.
#[derive(Debug, Default)]
pub(super) struct Tree(BTreeMap<String, Known>);

impl Tree {
    /// Adds a shard that is not known yet. `ended` says whether a former run read it to its end.
    pub(super) fn add(&mut self, id: &str, parents: Vec<String>, ended: impl FnOnce() -> bool) {
        if let Entry::Vacant(room) = self.0.entry(id.to_owned()) {
            let stand = if ended() {
                Stand::Ended
            } else {
                Stand::Waiting
            };
            room.insert(Known { parents, stand });
        }
    }

    /// Forgets shards that the stream does not keep any more.
    pub(super) fn retain(&mut self, is_there: impl Fn(&str) -> bool) {
        self.0
            .retain(|id, known| known.stand == Stand::Reading || is_there(id));
    }

    /// The shards whose reading can begin now: those whose parents have ended, or are not kept any more.
    /// They count as being read from here on.
    pub(super) fn begin(&mut self) -> Vec<String> {
        let is_done = |id: &String| {
            let parent = self.0.get(id);
            parent.is_none_or(|parent| parent.stand == Stand::Ended)
        };
        let ready: Vec<String> = self
            .0
            .iter()
            .filter(|(_, known)| known.stand == Stand::Waiting)
            .filter(|(_, known)| known.parents.iter().all(is_done))
            .map(|(id, _)| id.clone())
            .collect();
        for id in &ready {
            self.stands(id, Stand::Reading);
        }
        ready
    }

    /// A shard has been read to its end.
    pub(super) fn end(&mut self, id: &str) {
        self.stands(id, Stand::Ended);
    }

    /// The shards that take over from one.
    pub(super) fn children(&self, id: &str) -> Vec<String> {
        let is_child = |known: &Known| known.parents.iter().any(|parent| parent == id);
        let children = self.0.iter().filter(|(_, known)| is_child(known));
        children.map(|(id, _)| id.clone()).collect()
    }

    /// All shards.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn stands(&mut self, id: &str, stand: Stand) {
        if let Some(known) = self.0.get_mut(id) {
            known.stand = stand;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(shards: &[(&str, &[&str])], ended: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for (id, parents) in shards {
            let parents = parents.iter().map(ToString::to_string).collect();
            tree.add(id, parents, || ended.contains(id));
        }
        tree
    }

    #[test]
    fn children_of_a_split_begin_when_their_parent_has_ended() {
        let mut tree = tree(&[("a", &[]), ("b", &["a"]), ("c", &["a"])], &[]);
        assert_eq!(tree.begin(), ["a"]);
        assert!(tree.begin().is_empty());
        tree.end("a");
        assert_eq!(tree.children("a"), ["b", "c"]);
        assert_eq!(tree.begin(), ["b", "c"]);
    }

    #[test]
    fn the_child_of_a_merge_waits_for_both_parents() {
        let shards: &[(&str, &[&str])] = &[("a", &[]), ("b", &[]), ("c", &["a", "b"])];
        let mut tree = tree(shards, &["a"]);
        assert_eq!(tree.begin(), ["b"]);
        tree.end("b");
        assert_eq!(tree.begin(), ["c"]);
    }

    #[test]
    fn a_parent_that_is_not_kept_any_more_is_not_waited_for() {
        let mut tree = tree(&[("b", &["a"]), ("c", &["b"])], &[]);
        assert_eq!(tree.begin(), ["b"]);
        tree.retain(|id| id == "c");
        assert!(tree.begin().is_empty(), "b is still being read");
        tree.end("b");
        tree.retain(|id| id == "c");
        assert_eq!(tree.begin(), ["c"]);
    }
}
