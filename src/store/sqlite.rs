//! SQLite: one file, opened by one server at a time; read-only readers beside the one writer.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    Error, READ_LIMIT,
    lite::{self, Failed},
    migrate,
    names::Names,
};

/// Older ones can lose what was committed when a checkpoint and a write meet (the WAL-reset bug).
const OLDEST: [u32; 3] = [3, 51, 3];
/// How many read at a time.
const READERS: u32 = 4;
const ACQUIRE: Duration = Duration::from_secs(3);
/// So many of SQLite's steps it takes at most until a statement is found to take too long; some milliseconds.
const STEPS: i32 = 100_000;
const BUSY: Duration = Duration::from_secs(5);

/// A file that this process alone may write.
pub(super) struct Opened {
    path: PathBuf,
    /// The one connection that writes, when it is not lent; made anew after it broke.
    writer: Option<Connection>,
    pub(super) readers: Readers,
    pub(super) names: Arc<Names>,
    /// Held until everything is written.
    _lock: File,
}

impl Opened {
    /// Makes the file if there is none, takes it, and brings its tables up to date.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        create(path)?;
        let lock = lock(path)?;
        let mut writer = writer(path)?;
        migrate::sqlite(&mut writer)?;
        let names = Names::read(&writer).map_err(read_failed)?;
        Ok(Self {
            path: path.to_owned(),
            names: Arc::new(names),
            readers: Readers::open(path)?,
            writer: Some(writer),
            _lock: lock,
        })
    }

    /// The connection that writes.
    pub(super) fn lend(&mut self) -> Result<Connection, Error> {
        self.writer.take().map_or_else(|| writer(&self.path), Ok)
    }

    /// Takes it back, in no transaction.
    pub(super) fn take_back(&mut self, writer: Connection) {
        self.writer = Some(writer);
    }

    /// Closes the file; the writer last, because only the last connection tidies up, and only if it may write.
    pub(super) async fn close(self) {
        self.readers.close().await;
        if let Some(writer) = self.writer {
            // What it would be faster with is found out another time.
            let _ = writer.execute_batch("pragma optimize");
        }
    }
}

/// The file that `url` (`sqlite:PATH`) names.
pub(super) fn path(url: &str) -> Result<PathBuf, Error> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(Error::Open(format!(
            "{url} names no file; write sqlite:PATH, for instance sqlite:baton.db"
        )));
    }
    Ok(PathBuf::from(path))
}

/// Takes the file for this process alone; the lock goes with the process, however it ends.
fn lock(path: &Path) -> Result<File, Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let cannot = |e| Error::Open(format!("can't open {}: {e}", name.display()));
    let file = private().open(&name).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Open(format!(
            "{} is in use by another Baton; only one server may hold it",
            path.display()
        ))),
        Err(TryLockError::Error(e)) => Err(cannot(e)),
    }
}

/// Makes the file if there is none, readable for its owner only: it will hold people's addresses.
fn create(path: &Path) -> Result<(), Error> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(missing) = parent.filter(|p| !p.is_dir()) {
        return Err(Error::Open(format!(
            "the directory {} does not exist; the database {} was to be made in it",
            missing.display(),
            path.display()
        )));
    }
    let made = private().open(path);
    made.map_err(|e| Error::Open(format!("can't open {}: {e}", path.display())))?;
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Statements kept ready on each connection: all there are.
const STATEMENTS: usize = 256;

const SETTINGS: &str = "pragma foreign_keys = on; pragma cache_size = -32000; pragma mmap_size = 0; \
     pragma temp_store = memory;";

/// What is written stays in the log four times as long as usual: pages that every lead changes then go into the file
/// once for more of them.
const DURABLE: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000;";

/// Each connection is used by one at a time, so it need not guard itself against several.
fn connect(path: &Path, how: OpenFlags) -> Result<Connection, Error> {
    let conn = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else a statement is planned anew whenever a value is bound that could be one of a partial index.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(SETTINGS)?;
    Ok(conn)
}

fn writer(path: &Path) -> Result<Connection, Error> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch(DURABLE)?;
    check(&conn)?;
    Ok(conn)
}

