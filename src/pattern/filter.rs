//! The tree of a JSON filter pattern, and its text.

use std::fmt::{self, Display, Formatter};

/// What an event must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them; with none, anything.
    All(Vec<Filter>),
    /// One of them; with none, nothing.
    Any(Vec<Filter>),
    /// A test of one member.
    Test(Test),
    /// The line has this text in it: only [terms](super::terms) can say so, not a JSON pattern.
    Line(String),
}

/// A test of one member of the event.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The path of the member, array elements by number: `sourceIPs.0`.
    pub path: String,
    /// What is asked.
    pub op: Op,
}

/// What is asked of a member. All but [`Op::NotExists`] fail where it is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A text that is this, `*` standing for anything.
    Equal(String),
    /// A text that is not.
    NotEqual(String),
    /// A number that compares so: `=`, `!=`, `<`, `<=`, `>` or `>=`.
    Number(&'static str, f64),
    /// There is no such member.
    NotExists,
    /// It is `null`.
    IsNull,
    /// It is `true` or `false`, as chosen.
    Is(bool),
}

impl Filter {
    /// A test.
    #[must_use]
    pub fn test(path: &str, op: Op) -> Self {
        Self::Test(Test {
            path: path.to_owned(),
            op,
        })
    }

    /// Both, or all: nested ones are flattened, equal ones are one.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for part in parts {
            let inner = match part {
                Self::All(inner) => inner,
                other => vec![other],
            };
            for one in inner {
                if !flat.contains(&one) {
                    flat.push(one);
                }
            }
        }
        alone(flat, Self::All)
    }

    /// One of them: nested ones are flattened, equal ones are one, and one that asks for more than
    /// another goes.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for part in parts {
            let inner = match part {
                Self::Any(inner) => inner,
                other => vec![other],
            };
            for one in inner {
                if !flat.iter().any(|other| one.implies(other)) {
                    flat.retain(|other| !other.implies(&one));
                    flat.push(one);
                }
            }
        }
        alone(flat, Self::Any)
    }

    /// Whether it plainly asks for no less than another.
    pub(super) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (one, two) if one == two => true,
            (_, Self::All(parts)) => parts.iter().all(|part| self.implies(part)),
            (Self::Any(parts), _) => parts.iter().all(|part| part.implies(other)),
            (Self::All(parts), _) => parts.iter().any(|part| part.implies(other)),
            (_, Self::Any(parts)) => parts.iter().any(|part| self.implies(part)),
            _ => false,
        }
    }

    /// The tests in it.
    pub fn tests(&self) -> Box<dyn Iterator<Item = &Test> + '_> {
        match self {
            Self::All(parts) | Self::Any(parts) => Box::new(parts.iter().flat_map(Self::tests)),
            Self::Test(test) => Box::new(std::iter::once(test)),
            Self::Line(_) => Box::new(std::iter::empty()),
        }
    }

    /// The same without what a JSON pattern can't ask, which lets more through; `None` for anything.
    #[must_use]
    pub fn without_lines(&self) -> Option<Self> {
        match self {
            Self::Line(_) => None,
            Self::Test(_) => Some(self.clone()),
            Self::All(parts) => {
                let parts: Vec<Self> = parts.iter().filter_map(Self::without_lines).collect();
                (!parts.is_empty()).then(|| Self::all(parts))
            }
            Self::Any(parts) => {
                let parts: Option<Vec<Self>> = parts.iter().map(Self::without_lines).collect();
                parts.map(Self::any)
            }
        }
    }
}

fn alone(mut parts: Vec<Filter>, made: fn(Vec<Filter>) -> Filter) -> Filter {
    match (parts.pop(), parts.is_empty()) {
        (Some(one), true) => one,
        (last, _) => {
            parts.extend(last);
            made(parts)
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, between) = match self {
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
            Self::Test(test) => return test.fmt(f),
            Self::Line(text) => return write!(f, "{text:?}"),
        };
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                f.write_str(between)?;
            }
            // A single test needs no parentheses: characters are dear.
            match part {
                Self::Test(test) => test.fmt(f)?,
                _ => write!(f, "({part})")?,
            }
        }
        Ok(())
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for part in self.path.split('.') {
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                write!(f, "[{part}]")?;
            } else {
                write!(f, ".{part}")?;
            }
        }
        match &self.op {
            Op::Equal(text) => write!(f, "=\"{text}\""),
            Op::NotEqual(text) => write!(f, "!=\"{text}\""),
            Op::Number(op, number) => write!(f, "{op}{number}"),
            Op::NotExists => f.write_str(" NOT EXISTS"),
            Op::IsNull => f.write_str(" IS NULL"),
            Op::Is(true) => f.write_str(" IS TRUE"),
            Op::Is(false) => f.write_str(" IS FALSE"),
        }
    }
}
