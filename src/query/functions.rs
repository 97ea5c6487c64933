//! The catalogue of functions: how they are spelled, how many arguments they take, what they yield.
//!
//! The parser stores the documented spelling, and evaluation finds the code by it. Nothing here
//! computes anything. Source: the pages on functions, on `stats` and on JSON of the Logs Insights
//! documentation.

#[cfg(test)]
mod tests;

/// Where a function may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anywhere: it is computed from one row.
    Row,
    /// In `stats`: it is computed from the rows of a group.
    Aggregate,
}

/// What a function yields, as far as the arguments do not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yields {
    /// A text.
    Text,
    /// A number.
    Number,
    /// 1 or 0: it may stand as a condition.
    Bool,
    /// A point in time.
    Time,
    /// Several values.
    List,
    /// A map or list out of JSON, with members.
    Map,
    /// It depends.
    Any,
}

/// When a function entered the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It is in the documentation of every region.
    Documented,
    /// It came in 2026; regions and partitions may lack it.
    New,
}

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The documented spelling; case does not matter in a query.
    pub name: &'static str,
    /// Other spellings that are accepted.
    pub aliases: &'static [&'static str],
    /// The least number of arguments.
    pub min_args: usize,
    /// The largest number of arguments, if there is one.
    pub max_args: Option<usize>,
    /// Where it may stand.
    pub place: Place,
    /// What it yields.
    pub yields: Yields,
    /// When it came.
    pub since: Since,
    /// What it computes, in a few words.
    pub doc: &'static str,
}

impl Function {
    /// Whether it is computed from the rows of a group.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        self.place == Place::Aggregate
    }

    /// The number of arguments in words.
    #[must_use]
    pub fn arity(&self) -> String {
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        match self.max_args {
            Some(0) => "no argument".to_owned(),
            Some(max) if max == self.min_args => format!("{max} {}", plural(max)),
            Some(max) => format!("{} to {max} arguments", self.min_args),
            None => format!("at least {} {}", self.min_args, plural(self.min_args)),
        }
    }
}

/// The function of that name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    let same = |spelling: &str| spelling.eq_ignore_ascii_case(name);
    FUNCTIONS
        .iter()
        .find(|f| same(f.name) || f.aliases.iter().any(|alias| same(alias)))
}

/// The documented spellings of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

const fn row(
    name: &'static str,
    args: (usize, usize),
    yields: Yields,
    doc: &'static str,
) -> Function {
    let max_args = if args.1 == usize::MAX {
        None
    } else {
        Some(args.1)
    };
    Function {
        name,
        aliases: &[],
        min_args: args.0,
        max_args,
        place: Place::Row,
        yields,
        since: Since::Documented,
        doc,
    }
}

const fn aggregate(
    name: &'static str,
    args: (usize, usize),
    yields: Yields,
    doc: &'static str,
) -> Function {
    Function {
        place: Place::Aggregate,
        ..row(name, args, yields, doc)
    }
}

const fn new(function: Function) -> Function {
    Function {
        since: Since::New,
        ..function
    }
}

const fn also(aliases: &'static [&'static str], function: Function) -> Function {
    Function {
        aliases,
        ..function
    }
}

/// As many arguments as one likes.
const MANY: usize = usize::MAX;

