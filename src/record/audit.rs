//! A Kubernetes audit event, `audit.k8s.io/v1` or `v1beta1`, with the event's own field names.
//!
//! Every member borrows from the log line; bodies and maps are slices that nobody has opened yet.
//! Reading never fails on a cut line: what is complete before the cut is there.

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::json::{End, Kind, Object, Raw, Text};

mod part;

pub use part::{ObjectRef, ResponseStatus, User};

/// What EKS's log pipeline writes where it cuts a line that is too long
/// (falcosecurity/plugins#297).
const CUT_MARK: &str = "[Truncated...]";

/// A member of an object.
pub type Member<'a> = (Text<'a>, Raw<'a>);

/// One audit event. The names are those of the audit API (`pkg/apis/audit/v1/types.go` of
/// `k8s.io/apiserver`).
#[derive(Debug, Default)]
pub struct AuditRecord<'a> {
    /// The line, without the mark of a cut.
    pub line: &'a str,
    /// `kind`, always `Event`.
    pub kind: Option<Text<'a>>,
    /// `apiVersion`, `audit.k8s.io/v1`.
    pub api_version: Option<Text<'a>>,
    /// `level`: `Metadata`, `Request` or `RequestResponse`.
    pub level: Option<Text<'a>>,
    /// `auditID`, the same for all stages of one request.
    pub audit_id: Option<Text<'a>>,
    /// `stage`: `RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.
    pub stage: Option<Text<'a>>,
    /// `requestURI`, as the client sent it.
    pub request_uri: Option<Text<'a>>,
    /// `verb`, lower case.
    pub verb: Option<Text<'a>>,
    /// `user`: who was authenticated.
    pub user: Option<User<'a>>,
    /// `impersonatedUser`, which few events have: it stands apart.
    impersonated_user: Option<Box<User<'a>>>,
    /// `sourceIPs`, an array of strings.
    pub source_ips: Option<Raw<'a>>,
    /// `userAgent`, chosen by the client.
    pub user_agent: Option<Text<'a>>,
    /// `objectRef`, absent for non-resource URLs.
    pub object_ref: Option<ObjectRef<'a>>,
    /// `responseStatus`.
    pub response_status: Option<ResponseStatus<'a>>,
    /// `requestObject`, unopened.
    pub request_object: Option<Raw<'a>>,
    /// `responseObject`, unopened.
    pub response_object: Option<Raw<'a>>,
    /// `requestReceivedTimestamp`.
    pub request_received_timestamp: Option<Text<'a>>,
    /// `stageTimestamp`.
    pub stage_timestamp: Option<Text<'a>>,
    /// `annotations`, an object of strings.
    pub annotations: Option<Raw<'a>>,
    /// Its members: every event is asked for some.
    annotation_members: SmallVec<[Member<'a>; 2]>,
    /// Those of the extras of the user, once somebody has asked for one.
    extra_members: OnceCell<Vec<Member<'a>>>,
    /// How the line ends.
    pub ending: Ending,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// With its closing bracket.
    #[default]
    Whole,
    /// Before it: something cut the line off.
    Cut,
    /// Something stands in it that is no JSON; what stands before is kept.
    Broken,
}

/// Whether nothing follows an event but the comma that parts elements of a list.
fn is_separator(rest: &str) -> bool {
    matches!(rest.trim(), "" | ",")
}

impl<'a> AuditRecord<'a> {
    /// Reads a line. `None` when it holds no audit event, cut or whole.
    #[must_use]
    pub fn read(line: &'a str) -> Option<Self> {
        let mut record = Self::default();
        record.fill(line).then_some(record)
    }

