//! As much of a source as reading and replaying it know of.
#![allow(dead_code, unused_imports, reason = "each target uses its part")]

#[path = "../../src/source/read/mod.rs"]
pub mod read;
#[path = "../../src/source/replay/mod.rs"]
pub mod replay;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Good,
    Soft404,
    Error,
    BotWall,
    ConsentWall,
    Paywall,
    Login,
    Empty,
    TooLarge,
    Refused,
    Unreachable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    Page,
    Post,
    Captions,
    MachineCaptions,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Changed,
    Blocked,
    Failing,
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Setting,
    Always,
    Failed,
    Passages,
    Desk,
}

pub struct Source {
    pub state: State,
    pub shown: Shown,
}

pub struct Capture {
    pub private: bool,
}

pub struct Piece {
    pub title: String,
    pub url: String,
    pub date: String,
}
