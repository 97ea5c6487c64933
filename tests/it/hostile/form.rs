//! The Query protocol's requests: `Action=Publish&Message=…`, with lists and maps spelled out in names.

use percent_encoding::percent_decode;

/// The pairs of a form, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body; what is no pair is left out.
    pub(crate) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(
            pairs
                .map(|(name, value)| (plain(name), plain(value)))
                .collect(),
        )
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The members of a list: what stands below `name.1.`, `name.2.` and so on.
    pub(crate) fn members(&self, name: &str) -> Vec<Self> {
        let below = |number: usize| {
            let prefix = format!("{name}.{number}.");
            let pairs = self.0.iter().filter_map(|(known, value)| {
                let rest = known.strip_prefix(&prefix)?;
                Some((rest.to_owned(), value.clone()))
            });
            Self(pairs.collect())
        };
        (1..)
            .map(below)
            .take_while(|member| !member.0.is_empty())
            .collect()
    }
}

fn plain(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes())
        .decode_utf8_lossy()
        .into_owned()
}
