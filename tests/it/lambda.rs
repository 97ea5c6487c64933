//! `trailhound lambda`: the real program against a Runtime API of our own and one of somebody else's, and
//! its parts where the state or the clock has to misbehave at a moment of our choosing.

mod api;
mod bomb;
mod emulator;
mod envelope;
mod equal;
mod function;
mod handling;
mod killed;
mod kinds;
mod local;
mod objects;
mod setup;
mod table;
