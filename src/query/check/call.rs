//! Calls: how many arguments, of what shape, and where a function may stand.

use std::net::IpAddr;

use ipnet::IpNet;

use super::scope::{Kind, Known};
use super::{Checker, Place};
use crate::query::ast::{Expr, ExprKind, Span};
use crate::query::diagnostic::Diagnostic;
use crate::query::functions::{self, Function, Yields};

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        args: &[Expr],
        name_span: Span,
        span: Span,
        place: Place,
    ) -> Known {
        let Some(function) = functions::find(name) else {
            let message = format!("there is no function `{name}`");
            self.report(Diagnostic::error("unknown-function", name_span, message));
            return Known::ANY;
        };
        self.number_of_arguments(function, args.len(), span);
        let inner = self.place_of_arguments(function, name_span, place);
        let mut any_missing = false;
        let mut all_missing = !args.is_empty();
        for (i, arg) in args.iter().enumerate() {
            let known = self.argument(function, i, args.len(), arg, inner);
            if function.is_aggregate() && known.kind == Kind::Map {
                self.refuse_structure(known, arg.span, "aggregated");
            }
            any_missing |= known.may_be_missing;
            all_missing &= known.may_be_missing;
        }
        let may_be_missing = match function.name {
            "ispresent" | "isempty" | "isblank" | "count" | "count_distinct" | "messageSize" => {
                false
            }
            "coalesce" => all_missing,
            "jsonParse" => true,
            _ => any_missing,
        };
        Known {
            kind: yields(function),
            may_be_missing,
        }
    }

    fn number_of_arguments(&mut self, function: &Function, given: usize, span: Span) {
        let too_many = function.max_args.is_some_and(|max| given > max);
        if given >= function.min_args && !too_many {
            return;
        }
        let message = format!(
            "{} takes {}, here are {given}",
            function.name,
            function.arity()
        );
        self.error(
            "argument-count",
            span,
            message,
            &format!("it yields {}", function.doc),
        );
    }

    fn place_of_arguments(&mut self, function: &Function, span: Span, place: Place) -> Place {
        let name = function.name;
        match (function.is_aggregate(), place) {
            (true, Place::Group) => Place::Aggregated,
            (true, Place::Row) => {
                let message = format!("{name} is computed from many rows");
                let help = if self.scope.is_after_stats() {
                    format!(
                        "no column of that text exists; the columns are {}",
                        self.scope.outputs_in_words()
                    )
                } else {
                    "it belongs into `stats`, before `by`".to_owned()
                };
                self.error("aggregate-outside-stats", span, message, &help);
                Place::Aggregated
            }
            (true, Place::Aggregated) => {
                let message = format!("{name} stands inside another aggregate");
                let help = "compute it in a `stats` of its own before this one";
                self.error("nested-aggregate", span, message, help);
                place
            }
            (false, _) => {
                if name == "bin" && self.scope.is_after_stats() {
                    let message = "bin works only in the first `stats`";
                    let help = "carry `bin(...) as t` along and use datefloor(t, ...)";
                    self.error("bin-after-stats", span, message, help);
                }
                place
            }
        }
    }

    fn argument(
        &mut self,
        function: &Function,
        i: usize,
        count: usize,
        arg: &Expr,
        place: Place,
    ) -> Known {
        match (function.name, i) {
            ("count", 0) if arg.kind == ExprKind::Star => Known::always(Kind::Any),
            ("bin", 0) | ("datefloor" | "dateceil" | "rate", 1) => self.period(arg),
            ("isIpInSubnet" | "isIpv4InSubnet" | "isIpv6InSubnet", 1) => {
                self.subnets(function.name, arg);
                Known::always(Kind::Any)
            }
            ("regexReplace", 1) => {
                match &arg.kind {
                    ExprKind::Regex(regex) => self.regex(&regex.source, regex.span),
                    ExprKind::Text(source) => self.regex(source, arg.span),
                    _ => return self.infer(arg, place),
                }
                Known::always(Kind::Any)
            }
            ("if", 0) => self.condition_in(arg, place),
            ("case", _) if i.is_multiple_of(2) && i + 1 < count => self.condition_in(arg, place),
            ("pct", 1) => self.percentage(arg),
            _ => self.infer(arg, place),
        }
    }

    fn period(&mut self, arg: &Expr) -> Known {
        if !matches!(arg.kind, ExprKind::Period(_)) {
            self.error(
                "period-expected",
                arg.span,
                "expected a period",
                "for example `5m`",
            );
        }
        Known::always(Kind::Any)
    }

    fn percentage(&mut self, arg: &Expr) -> Known {
        let fits = matches!(arg.kind, ExprKind::Number(n) if (0.0..=100.0).contains(&n));
        if !fits {
            let message = "a percentile is a number from 0 to 100";
            self.error(
                "percentile-range",
                arg.span,
                message,
                "for example `pct(f, 99)`",
            );
        }
        Known::always(Kind::Number)
    }

    /// One subnet, or as an extension a list of them.
    fn subnets(&mut self, function: &str, arg: &Expr) {
        match &arg.kind {
            ExprKind::Text(text) => self.subnet(function, text, arg.span, text.parse().ok()),
            ExprKind::List(items) => {
                for item in items {
                    match &item.kind {
                        ExprKind::Text(text) => {
                            // Lists of the user mix networks and addresses.
                            let alone = text.parse::<IpAddr>().ok().map(IpNet::from);
                            self.subnet(function, text, item.span, text.parse().ok().or(alone));
                        }
                        _ => self.not_a_subnet(item.span, "a subnet is a text"),
                    }
                }
            }
            _ => self.not_a_subnet(arg.span, "expected a subnet or a list of subnets"),
        }
    }

    fn subnet(&mut self, function: &str, text: &str, span: Span, net: Option<IpNet>) {
        match net {
            None => self.not_a_subnet(span, &format!("`{text}` is not a subnet")),
            Some(IpNet::V6(_)) if function == "isIpv4InSubnet" => {
                self.not_a_subnet(span, "this is a subnet of IPv6");
            }
            Some(IpNet::V4(_)) if function == "isIpv6InSubnet" => {
                self.not_a_subnet(span, "this is a subnet of IPv4");
            }
            Some(_) => {}
        }
    }

    fn not_a_subnet(&mut self, span: Span, message: &str) {
        let help = "write an address and the number of its leading bits, as in `\"10.0.0.0/8\"`";
        self.error("bad-subnet", span, message, help);
    }
}

const fn yields(function: &Function) -> Kind {
    match function.yields {
        Yields::Text => Kind::Text,
        Yields::Number => Kind::Number,
        Yields::Bool => Kind::Bool,
        Yields::Time => Kind::Time,
        Yields::List => Kind::List,
        Yields::Map => Kind::Map,
        Yields::Any => Kind::Any,
    }
}
