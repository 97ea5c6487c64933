//! The objects in an audit event that tell who asked, for what, and how it ended.

use crate::json::{Object, Raw, Text};

/// `user` or `impersonatedUser`.
#[derive(Clone, Copy, Debug, Default)]
pub struct User<'a> {
    /// `username`
    pub username: Option<Text<'a>>,
    /// `uid`
    pub uid: Option<Text<'a>>,
    /// `groups`, an array of strings.
    pub groups: Option<Raw<'a>>,
    /// `extra`, an object of arrays of strings.
    pub extra: Option<Raw<'a>>,
}

/// `objectRef`: the object the request is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectRef<'a> {
    /// `resource`, plural and lower case.
    pub resource: Option<Text<'a>>,
    /// `namespace`
    pub namespace: Option<Text<'a>>,
    /// `name`
    pub name: Option<Text<'a>>,
    /// `uid`
    pub uid: Option<Text<'a>>,
    /// `apiGroup`, absent or empty for the core group.
    pub api_group: Option<Text<'a>>,
    /// `apiVersion`
    pub api_version: Option<Text<'a>>,
    /// `resourceVersion`
    pub resource_version: Option<Text<'a>>,
    /// `subresource`
    pub subresource: Option<Text<'a>>,
}

/// `responseStatus`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseStatus<'a> {
    /// `code`, the HTTP status.
    pub code: Option<u16>,
    /// `status`: `Success` or `Failure`.
    pub status: Option<Text<'a>>,
    /// `message`
    pub message: Option<Text<'a>>,
    /// `reason`, a word such as `Forbidden`.
    pub reason: Option<Text<'a>>,
    /// The whole object.
    pub raw: Option<Raw<'a>>,
}

impl<'a> User<'a> {
    pub(super) fn read(members: &mut Object<'a>) -> Self {
        let mut user = Self::default();
        for (key, value) in members {
            match key.raw() {
                "username" => user.username = value.text(),
                "uid" => user.uid = value.text(),
                "groups" => user.groups = Some(value),
                "extra" => user.extra = Some(value),
                _ => {}
            }
        }
        user
    }

    /// Whether the user is in that group.
    #[must_use]
    pub fn in_group(&self, name: &str) -> bool {
        self.group_names().any(|group| group.is(name))
    }

    /// The groups.
    pub fn group_names(&self) -> impl Iterator<Item = Text<'a>> {
        self.groups
            .into_iter()
            .flat_map(|groups| groups.elements())
            .filter_map(|item| item.text())
    }
}

impl<'a> ObjectRef<'a> {
    pub(super) fn read(members: &mut Object<'a>) -> Self {
        let mut object = Self::default();
        for (key, value) in members {
            match key.raw() {
                "resource" => object.resource = value.text(),
                "namespace" => object.namespace = value.text(),
                "name" => object.name = value.text(),
                "uid" => object.uid = value.text(),
                "apiGroup" => object.api_group = value.text(),
                "apiVersion" => object.api_version = value.text(),
                "resourceVersion" => object.resource_version = value.text(),
                "subresource" => object.subresource = value.text(),
                _ => {}
            }
        }
        object
    }
}

impl<'a> ResponseStatus<'a> {
    pub(super) fn read(members: &mut Object<'a>) -> Self {
        let mut status = Self::default();
        for (key, value) in members {
            match key.raw() {
                "code" => {
                    let code = value.text().map_or(value.as_str(), |text| text.raw());
                    status.code = code.parse().ok();
                }
                "status" => status.status = value.text(),
                "message" => status.message = value.text(),
                "reason" => status.reason = value.text(),
                _ => {}
            }
        }
        status
    }
}