/// Those that read. They are opened when they are first needed, and kept.
#[derive(Clone)]
pub(super) struct Readers(Arc<Reading>);

struct Reading {
    path: PathBuf,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// A snapshot of the file; it ends with the value.
pub(super) struct Reader {
    /// There until drop.
    conn: Option<Connection>,
    home: Arc<Reading>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Open(format!(
                "there is no database {}",
                path.display()
            )));
        }
        let first = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self(Arc::new(Reading {
            path: path.to_owned(),
            places: Arc::new(Semaphore::new(usize::try_from(READERS).unwrap_or(1))),
            idle: Mutex::new(vec![first]),
        })))
    }

    /// Begins to read one state of the file.
    pub(super) async fn begin(&self) -> Result<Reader, Error> {
        let place = timeout(ACQUIRE, Arc::clone(&self.0.places).acquire_owned()).await;
        let place = place.map_err(|_| Error::unavailable("too many read the database"))?;
        let place = place.map_err(|_| Error::unavailable("the database is closed"))?;
        let idle = self.0.idle().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => connect(&self.0.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let until = Instant::now() + READ_LIMIT;
        conn.progress_handler(STEPS, Some(move || Instant::now() > until))?;
        lite::exec(&conn, "begin", &[])?;
        Ok(Reader {
            conn: Some(conn),
            home: Arc::clone(&self.0),
            _place: place,
        })
    }

    /// Waits for those who read, then closes all connections.
    pub(super) async fn close(&self) {
        // Closed before: then there is nobody to wait for.
        let _ = self.0.places.acquire_many(READERS).await;
        self.0.places.close();
        self.0.idle().clear();
    }
}

impl Reading {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    pub(super) fn conn(&mut self) -> &mut Connection {
        self.conn.as_mut().expect("only drop takes it")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // One that can't end its snapshot is closed.
        if let Some(conn) = self.conn.take()
            && lite::exec(&conn, "rollback", &[]).is_ok()
        {
            self.home.idle().push(conn);
        }
    }
}

/// Refuses an SQLite that would not keep what it says it kept.
fn check(conn: &Connection) -> Result<(), Error> {
    const SETTINGS: &str = "select sqlite_version(), j.journal_mode, s.synchronous, f.foreign_keys \
         from pragma_journal_mode j, pragma_synchronous s, pragma_foreign_keys f";
    let settings = lite::first(conn, SETTINGS, &[]).map_err(read_failed)?;
    let (version, journal, synchronous, keys): (String, String, i64, i64) =
        settings.ok_or_else(|| Error::other("SQLite does not say how it is set"))?;
    if !recent(&version) {
        return Err(Error::Open(format!(
            "SQLite {version} can lose data, Baton needs 3.51.3 or later"
        )));
    }
    if (journal.as_str(), synchronous, keys) != ("wal", 2, 1) {
        return Err(Error::Open(format!(
            "SQLite did not take its settings (journal {journal}, synchronous {synchronous}, foreign keys {keys}); \
             is the file on a network drive?"
        )));
    }
    Ok(())
}

fn read_failed(failed: Failed) -> Error {
    match failed {
        Failed::Refused(error) => error.into(),
        Failed::Unreadable(error) => error.into(),
    }
}

fn recent(version: &str) -> bool {
    let mut parts = version.split('.').map(|p| p.parse().unwrap_or(0));
    let version: [u32; 3] = std::array::from_fn(|_| parts.next().unwrap_or(0));
    version >= OLDEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_in_every_usual_form() {
        for (url, file) in [
            ("sqlite:baton.db", "baton.db"),
            ("sqlite:./data/baton.db", "./data/baton.db"),
            ("sqlite://data/baton.db", "data/baton.db"),
            ("sqlite:///var/lib/baton.db", "/var/lib/baton.db"),
            ("sqlite:/var/lib/baton.db", "/var/lib/baton.db"),
        ] {
            assert_eq!(path(url).unwrap(), Path::new(file), "{url}");
        }
        assert!(path("sqlite::memory:").is_err());
        assert!(path("sqlite:").is_err());
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(recent("3.51.3"));
        assert!(recent("3.100.0"));
        assert!(!recent("3.51.2"));
        assert!(!recent("3.9.9"));
    }
}
