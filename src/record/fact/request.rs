//! What the request URI tells: path, selectors, dry run, and the path behind a proxy.
//!
//! Path segments are compared after decoding. A substring test on the raw URI is the client's to
//! fool, since it may append parameters and encode what it likes.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::record::AuditRecord;

/// The request URI, escapes of the JSON string resolved, still percent-encoded.
fn uri<'a>(record: &AuditRecord<'a>) -> Option<Cow<'a, str>> {
    record.request_uri.map(|text| text.cow())
}

/// The path of the request URI, decoded, without the query.
#[must_use]
pub fn path<'a>(record: &AuditRecord<'a>) -> Option<Cow<'a, str>> {
    let uri = uri(record)?;
    let length = uri.find(['?', '#']).unwrap_or(uri.len());
    match uri {
        Cow::Borrowed(text) => Some(decode(text.get(..length)?)),
        Cow::Owned(text) => Some(Cow::Owned(decode(text.get(..length)?).into_owned())),
    }
}

/// All values of a query parameter, decoded (`+` is a blank), in order.
#[must_use]
pub fn parameters(record: &AuditRecord<'_>, name: &str) -> Vec<String> {
    let Some(uri) = uri(record) else {
        return Vec::new();
    };
    let Some((_, query)) = uri.split_once('?') else {
        return Vec::new();
    };
    pairs(query)
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value)
        .collect()
}

/// The decoded name and value of each parameter of a query string.
///
/// `&` separates; a `;` does not, as in Go's `net/url` since 1.17.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_decode(key), form_decode(value))
        })
}