    /// Reads a line into an empty record: it is large, and needs not be moved. `false` when the line holds no
    /// audit event.
    pub(super) fn fill(&mut self, line: &'a str) -> bool {
        let text = line.trim_end();
        let (text, marked) = match text.strip_suffix(CUT_MARK) {
            Some(head) => (head, true),
            None => (text, false),
        };
        self.line = text;
        let mut members = Object::new(text);
        while let Some(key) = members.next_key() {
            self.set(key.raw(), &mut members);
        }
        self.ending = match members.end() {
            End::Closed(end) if is_separator(text.get(end..).unwrap_or_default()) => {
                self.line = text.get(..end).unwrap_or(text);
                if marked { Ending::Cut } else { Ending::Whole }
            }
            End::Cut(_) => Ending::Cut,
            _ => Ending::Broken,
        };
        self.is_audit()
    }

    #[inline]
    fn set(&mut self, key: &str, members: &mut Object<'a>) {
        match key {
            "user" => self.user = object(members, User::read).map(|(_, user)| user),
            "impersonatedUser" => {
                let user = object(members, User::read);
                self.impersonated_user = user.map(|(_, user)| Box::new(user));
            }
            "objectRef" => {
                self.object_ref = object(members, ObjectRef::read).map(|(_, object)| object);
            }
            "responseStatus" => {
                let status = object(members, ResponseStatus::read);
                self.response_status = status.map(|(raw, status)| ResponseStatus {
                    raw: Some(raw),
                    ..status
                });
            }
            "annotations" => {
                let (raw, members) = members.within(|members| members.collect()).unzip();
                self.annotations = raw;
                self.annotation_members = members.unwrap_or_default();
            }
            key => {
                if let Some(value) = members.value() {
                    self.set_value(key, value);
                }
            }
        }
    }

    #[inline]
    fn set_value(&mut self, key: &str, value: Raw<'a>) {
        match key {
            "kind" => self.kind = value.text(),
            "apiVersion" => self.api_version = value.text(),
            "level" => self.level = value.text(),
            "auditID" => self.audit_id = value.text(),
            "stage" => self.stage = value.text(),
            "requestURI" => self.request_uri = value.text(),
            "verb" => self.verb = value.text(),
            "sourceIPs" => self.source_ips = Some(value),
            "userAgent" => self.user_agent = value.text(),
            "requestObject" => self.request_object = body(value),
            "responseObject" => self.response_object = body(value),
            "requestReceivedTimestamp" => self.request_received_timestamp = value.text(),
            "stageTimestamp" => self.stage_timestamp = value.text(),
            _ => {}
        }
    }

    /// An audit event says so, or, where the saying is lost, has at least two members that only an
    /// audit event has. A core `Event` object is none.
    fn is_audit(&self) -> bool {
        if let Some(version) = self.api_version {
            return version.raw().starts_with("audit.k8s.io/")
                && self.kind.is_none_or(|k| k.is("Event"));
        }
        let signs = [
            self.audit_id.is_some(),
            self.stage.is_some(),
            self.request_uri.is_some(),
            self.verb.is_some(),
            self.object_ref.is_some(),
            self.user.is_some(),
        ];
        signs.into_iter().filter(|sign| *sign).count() >= 2
    }

    /// What names the request, the same in all of its stages: audit id, URI, and when it was received.
    /// `None` without an audit id.
    ///
    /// The audit id alone does not: a client may choose it by sending an `Audit-ID` header
    /// (`apiserver/pkg/endpoints/filters/audit_init.go`), and could hide requests behind one.
    #[must_use]
    pub fn request_name(&self) -> Option<[Text<'a>; 3]> {
        let id = self.audit_id.filter(|id| !id.is_empty())?;
        let uri = self.request_uri.unwrap_or_default();
        Some([id, uri, self.request_received_timestamp.unwrap_or_default()])
    }

