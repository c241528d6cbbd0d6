//! The socket by which commands ask a `baton serve` that runs: one line of JSON each way.
//!
//! It is beside the SQLite file (`baton.db.sock`); with PostgreSQL beside the configuration
//! (`baton.toml.sock`). Only the user who runs the server can open it.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};

use super::reroute::RerouteOrder;
use crate::{
    app::import::{self, Batch, Outcome},
    domain::id::SubmissionId,
    http::{How, Replayed},
};

/// The longest line that is read.
const LONGEST: u64 = 8 * 1024 * 1024;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a server may take to do it.
const DOING: Duration = Duration::from_secs(60);

/// What a command asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Read the configuration again.
    Reload,
    /// Read these submissions once more, or put them away.
    Submissions(Order),
    /// Bring these rows of a list in.
    Import(Batch),
    /// Route these leads anew.
    Reroute(RerouteOrder),
}

/// What is to be done with which submissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which.
    pub ids: Vec<SubmissionId>,
    /// What.
    pub task: Task,
    /// How.
    pub how: How,
}

/// What is to be done with submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Read once more, and let in when they can be used.
    Replay,
    /// Put away.
    Drop,
}

/// What came of an [`Order`], as far as it was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// Each with what came of it.
    pub done: Vec<Replayed>,
    /// Why the rest was not done.
    pub trouble: Option<String>,
}

/// What came of bringing rows in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imported {
    /// What became of each.
    Rows(Vec<Outcome>),
    /// Nothing of them was brought in, and why; the same may go well a little later.
    Later(String),
    /// Nothing of them was brought in, and why.
    Refused(String),
}

impl From<Result<Vec<Outcome>, import::Error>> for Imported {
    fn from(brought: Result<Vec<Outcome>, import::Error>) -> Self {
        match brought {
            Ok(rows) => Self::Rows(rows),
            Err(error @ import::Error::NoSource(_)) => Self::Refused(error.to_string()),
            Err(error @ import::Error::Engine(_)) => Self::Later(error.to_string()),
        }
    }
}

/// What came of reading the configuration again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reloaded {
    /// The file that the server read.
    pub path: String,
    /// Whether it is in force.
    pub done: bool,
    /// Mistakes and remarks, as `baton check` prints them.
    pub complaints: String,
    /// What it says otherwise than the one before.
    pub changes: Vec<String>,
    /// Whose leads move, as they take none any more.
    #[serde(default)]
    pub moves: Vec<String>,
    /// Keys that wait for a restart.
    pub waiting: Vec<String>,
    /// What went wrong although the rules are in force.
    pub trouble: Option<String>,
}

/// Where the socket of a server is.
#[must_use]
pub fn path(database: &str, config: &Path) -> PathBuf {
    let beside = database.strip_prefix("sqlite:").map(|file| {
        let file = file.strip_prefix("//").unwrap_or(file);
        Path::new(file.split('?').next().unwrap_or(file))
    });
    let mut name = beside.unwrap_or(config).as_os_str().to_owned();
    name.push(".sock");
    PathBuf::from(name)
}

/// An open socket; its file goes when it is dropped.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Opens it, in place of one that a dead server left.
    ///
    /// # Errors
    /// When the directory can't be written, the path is too long for a socket, or another server listens.
    pub async fn open(path: &Path) -> io::Result<Self> {
        if UnixStream::connect(path).await.is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                "another Baton listens there",
            ));
        }
        // It is made in a directory of our own, so that nobody can open it before it is closed to others.
        let mut aside = path.as_os_str().to_owned();
        aside.push(".d");
        let aside = PathBuf::from(aside);
        match DirBuilder::new().mode(0o700).create(&aside) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let made = Self::make(&aside.join("s"), path);
        // What can't be tidied up does no harm.
        let _ = fs::remove_dir_all(&aside);
        Ok(Self {
            listener: made?,
            path: path.to_owned(),
        })
    }

    fn make(aside: &Path, path: &Path) -> io::Result<UnixListener> {
        match fs::remove_file(aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(aside)?;
        fs::set_permissions(aside, Permissions::from_mode(0o600))?;
        fs::rename(aside, path)?;
        Ok(listener)
    }

    /// Waits for the next command that asks something.
    ///
    /// # Errors
    /// When the socket is broken, or who came did not say what for.
    pub async fn next(&self) -> io::Result<(Ask, UnixStream)> {
        let (mut stream, _) = self.listener.accept().await?;
        let ask = tokio::time::timeout(PATIENCE, read(&mut stream)).await??;
        Ok((ask, stream))
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // One that is left behind is replaced at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

/// Answers who asked.
///
/// # Errors
/// When they are gone.
pub async fn answer(stream: &mut UnixStream, said: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.shutdown().await
}

/// Asks the server that runs; `None` when none does.
///
/// # Errors
/// When it is there and does not answer.
pub async fn ask<T: DeserializeOwned>(path: &Path, what: Ask) -> io::Result<Option<T>> {
    let mut stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => return Ok(None),
            _ => return Err(error),
        },
    };
    let mut line = serde_json::to_vec(&what)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    tokio::time::timeout(DOING, read(&mut stream))
        .await?
        .map(Some)
}

async fn read<T: DeserializeOwned>(stream: &mut UnixStream) -> io::Result<T> {
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST))
        .read_line(&mut line)
        .await?;
    Ok(serde_json::from_str(&line)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_beside_the_file_or_the_configuration() {
        for (database, socket) in [
            ("sqlite:baton.db", "baton.db.sock"),
            ("sqlite:///var/lib/baton.db", "/var/lib/baton.db.sock"),
            ("sqlite:baton.db?mode=rwc", "baton.db.sock"),
            ("postgres://baton@db/baton", "etc/baton.toml.sock"),
        ] {
            let found = path(database, Path::new("etc/baton.toml"));
            assert_eq!(found, Path::new(socket), "{database}");
        }
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_a_live_one_is_not_and_it_goes_at_the_end() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("baton.db.sock");
        fs::write(&path, "left by the last one").expect("a file");
        let control = Control::open(&path).await.expect("opened");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = Control::open(&path).await.err().expect("refused");
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
        drop(control);
        let left: Vec<_> = fs::read_dir(dir.path()).expect("a directory").collect();
        assert!(left.is_empty(), "{left:?}");
        let nobody = ask::<Reloaded>(&path, Ask::Reload).await.expect("nobody");
        assert_eq!(nobody, None);
    }
}
