//! Why a query cannot be compiled.

use crate::query::ast::Span;
use crate::query::diagnostic::Diagnostic;

/// What was wrong and where. The checks of a query say the same earlier and at more length; this is
/// for trees that were not checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// Where in the query.
    pub span: Span,
    /// What was wrong and what to do.
    pub message: String,
}

impl CompileError {
    pub(in crate::query) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
        }
    }
}

impl From<CompileError> for Diagnostic {
    fn from(error: CompileError) -> Self {
        Self::error("compile", error.span, error.message)
    }
}
