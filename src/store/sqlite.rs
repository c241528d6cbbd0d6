//! SQLite: one file, opened by one server at a time; read-only readers beside the one writer.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Error, migrate, names::Names};

/// Older ones can lose what was committed when a checkpoint and a write meet (the WAL-reset bug).
const OLDEST: [u32; 3] = [3, 51, 3];
const READERS: u32 = 4;
const ACQUIRE: Duration = Duration::from_secs(3);
const BUSY: Duration = Duration::from_secs(5);

/// A file that this process alone may write.
pub(super) struct Opened {
    /// The pool of the one connection that writes.
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
    pub(super) names: Arc<Names>,
    /// Held until everything is written.
    _lock: File,
}

impl Opened {
    /// Makes the file if there is none, takes it, and brings its tables up to date.
    pub(super) async fn open(path: &Path) -> Result<Self, Error> {
        create(path)?;
        let lock = lock(path)?;
        let writer = writer(path).await?;
        migrate::sqlite(&writer).await?;
        Ok(Self {
            names: Arc::new(Names::read(&writer).await?),
            readers: readers(path).await?,
            writer,
            _lock: lock,
        })
    }

    /// Closes the file; the writer last, because only the last connection tidies up, and only if it may write.
    pub(super) async fn close(self) {
        self.readers.close().await;
        self.writer.close().await;
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

/// Statements kept ready on each connection: all there are, and those that run together.
const STATEMENTS: usize = 512;

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", "-32000")
        .pragma("mmap_size", "0")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(STATEMENTS)
}

async fn writer(path: &Path) -> Result<SqlitePool, Error> {
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .optimize_on_close(true, None);
    let pool = pool(1).connect_with(options).await?;
    check(&pool).await?;
    Ok(pool)
}

/// The pool of those that read.
pub(super) async fn readers(path: &Path) -> Result<SqlitePool, Error> {
    if !path.exists() {
        return Err(Error::Open(format!(
            "there is no database {}",
            path.display()
        )));
    }
    Ok(pool(READERS)
        .connect_with(options(path).read_only(true))
        .await?)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Refuses an SQLite that would not keep what it says it kept.
async fn check(pool: &SqlitePool) -> Result<(), Error> {
    let (version, journal, synchronous, keys): (String, String, i64, i64) = sqlx::query_as(
        "select sqlite_version(), j.journal_mode, s.synchronous, f.foreign_keys \
         from pragma_journal_mode j, pragma_synchronous s, pragma_foreign_keys f",
    )
    .fetch_one(pool)
    .await?;
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
