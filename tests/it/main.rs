//! trailhound as its users run it.

mod console;
mod manual;