fn form_decode(text: &str) -> String {
    decode(&text.replace('+', " ")).into_owned()
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// The first value of a query parameter, unless it is empty. Only the first: of a selector that is
/// given twice the API server takes no other (`Convert_Slice_string_To_string` of apimachinery), so an
/// empty one before it asks for everything.
#[must_use]
pub fn parameter(record: &AuditRecord<'_>, name: &str) -> Option<String> {
    // Nearly no request has any of these: spare the decoding.
    if !record.request_uri?.raw().contains(name) {
        return None;
    }
    parameters(record, name)
        .into_iter()
        .next()
        .filter(|value| !value.is_empty())
}

/// Whether nothing is stored: `?dryRun=All`, or `dryRun` in the body of a delete, which is a
/// `DeleteOptions`.
#[must_use]
pub fn is_dry_run(record: &AuditRecord<'_>) -> bool {
    let deletes = record
        .verb
        .is_some_and(|verb| verb.raw().starts_with("delete"));
    let in_body = || {
        let option = record.request_object?.get("dryRun")?;
        option.elements().next()
    };
    let in_uri = || {
        // Nearly no request has it: spare the decoding. Every value counts, this is a list.
        record
            .request_uri
            .is_some_and(|uri| uri.raw().contains("dryRun"))
            && parameters(record, "dryRun")
                .iter()
                .any(|value| !value.is_empty())
    };
    in_uri() || (deletes && in_body().is_some())
}

/// Whether a list or watch is narrowed to one object by `fieldSelector=metadata.name=x`.
#[must_use]
pub fn is_single_object(record: &AuditRecord<'_>) -> bool {
    parameter(record, "fieldSelector").is_some_and(|selector| {
        selector.split(',').any(|term| {
            term.strip_prefix("metadata.name=")
                .is_some_and(|name| !name.trim_start_matches('=').is_empty())
        })
    })
}

/// Whether a resource request names neither a namespace nor an object, so that it reaches all of
/// them in the cluster.
#[must_use]
pub fn is_cluster_wide(record: &AuditRecord<'_>) -> bool {
    let blank = |text: Option<crate::json::Text<'_>>| text.is_none_or(|text| text.is_empty());
    record.object_ref.is_some_and(|object| {
        blank(object.namespace) && blank(object.name) && !blank(object.resource)
    })
}

/// The path behind `/proxy` of a request to `nodes/proxy`, `pods/proxy` or `services/proxy`, with
/// its leading slash; `None` for other requests.
#[must_use]
pub fn proxy_path(record: &AuditRecord<'_>) -> Option<String> {
    if record.subresource() != "proxy" {
        return None;
    }
    let path = path(record)?;
    let mut segments = path
        .split('/')
        .skip_while(|segment| *segment != record.resource());
    // …/nodes/NAME/proxy/PATH
    let (_, _, proxy) = (segments.next()?, segments.next()?, segments.next()?);
    (proxy == "proxy").then(|| {
        let clean: Vec<&str> = segments
            .filter(|segment| !matches!(*segment, "" | "."))
            .collect();
        format!("/{}", clean.join("/"))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn with<T>(uri: &str, resource: &str, sub: &str, f: impl Fn(&AuditRecord<'_>) -> T) -> T {
        let line = format!(
            r#"{{"apiVersion":"audit.k8s.io/v1","requestURI":"{uri}","objectRef":{{"resource":"{resource}","subresource":"{sub}"}}}}"#
        );
        f(&AuditRecord::read(&line).unwrap())
    }

    #[test]
    fn the_path_is_decoded_and_has_no_query() {
        let path = with(r"/api/v1/nodes/n%2f1\u003fx", "nodes", "", |r| {
            path(r).unwrap().into_owned()
        });
        assert_eq!(path, "/api/v1/nodes/n/1");
    }

    #[test]
    fn parameters_come_in_order_and_decoded() {
        let values = with(
            r"/x?command=sh\u0026a=b\u0026command=-c\u0026command=id+%2B%20x",
            "pods",
            "exec",
            |r| parameters(r, "command"),
        );
        assert_eq!(values, ["sh", "-c", "id + x"]);
    }

    #[test]
    fn one_object_by_field_selector_is_told_from_a_real_list() {
        let single = |uri| with(uri, "secrets", "", is_single_object);
        assert!(single(
            "/api/v1/namespaces/a/secrets?fieldSelector=metadata.name%3Ddb"
        ));
        assert!(!single(
            "/api/v1/secrets?fieldSelector=metadata.namespace%3Ddb"
        ));
        assert!(!single("/api/v1/secrets?fieldSelector=metadata.name!%3Ddb"));
        assert!(!single("/api/v1/secrets?labelSelector=metadata.name%3Ddb"));
    }

    #[test]
    fn an_empty_selector_before_another_selects_everything() {
        let single = |uri| with(uri, "secrets", "", is_single_object);
        assert!(!single(
            "/api/v1/secrets?fieldSelector=&fieldSelector=metadata.name%3Ddb"
        ));
        assert!(single(
            "/api/v1/secrets?fieldSelector=metadata.name%3Ddb&fieldSelector="
        ));
    }

    #[test]
    fn the_path_behind_a_proxy_is_what_the_kubelet_sees() {
        let proxy = |uri| with(uri, "nodes", "proxy", proxy_path);
        assert_eq!(
            proxy("/api/v1/nodes/n1/proxy/run/ns/p/c?cmd=metrics").unwrap(),
            "/run/ns/p/c"
        );
        assert_eq!(proxy("/api/v1/nodes/n1/proxy//%72un/x").unwrap(), "/run/x");
        assert_eq!(proxy("/api/v1/nodes/n1/proxy").unwrap(), "/");
    }

    #[test]
    fn a_dry_run_of_a_delete_may_stand_in_its_body() {
        let line = r#"{"apiVersion":"audit.k8s.io/v1","verb":"delete","requestObject":{"kind":"DeleteOptions","dryRun":["All"]}}"#;
        assert!(is_dry_run(&AuditRecord::read(line).unwrap()));
        assert!(!is_dry_run(
            &AuditRecord::read(&line.replace("[\"All\"]", "[]")).unwrap()
        ));
    }

    #[test]
    fn a_dry_run_is_known_by_its_parameter() {
        assert!(with(
            r"/x?fieldManager=a\u0026dryRun=All",
            "pods",
            "",
            is_dry_run
        ));
        assert!(!with("/x?name=dryRun", "pods", "", is_dry_run));
    }
}
