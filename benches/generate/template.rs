//! An event with holes, and how they are filled.
//!
//! The files of `events/` are readable JSON; a hole is a name between `<` and `>`. No audit line
//! holds these two signs, because the API server escapes them.

use std::io::Write;

use anyhow::{Context, bail};

use crate::draw::Draw;
use crate::random::Random;

/// A line of the log, in pieces.
pub(crate) struct Template(Vec<Piece>);

enum Piece {
    Text(Vec<u8>),
    Hole(Hole),
}

#[derive(Clone, Copy)]
enum Hole {
    Agent,
    App,
    AuditId,
    Digest,
    Environment,
    Hash,
    Namespace,
    Node,
    NodeIp,
    NodeUser,
    Person,
    PersonIp,
    PodIp,
    Received,
    Second,
    Service,
    Staged,
    Suffix,
    Uuid,
    Version,
}

impl Template {
    /// Reads a file of `events/`.
    ///
    /// # Errors
    /// When it has a hole that nobody knows.
    pub(crate) fn parse(pretty: &str) -> anyhow::Result<Self> {
        let mut line = one_line(pretty);
        for whole in ["human", "node-user", "service", "env"] {
            line = line.replace(&format!("\"<{whole}>\""), &format!("<{whole}>"));
        }
        let mut pieces = Vec::new();
        let mut rest = line.as_str();
        while let Some((text, after)) = rest.split_once('<') {
            let (name, tail) = after.split_once('>').context("a hole without an end")?;
            pieces.push(Piece::Text(text.as_bytes().to_vec()));
            pieces.push(Piece::Hole(hole(name)?));
            rest = tail;
        }
        pieces.push(Piece::Text(rest.as_bytes().to_vec()));
        Ok(Self(pieces))
    }

    /// Appends the event, without a line end.
    pub(crate) fn fill(&self, draw: &Draw<'_>, random: &mut Random, out: &mut Vec<u8>) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Hole(hole) => hole.fill(draw, random, out),
            }
        }
    }
}

impl Hole {
    fn fill(self, draw: &Draw<'_>, random: &mut Random, out: &mut Vec<u8>) {
        let text = match self {
            Self::AuditId | Self::Uuid => return random.uuid(out),
            Self::Digest => return random.hex(64, out),
            Self::Received => return draw.clock.received(out),
            Self::Staged => return draw.clock.staged(out),
            Self::Second => return draw.clock.second(out),
            Self::Suffix => return out.extend_from_slice(&draw.suffix),
            // Writing to a vector can't fail.
            Self::Version => return write!(out, "{}", draw.version).unwrap_or_default(),
            Self::Agent => draw.agent,
            Self::App => &draw.workload.caller.name,
            Self::Environment => draw.environment,
            Self::Hash => &draw.workload.hash,
            Self::Namespace => &draw.workload.namespace,
            Self::Node => &draw.node.name,
            Self::NodeIp => &draw.node.ip,
            Self::NodeUser => &draw.node.user,
            Self::Person => &draw.person.user,
            Self::PersonIp => &draw.person.ip,
            Self::PodIp => &draw.workload.caller.ip,
            Self::Service => &draw.workload.caller.user,
        };
        out.extend_from_slice(text.as_bytes());
    }
}

fn hole(name: &str) -> anyhow::Result<Hole> {
    Ok(match name {
        "agent" => Hole::Agent,
        "app" => Hole::App,
        "audit-id" => Hole::AuditId,
        "digest" => Hole::Digest,
        "env" => Hole::Environment,
        "hash" => Hole::Hash,
        "human" => Hole::Person,
        "human-ip" => Hole::PersonIp,
        "namespace" => Hole::Namespace,
        "node" => Hole::Node,
        "node-ip" => Hole::NodeIp,
        "node-user" => Hole::NodeUser,
        "pod-ip" => Hole::PodIp,
        "received" => Hole::Received,
        "second" => Hole::Second,
        "service" => Hole::Service,
        "staged" => Hole::Staged,
        "suffix" => Hole::Suffix,
        "uuid" => Hole::Uuid,
        "version" => Hole::Version,
        other => bail!("nobody knows how to fill the hole <{other}>"),
    })
}

/// The same JSON without the blanks and line ends between its tokens.
fn one_line(pretty: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let kept = inside || !letter.is_ascii_whitespace();
        inside ^= *letter == '"' && !escaped;
        escaped = inside && *letter == '\\' && !escaped;
        kept
    };
    pretty.chars().filter(keep).collect()
}
