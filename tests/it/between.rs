//! Calls of HTTP that are looked at on their way to a server, each on a connection of its own.

use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};

/// A request or an answer.
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Reads one; `None` when nobody says any more.
pub(crate) fn read(from: &mut impl Read) -> Option<Message> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        from.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    Some(Message { head, body })
}

/// Makes a call with this body: what is answered.
pub(crate) fn forward(to: SocketAddr, request: &Message, body: &[u8]) -> Message {
    let lines = request.head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with("content-length") && !line.starts_with("connection")
    });
    let mut head: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let length = format!("content-length: {}", body.len());
    head.extend([length.as_str(), "connection: close", "", ""]);
    let mut to = TcpStream::connect(to).unwrap();
    to.write_all(head.join("\r\n").as_bytes()).unwrap();
    to.write_all(body).unwrap();
    read(&mut to).unwrap()
}