/// Every function, by kind.
#[rustfmt::skip]
pub const FUNCTIONS: &[Function] = &[
    row("abs", (1, 1), Yields::Number, "the absolute value"),
    row("ceil", (1, 1), Yields::Number, "the next whole number up"),
    row("floor", (1, 1), Yields::Number, "the next whole number down"),
    row("greatest", (1, MANY), Yields::Any, "the largest of its arguments"),
    row("least", (1, MANY), Yields::Any, "the smallest of its arguments"),
    row("log", (1, 1), Yields::Number, "the natural logarithm"),
    row("sqrt", (1, 1), Yields::Number, "the square root"),
    new(row("round", (1, 2), Yields::Number, "rounded to a whole number, or to that many places")),
    new(row("haversine", (4, 4), Yields::Number, "the distance between two latitudes and longitudes")),
    new(row("toNumber", (1, 1), Yields::Number, "the text as a number")),
    new(row("toInt", (1, 1), Yields::Number, "the text as a whole number")),
    new(row("toLong", (1, 1), Yields::Number, "the text as a whole number")),
    new(row("toDouble", (1, 1), Yields::Number, "the text as a number")),
    row("bin", (1, 1), Yields::Time, "the event time, cut down to the period"),
    row("datefloor", (2, 2), Yields::Time, "the time, cut down to the period"),
    row("dateceil", (2, 2), Yields::Time, "the time, brought up to the period"),
    row("fromMillis", (1, 1), Yields::Time, "milliseconds since the epoch as a time"),
    row("toMillis", (1, 1), Yields::Number, "the time in milliseconds since the epoch"),
    row("now", (0, 0), Yields::Number, "the present, in seconds since the epoch"),
    new(row("parseDate", (1, 2), Yields::Time, "the text as a time")),
    new(row("formatDate", (2, 2), Yields::Text, "the time as a text")),
    new(row("strftime", (2, 2), Yields::Text, "the time as a text")),
    row("isempty", (1, 1), Yields::Bool, "whether the field is missing or an empty text"),
    row("isblank", (1, 1), Yields::Bool, "whether the field is missing, empty or only blanks"),
    row("concat", (1, MANY), Yields::Text, "its arguments joined"),
    row("ltrim", (1, 2), Yields::Text, "the text without blanks, or those characters, at its left end"),
    row("rtrim", (1, 2), Yields::Text, "the text without blanks, or those characters, at its right end"),
    row("trim", (1, 2), Yields::Text, "the text without blanks, or those characters, at its ends"),
    row("strlen", (1, 1), Yields::Number, "the length in code points"),
    row("toupper", (1, 1), Yields::Text, "the text in capitals"),
    row("tolower", (1, 1), Yields::Text, "the text in small letters"),
    row("substr", (2, 3), Yields::Text, "the part from a position, counted from 0, of that length"),
    row("replace", (3, 3), Yields::Text, "the text with every occurrence replaced"),
    row("strcontains", (2, 3), Yields::Bool, "1 if the text contains the other, else 0"),
    new(row("regexReplace", (3, 3), Yields::Text, "the text with every match of the regular expression replaced")),
    new(row("startsWith", (2, 3), Yields::Bool, "whether the text begins with the other")),
    new(row("endsWith", (2, 3), Yields::Bool, "whether the text ends with the other")),
    new(row("urlencode", (1, 1), Yields::Text, "the text percent-encoded")),
    new(row("urldecode", (1, 1), Yields::Text, "the text percent-decoded")),
    new(row("base64encode", (1, 1), Yields::Text, "the text in base 64")),
    new(row("base64decode", (1, 1), Yields::Text, "what the base 64 text stands for")),
    new(row("split", (2, 2), Yields::List, "the parts of the text between the separators")),
    new(row("md5", (1, 1), Yields::Text, "the MD5 digest in hexadecimal")),
    new(row("sha256", (1, 1), Yields::Text, "the SHA-256 digest in hexadecimal")),
    new(row("hexToAscii", (1, 1), Yields::Text, "what the hexadecimal text stands for")),
    new(row("hexToDec", (1, 1), Yields::Number, "the hexadecimal text as a number")),
    new(row("decToHex", (1, 1), Yields::Text, "the number in hexadecimal")),
    row("ispresent", (1, 1), Yields::Bool, "whether the field exists"),
    row("coalesce", (1, MANY), Yields::Any, "the first of its arguments that exists"),
    new(row("case", (2, 21), Yields::Any, "the value after the first condition that is true, else the last")),
    new(row("if", (3, 3), Yields::Any, "the second argument if the first is true, else the third")),
    new(row("isNumeric", (1, 1), Yields::Bool, "whether the value is a number")),
    new(row("messageSize", (0, 1), Yields::Number, "the size of the message in bytes")),
    row("jsonParse", (1, 1), Yields::Map, "the JSON text as a map or list"),
    row("jsonStringify", (1, 1), Yields::Text, "the map or list as JSON text"),
    new(row("jsonArraySize", (1, 1), Yields::Number, "the number of elements of a JSON array")),
    new(row("jsonArrayContains", (2, 2), Yields::Bool, "whether a JSON array has the element")),
    row("isValidIp", (1, 1), Yields::Bool, "whether it is an IPv4 or IPv6 address"),
    row("isValidIpV4", (1, 1), Yields::Bool, "whether it is an IPv4 address"),
    row("isValidIpV6", (1, 1), Yields::Bool, "whether it is an IPv6 address"),
    row("isIpInSubnet", (2, 2), Yields::Bool, "whether the address lies in the subnet, or in one of a list"),
    row("isIpv4InSubnet", (2, 2), Yields::Bool, "whether the IPv4 address lies in the subnet, or in one of a list"),
    row("isIpv6InSubnet", (2, 2), Yields::Bool, "whether the IPv6 address lies in the subnet, or in one of a list"),
    new(row("ipv4ToNumber", (1, 1), Yields::Number, "the IPv4 address as a number")),
    new(row("isPrivateIP", (1, 1), Yields::Bool, "whether the address is private")),
    new(row("isPublicIP", (1, 1), Yields::Bool, "whether the address is public")),
    new(row("isReservedIP", (1, 1), Yields::Bool, "whether the address is reserved")),
    aggregate("count", (0, 1), Yields::Number, "the number of rows, or of rows in which the field exists"),
    also(&["countDistinct"], aggregate("count_distinct", (1, 1), Yields::Number, "the number of different values")),
    aggregate("sum", (1, 1), Yields::Number, "the sum"),
    aggregate("avg", (1, 1), Yields::Number, "the mean"),
    aggregate("min", (1, 1), Yields::Any, "the smallest value"),
    aggregate("max", (1, 1), Yields::Any, "the largest value"),
    aggregate("pct", (2, 2), Yields::Number, "the percentile, 0 to 100"),
    aggregate("stddev", (1, 1), Yields::Number, "the standard deviation"),
    aggregate("earliest", (1, 1), Yields::Any, "the value in the earliest row"),
    aggregate("latest", (1, 1), Yields::Any, "the value in the latest row"),
    aggregate("sortsFirst", (1, 1), Yields::Any, "the value that sorts first"),
    aggregate("sortsLast", (1, 1), Yields::Any, "the value that sorts last"),
    new(aggregate("variance", (1, 1), Yields::Number, "the variance")),
    new(aggregate("values", (1, 1), Yields::List, "the different values")),
    new(aggregate("topk", (2, 2), Yields::List, "the most frequent values")),
    new(also(&["countOverTime"], aggregate("count_over_time", (1, 1), Yields::Number, "the number of rows in which the field exists; with `by bin(…)`"))),
    new(also(&["sumOverTime"], aggregate("sum_over_time", (1, 1), Yields::Number, "the sum; with `by bin(…)`"))),
    new(aggregate("rate", (2, 2), Yields::Number, "the change from the earliest to the latest value, for each period")),
    new(aggregate("median", (1, 1), Yields::Number, "the middle value")),
];
