//! trailhound as its users run it.
