//! trailhound as its users run it.

mod corpus;
