//! `parse f csv as a, b`: the columns of one line of comma-separated values.

use csv::ReaderBuilder;

/// The columns of the first line; none when there is no line.
pub(in crate::query) fn columns(text: &str) -> Option<Vec<String>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_protect_commas_and_double_quotes_mean_one() {
        let columns = columns("a,\"b, c\",\"say \"\"x\"\"\",\nsecond,line");
        assert_eq!(
            columns,
            Some(["a", "b, c", "say \"x\"", ""].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn an_empty_text_has_no_columns() {
        assert_eq!(columns(""), None);
    }
}
