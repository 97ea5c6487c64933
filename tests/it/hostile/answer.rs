//! What goes back to the caller, in the form of the protocol of the action.

use serde_json::json;

use super::call::{Action, Service};
use super::wire::Manner;

/// An answer, and how it is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    content_type: &'static str,
    /// The error's code, for the header and for the log of calls.
    pub(crate) code: Option<String>,
    pub(crate) body: String,
    pub(crate) manner: Manner,
    /// The body is no answer, though it arrives.
    pub(crate) garbled: bool,
}

/// An error as a service gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Without one the answer is nothing but a status line, as a load balancer's.
    pub(crate) with_body: bool,
}

impl Refusal {
    /// An error with status 400, as most are.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self::status(400, code, message)
    }

    pub(crate) fn status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            with_body: true,
        }
    }

    /// What an action says to credentials that were good once.
    pub(crate) fn expired(action: Action) -> Self {
        let message = "The security token included in the request is expired";
        match action.service() {
            Service::Logs => Self::new("ExpiredTokenException", message),
            Service::Sns | Service::Sts => Self::status(403, "ExpiredToken", message),
        }
    }
}

impl Answer {
    /// The answer to an action: a body, or an error.
    pub(crate) fn of(action: Action, result: Result<String, Refusal>) -> Self {
        let content_type = match action.service() {
            Service::Logs => "application/x-amz-json-1.1",
            Service::Sns | Service::Sts => "text/xml",
        };
        let (status, code, body) = match result {
            Ok(body) => (200, None, body),
            Err(refusal) => {
                let body = if refusal.with_body {
                    error(action, &refusal)
                } else {
                    String::new()
                };
                (refusal.status, Some(refusal.code), body)
            }
        };
        Self {
            status,
            content_type,
            code,
            body,
            manner: Manner::Whole,
            garbled: false,
        }
    }

    /// The status line and the headers, with the promised length of the body.
    pub(crate) fn head(&self, promised: usize) -> String {
        let mut head = format!(
            "HTTP/1.1 {} Said\r\nContent-Type: {}\r\nContent-Length: {promised}\r\n\
             x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n",
            self.status, self.content_type
        );
        if let Some(code) = &self.code
            && !self.body.is_empty()
            && self.content_type != "text/xml"
        {
            head.push_str(&format!("x-amzn-errortype: {code}\r\n"));
        }
        head.push_str("\r\n");
        head
    }
}

/// The body of an error.
fn error(action: Action, refusal: &Refusal) -> String {
    if action.service() == Service::Logs {
        return json!({"__type": refusal.code, "message": refusal.message}).to_string();
    }
    let fault = if refusal.status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    format!(
        "<ErrorResponse xmlns=\"{}\"><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message>\
         </Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>",
        action.service().namespace(),
        escape(&refusal.code),
        escape(&refusal.message),
    )
}

/// The body of a Query answer: the result within the frame that its action has.
pub(crate) fn framed(action: Action, result: &str) -> String {
    let name = action.name();
    format!(
        "<{name}Response xmlns=\"{}\"><{name}Result>{result}</{name}Result><ResponseMetadata>\
         <RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata></{name}Response>",
        action.service().namespace(),
    )
}

/// Text for XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
