use anyhow::Result;
use super::{Exit, args::QueryArgs};
pub(super) fn run(_: QueryArgs) -> Result<Exit> { Ok(Exit::Done) }
