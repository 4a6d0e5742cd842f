//! What can go wrong, said to whoever can act on it.
//!
//! `NotFound`, `Forbidden`, `Conflict`, `Invalid`, `TooMany` and `SignIn` are answers to a person: their words are shown as
//! they are. `Outside` and `NoRoom` are failures of something that is not ours (disk, database, network); `Internal` is a fault
//! of this program: its words are logged once, where it is handled, and never shown to a reader.

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 404, also for whatever the asker may not know exists.
    #[error("There is nothing here.")]
    NotFound,
    /// 401: who are you?
    #[error("Please sign in.")]
    SignIn,
    /// 403: we know who you are, and you may not.
    #[error("{0}")]
    Forbidden(String),
    /// 409: somebody or something else has that name, or was here first.
    #[error("{0}")]
    Conflict(String),
    /// 422 on the web, exit status 2 on the command line.
    #[error("{0}")]
    Invalid(String),
    /// 429, with the seconds to wait.
    #[error("Too many tries. Please wait {}.", how_long(*.0))]
    TooMany(u64),
    /// 413.
    #[error("{0}")]
    TooLarge(String),
    /// 503 on the web, exit status 3 on the command line.
    #[error("{0}")]
    Outside(String),
    /// Like `Outside`, where only a person can help: work that ends so is put off, not given up.
    #[error("{0}")]
    NoRoom(String),
    /// 500: a fault of this program.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// The exit status of a command that ends with this error.
    pub fn exit_status(&self) -> u8 {
        match self {
            Error::Outside(_) | Error::NoRoom(_) | Error::Internal(_) => 3,
            _ => 2,
        }
    }
}

fn how_long(seconds: u64) -> String {
    match seconds {
        1 => "a second".into(),
        2..90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// Says what was being tried when something outside failed: `read(path).outside("The settings file cannot be read")?`.
pub trait Context<T> {
    fn outside(self, what: impl std::fmt::Display) -> Result<T>;
    fn invalid(self, what: impl std::fmt::Display) -> Result<T>;
    fn internal(self, what: impl std::fmt::Display) -> Result<T>;
}

impl<T, E: std::fmt::Display> Context<T> for Result<T, E> {
    fn outside(self, what: impl std::fmt::Display) -> Result<T> {
        self.map_err(|e| Error::Outside(format!("{what}: {e}")))
    }
    fn invalid(self, what: impl std::fmt::Display) -> Result<T> {
        self.map_err(|e| Error::Invalid(format!("{what}: {e}")))
    }
    fn internal(self, what: impl std::fmt::Display) -> Result<T> {
        self.map_err(|e| Error::Internal(format!("{what}: {e}")))
    }
}
