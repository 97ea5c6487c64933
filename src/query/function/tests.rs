#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use super::super::samples::any_value;
use super::*;
use proptest::prelude::*;

fn call(name: &str, args: &[Value<'static>]) -> Value<'static> {
    let definition = find(name).unwrap_or_else(|| panic!("no function {name}"));
    let constants: Vec<_> = args.iter().map(Some).collect();
    let function = definition
        .prepare(&constants)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut args = args.to_vec();
    function.apply(&mut args, &Clock::at(1_700_000_000))
}

/// A value written in short: `-` missing, `#1` a number, `t1` a time, `!` and `?` for true and false.
fn v(short: &'static str) -> Value<'static> {
    match short.split_at_checked(1).unwrap_or(("", short)) {
        ("-", "") => Value::Missing,
        ("!", "") => Value::Bool(true),
        ("?", "") => Value::Bool(false),
        ("#", number) => Value::Number(number.parse().unwrap()),
        ("@", time) => Value::Time(time.parse().unwrap()),
        ("{", _) => Value::Json(short.into()),
        ("[", items) => {
            let items = items
                .trim_end_matches(']')
                .split(',')
                .filter(|item| !item.is_empty());
            Value::List(items.map(v).collect())
        }
        _ => Value::text(short),
    }
}

fn check(table: &[(&str, &[&'static str], &'static str)]) {
    for (name, args, expected) in table {
        let args: Vec<_> = args.iter().map(|short| v(short)).collect();
        assert_eq!(call(name, &args), v(expected), "{name}{args:?}");
    }
}

#[test]
fn numeric_functions_compute() {
    check(&[
        ("abs", &["#-2"], "#2"),
        ("abs", &["-3.5"], "#3.5"),
        ("abs", &["x"], "-"),
        ("ceil", &["#1.2"], "#2"),
        ("ceil", &["-1.2"], "#-1"),
        ("floor", &["#1.8"], "#1"),
        ("floor", &["-1.2"], "#-2"),
        ("log", &["#1"], "#0"),
        ("log", &["#0"], "-"),
        ("sqrt", &["#9"], "#3"),
        ("sqrt", &["#-1"], "-"),
        ("round", &["#2.5"], "#3"),
        ("round", &["#2.345", "#1"], "#2.3"),
        ("round", &["#1250", "#-2"], "#1300"),
        ("greatest", &["#1", "12", "#3"], "#12"),
        ("greatest", &["[1,5,2]"], "#5"),
        ("greatest", &["#1", "x"], "-"),
        ("least", &["#1", "-2"], "#-2"),
        ("least", &["#1", "-"], "-"),
        ("haversine", &["#0", "#0", "#0", "#0"], "#0"),
        ("toNumber", &["12.5"], "#12.5"),
        ("toNumber", &["twelve"], "-"),
        ("toInt", &["12.9"], "#12"),
        ("toInt", &["3000000000"], "-"),
        ("toLong", &["3000000000"], "#3000000000"),
        ("toDouble", &["!"], "#1"),
    ]);
    let Value::Number(km) = call("haversine", &["#52.5", "#13.4", "#48.85", "#2.35"].map(v)) else {
        panic!("a distance is a number")
    };
    assert!(
        (870.0..890.0).contains(&km),
        "Berlin to Paris is about 880 km, not {km}"
    );
}

#[test]
fn text_functions_compute() {
    check(&[
        ("concat", &["a", "#1", "!"], "a1true"),
        ("concat", &["a", "-"], "-"),
        ("ltrim", &["  a "], "a "),
        ("rtrim", &["  a "], "  a"),
        ("trim", &["  a "], "a"),
        ("trim", &["xxaxyx", "xy"], "a"),
        ("trim", &["xxx", "x"], ""),
        ("strlen", &["äöü"], "#3"),
        ("strlen", &["#401"], "#3"),
        ("toupper", &["aBc1"], "ABC1"),
        ("tolower", &["ABC"], "abc"),
        ("tolower", &["[A,B]"], "[a,b]"),
        ("substr", &["abcdef", "#2"], "cdef"),
        ("substr", &["äöüß", "#1", "#2"], "öü"),
        ("substr", &["abc", "#5"], ""),
        ("substr", &["abc", "#-1", "#2"], "ab"),
        ("substr", &["abc", "x"], "-"),
        ("replace", &["a-b-c", "-", "+"], "-"),
        ("replace", &["axbxc", "x", ""], "abc"),
        ("replace", &["abc", "", "y"], "abc"),
        ("regexReplace", &["pod-12-ab3", "\\d+", "N"], "pod-N-abN"),
        ("regexReplace", &["k=v", "(?<k>\\w)=(\\w)", "$2=$k"], "v=k"),
        ("strcontains", &["hello", "ell"], "#1"),
        ("strcontains", &["hello", "ELL"], "#0"),
        ("strcontains", &["hello", "ELL", "!"], "#1"),
        ("strcontains", &["[ab,cd]", "c"], "[#0,#1]"),
        ("startsWith", &["system:node", "system:"], "!"),
        ("startsWith", &["System:node", "system:", "!"], "!"),
        ("endsWith", &["a.b", ".b"], "!"),
        ("endsWith", &["a.b", "a"], "?"),
        ("split", &["a/b/c", "/"], "[a,b,c]"),
        ("split", &["abc", ""], "[abc]"),
    ]);
}

#[test]
fn encodings_go_both_ways() {
    check(&[
        ("urlencode", &["a b/c~"], "a%20b%2Fc~"),
        (
            "urldecode",
            &["command=ls+-la%20%2Ftmp"],
            "command=ls -la /tmp",
        ),
        ("urldecode", &["plain"], "plain"),
        ("base64encode", &["hi!"], "aGkh"),
        ("base64encode", &["h"], "aA=="),
        ("base64decode", &["aGkh"], "hi!"),
        ("base64decode", &["aA"], "h"),
        ("base64decode", &["*"], "-"),
        ("hexToAscii", &["6869"], "hi"),
        ("hexToAscii", &["686"], "-"),
        ("hexToDec", &["ff"], "#255"),
        ("hexToDec", &["0xFF"], "#255"),
        ("hexToDec", &["xyz"], "-"),
        ("decToHex", &["#255"], "ff"),
        ("decToHex", &["#-1"], "-"),
    ]);
}

#[test]
fn digests_are_written_in_hexadecimal() {
    check(&[
        (
            "sha256",
            &["abc"],
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        ("sha256", &["-"], "-"),
    ]);
    let Value::Text(text) = call("md5", &[v("abc")]) else {
        panic!("a digest is a text")
    };
    assert_eq!(text, "900150983cd24fb0d6963f7d28e17f72");
}

#[test]
fn time_functions_compute() {
    check(&[
        ("datefloor", &["@299999", "#60000"], "@240000"),
        ("datefloor", &["@-1", "#1000"], "@-1000"),
        ("datefloor", &["@5", "#0"], "-"),
        ("dateceil", &["@240001", "#60000"], "@300000"),
        ("dateceil", &["@240000", "#60000"], "@240000"),
        (
            "datefloor",
            &["1970-01-01T00:01:30+00:00", "#60000"],
            "@60000",
        ),
        ("fromMillis", &["#1500"], "@1500"),
        ("fromMillis", &["x"], "-"),
        ("toMillis", &["@1500"], "#1500"),
        ("toMillis", &["1970-01-01T00:00:01.5Z"], "#1500"),
        ("toMillis", &["yesterday"], "-"),
        ("now", &[], "#1700000000"),
        ("strftime", &["@0", "%Y/%m/%d"], "1970/01/01"),
        (
            "formatDate",
            &["@1", "yyyy-MM-dd'T'HH:mm:ss.SSS"],
            "1970-01-01T00:00:00.001",
        ),
        (
            "formatDate",
            &["@0", "EEEE, d MMMM yyyy"],
            "Thursday, 1 January 1970",
        ),
        ("parseDate", &["1970-01-02"], "-"),
        ("parseDate", &["1970-01-02", "yyyy-MM-dd"], "@86400000"),
        (
            "parseDate",
            &["1970-01-01 00:00:02", "yyyy-MM-dd HH:mm:ss"],
            "@2000",
        ),
        (
            "parseDate",
            &["1970-01-01 01:00:00 +0100", "%Y-%m-%d %H:%M:%S %z"],
            "@0",
        ),
        (
            "parseDate",
            &["1970-01-01 02:00", "yyyy-MM-dd HH:mm", "+02:00"],
            "@0",
        ),
        ("formatDate", &["@0"], "1970-01-01T00:00:00.000Z"),
        ("strftime", &["@0", "%H:%M", "-01:30"], "22:30"),
        ("strftime", &["@0", "%H:%M", "UTC"], "00:00"),
        ("parseDate", &["02/01/70", "yyyy-MM-dd"], "-"),
    ]);
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    let last = chrono::DateTime::<chrono::Utc>::MAX_UTC.timestamp_millis();
    let first = chrono::DateTime::<chrono::Utc>::MIN_UTC.timestamp_millis();
    for time in [first, last, i64::MIN, i64::MAX] {
        for zone in ["-23:59", "UTC", "+23:59"] {
            for pattern in ["%Y-%m-%d %H:%M", "%c", "%s", "%+", "%G-%V", "%D", "%Z"] {
                call("strftime", &[Value::Time(time), v(pattern), v(zone)]);
            }
            let text = format!(
                "{} 23:59",
                if time > 0 {
                    "+262142-12-31"
                } else {
                    "-262143-01-01"
                }
            );
            call(
                "parseDate",
                &[Value::Text(text.into()), v("%Y-%m-%d %H:%M"), v(zone)],
            );
        }
        call("datefloor", &[Value::Time(time), v("#7000")]);
        call("dateceil", &[Value::Time(time), Value::Number(9e18)]);
        call("toMillis", &[Value::Time(time)]);
    }
}

#[test]
fn general_functions_compute() {
    check(&[
        ("coalesce", &["-", "[]", "a", "b"], "a"),
        ("coalesce", &["-"], "-"),
        ("isEmpty", &["-"], "#1"),
        ("isEmpty", &[""], "#1"),
        ("isEmpty", &[" "], "#0"),
        ("isBlank", &[" "], "#1"),
        ("isBlank", &["-"], "#1"),
        ("isBlank", &["[a]"], "#0"),
        ("isNumeric", &["1.5"], "!"),
        ("isNumeric", &["x"], "?"),
        ("isNumeric", &["-"], "?"),
    ]);
}

#[test]
fn json_functions_compute() {
    check(&[
        ("jsonParse", &["{\"a\":1}"], "{\"a\":1}"),
        ("jsonStringify", &["a\"b"], "\"a\\\"b\""),
        ("jsonArraySize", &["[a,b]"], "#2"),
        ("jsonArrayContains", &["[a,#1]", "1"], "!"),
        ("jsonArrayContains", &["[a,b]", "c"], "?"),
        ("jsonArrayContains", &["{\"a\":1}", "a"], "-"),
    ]);
    let text = |text: &'static str| Value::text(text);
    assert_eq!(call("jsonParse", &[text("[1,\"a\",{\"b\":2},null]")]), {
        let object = Value::Json("{\"b\":2}".into());
        Value::List(vec![Value::Number(1.0), text("a"), object, Value::Missing].into())
    });
    assert_eq!(call("jsonParse", &[text("{broken")]), Value::Missing);
    assert_eq!(
        call("jsonArraySize", &[text("[1,2,3]")]),
        Value::Number(3.0)
    );
    assert_eq!(
        call("jsonStringify", &[v("[a,#1,-]")]),
        text("[\"a\",1,null]")
    );
}

#[test]
fn members_are_found_under_dotted_keys_and_nested_ones() {
    let raw = r#"{"a":{"b.c":1,"b":{"d":"x\n"}},"a.e":[true,{"f":2}],"a":{"b":{"d":"last"}}}"#;
    let member = |path| json::member(Value::Json(raw.into()), path);
    assert_eq!(member("a.b.d"), Value::text("last"));
    assert_eq!(member("a.e.1.f"), Value::Number(2.0));
    assert_eq!(member("a.e.0"), Value::Bool(true));
    assert_eq!(member("a.b.c"), Value::Missing);
    assert_eq!(member("a.e.7"), Value::Missing);
    let list = Value::List([v("a"), v("b")].into_iter().collect());
    assert_eq!(json::element(list.clone(), &Value::Number(1.0)), v("b"));
    assert_eq!(json::element(list, &Value::Number(-1.0)), Value::Missing);
}

#[test]
fn deeply_nested_json_is_cut_off_not_followed() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(
        call("jsonParse", &[Value::Text(deep.into())]),
        Value::List(_)
    ));
    let deep = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
    let path = ["a"; 1000].join(".");
    assert_eq!(
        json::member(Value::Json(deep.into()), &path),
        Value::Missing
    );
}

#[test]
fn address_functions_compute() {
    check(&[
        ("isValidIp", &["10.0.0.1"], "!"),
        ("isValidIp", &["10.0.0"], "?"),
        ("isValidIp", &["-"], "-"),
        ("isValidIpV4", &["::1"], "?"),
        ("isValidIpV6", &["::1"], "!"),
        ("isIpInSubnet", &["10.1.2.3", "10.0.0.0/8"], "!"),
        ("isIpInSubnet", &["11.1.2.3", "10.0.0.0/8"], "?"),
        (
            "isIpInSubnet",
            &["198.51.100.7", "[10.0.0.0/8,198.51.100.0/24]"],
            "!",
        ),
        ("isIpInSubnet", &["no address", "10.0.0.0/8"], "?"),
        ("isIpInSubnet", &["10.0.0.1", "10.0.0.1"], "!"),
        ("isIpv4InSubnet", &["::ffff:10.0.0.1", "10.0.0.0/8"], "!"),
        ("isIpv6InSubnet", &["2001:db8::1", "2001:db8::/32"], "!"),
        ("isIpv6InSubnet", &["10.0.0.1", "10.0.0.0/8"], "?"),
        ("ipv4ToNumber", &["0.0.1.0"], "#256"),
        ("ipv4ToNumber", &["::1"], "-"),
        ("isPrivateIP", &["192.168.0.1"], "!"),
        ("isPrivateIP", &["203.0.113.9"], "?"),
        ("isPublicIP", &["203.0.113.9"], "!"),
        ("isPublicIP", &["100.64.0.1"], "?"),
        ("isPublicIP", &["rubbish"], "?"),
        ("isReservedIP", &["169.254.169.254"], "!"),
        ("isReservedIP", &["10.0.0.1"], "?"),
    ]);
}

#[test]
fn wrong_constants_and_counts_are_refused_before_any_row() {
    let error = |name: &str, args: &[Value<'static>]| {
        let constants: Vec<_> = args.iter().map(Some).collect();
        find(name).unwrap().prepare(&constants).unwrap_err()
    };
    assert_eq!(error("abs", &[]), "abs takes 1 argument, not 0");
    assert_eq!(
        error("substr", &[v("a")]),
        "substr takes 2 to 3 arguments, not 1"
    );
    assert!(error("isIpInSubnet", &[v("a"), v("10.0.0.0/99")]).contains("is not a network"));
    assert!(error("regexReplace", &[v("a"), v("("), v("")]).contains("not valid"));
    assert!(error("strftime", &[v("@0"), v("%Q")]).contains("directive"));
    assert!(error("strftime", &[v("@0"), v("%H"), v("Mars")]).contains("write UTC or an offset"));
}

#[test]
fn what_grows_is_cut() {
    let long = Value::Text("é".repeat(LONGEST_TEXT).into());
    for (name, args) in [
        ("concat", vec![long.clone(), long.clone()]),
        (
            "replace",
            vec![long.clone(), v("é"), Value::Text("xyz".repeat(1000).into())],
        ),
        (
            "regexReplace",
            vec![long.clone(), v(""), Value::Text("xyz".repeat(1000).into())],
        ),
    ] {
        let Value::Text(text) = call(name, &args) else {
            panic!("{name} yields a text")
        };
        assert!(
            text.len() <= LONGEST_TEXT && text.len() > LONGEST_TEXT - 4,
            "{name}"
        );
    }
    let Value::List(items) = call("split", &[Value::Text(",".repeat(50_000).into()), v(",")])
    else {
        panic!("split yields a list")
    };
    assert_eq!(items.len(), LONGEST_LIST);
    let pieces = Value::List(vec![v("a"); 1000].into());
    let grown = call("concat", &[pieces, Value::Text("x".repeat(100_000).into())]);
    assert!(grown.size() < 2 * LONGEST_TEXT);
}

fn any_name() -> impl Strategy<Value = &'static str> {
    let names: Vec<&'static str> = all().map(|definition| definition.name).collect();
    prop::sample::select(names)
}

proptest! {
    #[test]
    fn no_function_fails_on_any_values(
        name in any_name(), args in prop::collection::vec(any_value(), 0..5), constant: bool
    ) {
        let constants: Vec<_> = args.iter().map(|arg| constant.then_some(arg)).collect();
        if let Ok(function) = find(name).unwrap().prepare(&constants) {
            let missing = args.iter().any(Value::is_missing);
            let result = function.apply(&mut args.clone(), &Clock::default());
            if missing && !function.definition.sees_missing {
                prop_assert_eq!(result, Value::Missing);
            }
        }
    }
}

#[test]
fn a_group_in_a_replacement_may_be_followed_by_a_letter() {
    for (by, expected) in [
        ("$2_$1", "smith_john"),
        ("$1x", "johnx"),
        ("${2}$$1", "smith$1"),
        ("$", "$"),
        ("a$b", "a"),
    ] {
        let args = [v("john smith"), v(r"(\w+) (\w+)"), v(by)];
        assert_eq!(call("regexReplace", &args), v(expected), "{by}");
    }
}

#[test]
fn only_arrays_and_objects_are_parsed() {
    for scalar in ["5", "true", "\"x\"", "null", ""] {
        assert_eq!(call("jsonParse", &[v(scalar)]), Value::Missing, "{scalar}");
    }
    assert_eq!(call("jsonArraySize", &[v("[5, 6]")]), Value::Number(2.0));
}
