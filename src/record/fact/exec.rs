//! The command of `kubectl exec`, as the request URI carries it.
//!
//! On EKS the command is not in the body; it stands in the URI as repeated, percent-encoded
//! `command=` parameters, in any order with the others. Products that reshape events, and people who
//! write them, put it into the body as `PodExecOptions`; that counts where the URI names none.

use super::request;
use crate::query::Value;
use crate::record::AuditRecord;

/// What an exec or attach asks for. Empty for other requests.
#[derive(Debug, Default)]
pub struct Exec<'a> {
    /// The words of the command, in order.
    pub args: Vec<Value<'a>>,
    /// The words joined by one blank; `None` when there are none.
    pub command: Option<String>,
    /// The container, where one is named.
    pub container: Option<String>,
    /// Whether both standard input and a terminal are asked for.
    pub interactive: bool,
}

impl Exec<'_> {
    /// Reads a request to `pods/exec` or `pods/attach`.
    #[must_use]
    pub fn of(record: &AuditRecord<'_>) -> Self {
        let mut exec = Self::default();
        if !matches!(record.subresource(), "exec" | "attach") {
            return exec;
        }
        let mut words = Vec::new();
        let uri = record.request_uri.map(|text| text.cow());
        if let Some((_, query)) = uri.as_ref().and_then(|uri| uri.split_once('?')) {
            exec.read_uri(query, &mut words);
        }
        if words.is_empty() {
            words = in_body(record);
        }
        exec.command = (!words.is_empty()).then(|| words.join(" "));
        exec.args = words
            .into_iter()
            .map(|word| Value::Text(word.into()))
            .collect();
        exec
    }

    fn read_uri(&mut self, query: &str, words: &mut Vec<String>) {
        let (mut stdin, mut tty) = (false, false);
        for (key, value) in request::pairs(query) {
            match key.as_str() {
                "command" => words.push(value),
                "container" => self.container = Some(value),
                "stdin" => stdin = is_true(&value),
                "tty" => tty = is_true(&value),
                _ => {}
            }
        }
        self.interactive = stdin && tty;
    }
}

/// The command of a body, where one is logged.
fn in_body(record: &AuditRecord<'_>) -> Vec<String> {
    let command = record.request_object.and_then(|body| body.get("command"));
    let words = command.into_iter().flat_map(|command| command.elements());
    words
        .filter_map(|word| Some(word.text()?.cow().into_owned()))
        .collect()
}

/// As the API server's query decoding reads a boolean.
fn is_true(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn command(query: &str) -> (String, bool) {
        let line = format!(
            r#"{{"apiVersion":"audit.k8s.io/v1","requestURI":"/api/v1/namespaces/a/pods/p/exec?{query}","objectRef":{{"resource":"pods","subresource":"exec"}}}}"#
        );
        let record = AuditRecord::read(&line).unwrap();
        let exec = Exec::of(&record);
        (exec.command.unwrap_or_default(), exec.interactive)
    }

    #[test]
    fn parameters_before_the_command_hide_nothing() {
        let query = r"stdin=true\u0026container=x\u0026stdout=true\u0026command=cat\u0026stdin=true\u0026command=%2Fvar%2Frun%2fsecrets\u0026tty=true";
        assert_eq!(command(query), ("cat /var/run/secrets".into(), true));
    }

    #[test]
    fn a_plus_is_a_blank_and_an_ampersand_may_be_plain() {
        assert_eq!(
            command("command=sh&command=-c&command=a+b%2Bc"),
            ("sh -c a b+c".into(), false)
        );
    }

    #[test]
    fn a_command_in_the_body_counts_where_the_uri_names_none() {
        let line = r#"{"apiVersion":"audit.k8s.io/v1","requestURI":"/api/v1/namespaces/a/pods/p/exec?QUERY","objectRef":{"resource":"pods","subresource":"exec"},"requestObject":{"command":["cat","/a b"]}}"#;
        let command = |query| {
            let line = line.replace("QUERY", query);
            Exec::of(&AuditRecord::read(&line).unwrap())
                .command
                .unwrap()
        };
        assert_eq!(command("container=x"), "cat /a b");
        assert_eq!(command("command=id"), "id");
    }
}
