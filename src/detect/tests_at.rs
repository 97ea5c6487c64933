//! Finds the tests in a detector's file without reading it as TOML: those who only run it need none.
//! Also used when the program is built.

/// Where the tests begin that end a detector's file; its length when anything else stands behind them.
pub(super) fn tests_at(text: &str) -> usize {
    let Some(at) = text.find("\n[[test]]") else {
        return text.len();
    };
    let (_, tests) = text.split_at(at + 1);
    let of_test =
        |line: &str| !line.starts_with('[') || line.trim_start_matches('[').starts_with("test");
    if tests.lines().all(of_test) {
        at + 1
    } else {
        text.len()
    }
}
