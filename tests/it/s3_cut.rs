//! An S3 whose connections break in the middle of an object: it is read on from there, and what can't be is
//! named.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::hostile::environment;
use crate::invariance::DAY;
use crate::program::{Ran, command, feed};
use crate::watching::id;

const TAG: &str = "\"0123456789abcdef\"";

/// What it was asked for objects: the range, and the tag that it must have.
pub(crate) type Asked = Arc<Mutex<Vec<(Option<usize>, Option<String>)>>>;

/// Serves one object, of which each answer holds only a piece of so many bytes, however much it promises.
pub(crate) fn serve(content: Vec<u8>, piece: usize) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream, &content, piece, &seen);
        }
    });
    (url, asked)
}

fn answer(mut stream: TcpStream, content: &[u8], piece: usize, asked: &Asked) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request = lines.next().unwrap().unwrap();
    let headers: Vec<String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let header = |name: &str| {
        let headers = headers.iter().filter_map(|line| line.split_once(": "));
        let mut found = headers.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.to_owned())
    };
    if request.contains("list-type=2") {
        let list = format!(
            "<ListBucketResult><Name>logs</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>\
             <Contents><Key>day/a.jsonl</Key><Size>{}</Size></Contents></ListBucketResult>",
            content.len()
        );
        let length = list.len();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        stream.write_all((head + &list).as_bytes()).unwrap();
        return;
    }
    let range = header("range");
    let from = range.map(|range| {
        let from = range.strip_prefix("bytes=").unwrap().strip_suffix('-');
        from.unwrap().parse::<usize>().unwrap()
    });
    asked.lock().unwrap().push((from, header("if-match")));
    let rest = &content[from.unwrap_or(0)..];
    let status = if from.is_some() {
        "206 Partial Content"
    } else {
        "200 OK"
    };
    let length = rest.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nETag: {TAG}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&rest[..piece.min(length)]).unwrap();
}

fn replay(url: &str) -> Ran {
    let mut command = command(&["replay", "--format", "json", "s3://logs/day/"]);
    let output = command.envs(environment(url)).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[test]
fn where_a_connection_breaks_an_object_is_read_on() {
    let content = DAY.join("\n").into_bytes();
    let piece = content.len() / 4 + 1;
    let (url, asked) = serve(content.clone(), piece);
    let ran = replay(&url).exits(0);
    let expected = feed(&["replay", "--format", "json", "-"], &content).exits(0);
    let ids = |ran: &Ran| ran.rows().iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids(&ran), ids(&expected));
    let asked = asked.lock().unwrap();
    let froms: Vec<Option<usize>> = asked.iter().map(|(from, _)| *from).collect();
    let expected = [None, Some(piece), Some(2 * piece), Some(3 * piece)];
    assert_eq!(froms, expected);
    assert!(
        asked[1..]
            .iter()
            .all(|(_, tag)| tag.as_deref() == Some(TAG))
    );
}

#[test]
fn an_object_that_can_not_be_read_on_is_named_with_how_far_it_was_read() {
    let content = DAY.join("\n").into_bytes();
    let (url, _) = serve(content, 0);
    replay(&url)
        .exits(1)
        .says(&["s3://logs/day/a.jsonl: it broke off after 0 bytes"]);
}
