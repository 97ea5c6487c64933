//! One message as it was asked to be published, and the limits it has to keep.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::answer::Refusal;
use super::super::call::Call;
use super::super::form::Form;
use super::{Published, invalid};

/// The most attributes of a message: with more, raw delivery to a queue throws it away.
const ATTRIBUTES: usize = 10;

/// A message, not yet taken.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) text: String,
    subject: Option<String>,
    attributes: Vec<(String, String, String)>,
    group: Option<String>,
    deduplication: Option<String>,
    structure: Option<String>,
}

impl Message {
    pub(super) fn read(form: &Form) -> Self {
        let text = |name: &str| form.get(name).map(str::to_owned);
        let attribute = |entry: Form| {
            let part = |name: &str| entry.get(name).unwrap_or_default().to_owned();
            let value = part("Value.StringValue") + &part("Value.BinaryValue");
            (part("Name"), part("Value.DataType"), value)
        };
        let attributes = form.members("MessageAttributes.entry");
        Self {
            text: text("Message").unwrap_or_default(),
            subject: text("Subject"),
            attributes: attributes.into_iter().map(attribute).collect(),
            group: text("MessageGroupId"),
            deduplication: text("MessageDeduplicationId"),
            structure: text("MessageStructure"),
        }
    }

    /// What counts towards the limit, in bytes.
    pub(super) fn size(&self) -> usize {
        let attribute =
            |(name, kind, value): &(String, String, String)| name.len() + kind.len() + value.len();
        self.text.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }

    /// Whether a topic takes it.
    pub(super) fn check(&self, fifo: bool, largest: usize) -> Result<(), Refusal> {
        if self.text.is_empty() {
            return Err(invalid("Invalid parameter: Empty message"));
        }
        if self.size() > largest {
            return Err(invalid("Invalid parameter: Message too long"));
        }
        if self.structure.as_deref() == Some("json") {
            let text: Value = serde_json::from_str(&self.text).unwrap_or_default();
            if !text["default"].is_string() {
                return Err(invalid(
                    "Invalid parameter: Message Structure - No default entry in JSON message body",
                ));
            }
        }
        self.check_subject()?;
        self.check_attributes()?;
        self.check_order(fifo)
    }

    fn check_subject(&self) -> Result<(), Refusal> {
        let good = |text: &String| {
            (1..100).contains(&text.len())
                && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
                && !text.starts_with(' ')
        };
        match &self.subject {
            Some(subject) if !good(subject) => Err(invalid("Invalid parameter: Subject")),
            _ => Ok(()),
        }
    }

    fn check_attributes(&self) -> Result<(), Refusal> {
        if self.attributes.len() > ATTRIBUTES {
            return Err(invalid(
                "Invalid parameter: more than 10 message attributes",
            ));
        }
        let mut names = BTreeMap::new();
        for (name, kind, value) in &self.attributes {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
            let lower = name.to_ascii_lowercase();
            let named = (1..=256).contains(&name.len())
                && name.bytes().all(plain)
                && !lower.starts_with("aws.")
                && !lower.starts_with("amazon.")
                && names.insert(name, ()).is_none();
            let valued = match kind.split('.').next().unwrap_or_default() {
                "String" if kind == "String.Array" => is_list(value),
                "String" | "Binary" => !value.is_empty(),
                "Number" => value.parse::<f64>().is_ok(),
                _ => false,
            };
            if !named || !valued {
                return Err(Refusal::new(
                    "ParameterValueInvalid",
                    format!("The message attribute '{name}' of type '{kind}' is not valid"),
                ));
            }
        }
        Ok(())
    }

    fn check_order(&self, fifo: bool) -> Result<(), Refusal> {
        let good = |id: &String| {
            (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let wrong = if fifo && self.group.is_none() {
            "The MessageGroupId parameter is required for FIFO topics"
        } else if fifo && self.deduplication.is_none() {
            "The topic should either have ContentBasedDeduplication enabled or \
             MessageDeduplicationId provided explicitly"
        } else if !fifo && self.deduplication.is_some() {
            "The request includes MessageDeduplicationId parameter that is not valid for this topic type"
        } else if !self.group.iter().chain(&self.deduplication).all(good) {
            "MessageGroupId and MessageDeduplicationId have at most 128 characters, letters, digits and \
             punctuation"
        } else {
            return Ok(());
        };
        Err(invalid(format!("Invalid parameter: {wrong}")))
    }

    /// The message as the log keeps it.
    pub(super) fn published(self, call: &Call, entry: Option<String>, id: String) -> Published {
        let attributes = self.attributes.into_iter();
        Published {
            topic: call.about.clone(),
            message: self.text,
            subject: self.subject,
            attributes: attributes
                .map(|(name, kind, value)| (name, (kind, value)))
                .collect(),
            group: self.group,
            deduplication: self.deduplication,
            structure: self.structure,
            entry,
            id,
            call: call.number,
        }
    }
}

/// `String.Array` is a JSON list of texts, numbers, truths and nulls.
fn is_list(text: &str) -> bool {
    let list: Result<Vec<Value>, _> = serde_json::from_str(text);
    list.is_ok_and(|list| {
        list.iter()
            .all(|member| !member.is_array() && !member.is_object())
    })
}
