//! Tables of Markdown, and numbers as people read them.

/// A table that grows by rows.
pub(crate) struct Table(String);

impl Table {
    /// With these heads.
    pub(crate) fn new<'a>(heads: impl IntoIterator<Item = &'a str>) -> Self {
        let heads: Vec<_> = heads.into_iter().collect();
        let rule = vec!["---"; heads.len()].join("|");
        Self(format!("| {} |\n|{rule}|\n", heads.join(" | ")))
    }

    /// Adds one.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<_> = cells.into_iter().collect();
        self.0.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    /// The text.
    pub(crate) fn end(self) -> String {
        self.0
    }
}

/// A number with three figures that count, and commas.
pub(crate) fn count(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs().log10().floor() as i32;
    if size < 2 {
        let text = format!("{value:.*}", usize::try_from(2 - size).unwrap_or(0).min(2));
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let unit = 10_f64.powi((size - 2).max(0));
    commas((value / unit).round() * unit)
}

/// Dollars: cents below ten, whole ones above.
pub(crate) fn money(dollars: f64) -> String {
    match dollars {
        d if d < 0.005 => "0".to_owned(),
        d if d < 10.0 => format!("{d:.2}"),
        d => count(d),
    }
}

fn commas(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