    /// Whether part of the event is missing: the line was cut off, or the API server left the bodies
    /// out and said so in an annotation.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.ending != Ending::Whole
            || self
                .annotation("audit.k8s.io/truncated")
                .is_some_and(|value| value.is("true"))
    }

    /// Whether the line itself ends before the event does, so that it is no JSON.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.ending != Ending::Whole
    }

    /// `impersonatedUser`: as whom the request ran, where that differs.
    #[must_use]
    pub fn impersonated_user(&self) -> Option<User<'a>> {
        self.impersonated_user.as_deref().copied()
    }

    /// An annotation by its full key.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<Text<'a>> {
        let mut members = self.annotation_members.iter();
        members.find(|(name, _)| name.is(key))?.1.text()
    }

    /// The members of `annotations`, in their order; none where it is no object.
    #[must_use]
    pub fn annotation_members(&self) -> &[Member<'a>] {
        &self.annotation_members
    }

    /// The first value of a key of the user's extras: the authenticator writes arrays of one.
    #[must_use]
    pub fn extra(&self, key: &str) -> Option<Text<'a>> {
        let mut members = self.extra_members().iter();
        let (_, value) = members.find(|(name, _)| name.is(key))?;
        value
            .text()
            .or_else(|| value.elements().next()?.text())
            .filter(|text| !text.is_empty())
    }

    /// The members of the extras of `user`, in their order; none where they are no object.
    #[must_use]
    pub fn extra_members(&self) -> &[Member<'a>] {
        self.extra_members.get_or_init(|| {
            let extra = self.user.and_then(|user| user.extra);
            extra.into_iter().flat_map(|map| map.members()).collect()
        })
    }

    /// The resource of the request, or the empty text.
    #[must_use]
    pub fn resource(&self) -> &'a str {
        self.object_ref
            .and_then(|object| object.resource)
            .map_or("", |text| text.raw())
    }

    /// The subresource of the request, or the empty text.
    #[must_use]
    pub fn subresource(&self) -> &'a str {
        self.object_ref
            .and_then(|object| object.subresource)
            .map_or("", |text| text.raw())
    }

    /// Whether the verb can change an object: `create`, `update` or `patch`.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.verb
            .is_some_and(|verb| matches!(verb.raw(), "create" | "update" | "patch"))
    }

    /// The object as it is after the request: the response body, or the request body when the
    /// response holds none (refused, or logged at a lower level) or was cut off. A patch shows only
    /// part of the object, so of a cut-off patch the response says more.
    #[must_use]
    pub fn object(&self) -> Option<Raw<'a>> {
        let whole = |body: &Raw<'a>| body.is_complete();
        let patches = self.verb.is_some_and(|verb| verb.is("patch"));
        let answered = self.final_object();
        let asked = self.request_object.filter(whole).filter(|_| !patches);
        answered
            .filter(whole)
            .or(asked)
            .or(answered)
            .or(self.request_object)
    }

    /// The object the API server answered with; `None` when it answered with a `Status` or the body
    /// is not there.
    #[must_use]
    pub fn final_object(&self) -> Option<Raw<'a>> {
        self.response_object.filter(|body| {
            body.get("kind")
                .and_then(|kind| kind.text())
                .is_none_or(|kind| !kind.is("Status"))
        })
    }
}

/// A body that is there; the API server writes `null` for none in some versions.
fn body(value: Raw<'_>) -> Option<Raw<'_>> {
    matches!(value.kind(), Kind::Object | Kind::Array).then_some(value)
}

/// The value of the member whose key came last, and what is read of it; `None` where it is no object.
#[inline]
fn object<'a, T>(
    members: &mut Object<'a>,
    read: impl Fn(&mut Object<'a>) -> T,
) -> Option<(Raw<'a>, T)> {
    let read = members.within(read);
    read.filter(|(raw, _)| raw.kind() == Kind::Object)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn an_element_of_a_list_is_whole() {
        let line = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a"}"#;
        for (after, ending) in [
            ("", Ending::Whole),
            (",", Ending::Whole),
            (" , ", Ending::Whole),
            ("}", Ending::Broken),
            (",,", Ending::Broken),
            ("[Truncated...]", Ending::Cut),
        ] {
            let text = format!("{line}{after}");
            let record = AuditRecord::read(&text).unwrap();
            assert_eq!(record.ending, ending, "{after:?}");
        }
        let text = format!("{line},");
        assert_eq!(AuditRecord::read(&text).unwrap().line, line);
    }
}
