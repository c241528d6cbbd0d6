//! The database: whether it answers, is up to date, can be written, and has room.

use std::path::Path;

use jiff::SignedDuration;
use rustix::fs::{Access, access, statvfs};

use super::{Finding, State};
use crate::{
    clock::Clock,
    store::{self, Db, instance},
};

const AREA: &str = "database";
/// With less room than this a busy day may fill the disk.
const LITTLE: u64 = 1 << 30;
/// With less room than this the next leads may not be kept.
const NONE: u64 = 64 << 20;
/// Replicas agree on the database's clock, so ours may be off, but should not be.
const OFF: SignedDuration = SignedDuration::from_secs(5);

pub(super) async fn look(url: &str, clock: &Clock) -> Vec<Finding> {
    let file = url.strip_prefix("sqlite:");
    let file = file.map(|it| Path::new(it.strip_prefix("//").unwrap_or(it)));
    if let Some(file) = file.filter(|it| !it.exists()) {
        return not_made(file);
    }
    let mut found = vec![open(url, clock, file).await];
    if let Some(file) = file {
        found.extend(on_disk(file));
    }
    found
}

/// There is none before the first start; then its directory matters.
fn not_made(file: &Path) -> Vec<Finding> {
    let dir = directory(file);
    let shown = dir.display();
    if !dir.is_dir() {
        let mend = format!("`mkdir -p {shown}`, or change `database.url`.");
        return vec![Finding::broken(
            AREA,
            format!("the directory {shown} does not exist"),
            mend,
        )];
    }
    let mut found = vec![
        Finding::new(
            AREA,
            State::Untold,
            format!("there is no {} yet", file.display()),
        )
        .mend("`baton serve` makes it. If there should be one: run this in the directory where `serve` runs."),
    ];
    found.extend(on_disk(file));
    found
}

fn directory(file: &Path) -> &Path {
    let parent = file.parent().filter(|it| !it.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

async fn open(url: &str, clock: &Clock, file: Option<&Path>) -> Finding {
    let db = match Db::open_read_only(url).await {
        Ok(db) => db,
        Err(error) => {
            let mend = match file {
                Some(_) => "Run this as the user who runs `serve`, where it runs.",
                None => {
                    "Is PostgreSQL up, and can it be reached from here? Mind user, password and `sslmode` in `database.url`."
                }
            };
            return Finding::broken(AREA, error.to_string(), mend);
        }
    };
    let asked = db
        .read(async |mut tx| {
            let version = instance::version(&mut tx).await?;
            let writable = instance::is_writable(&mut tx).await?;
            let theirs = instance::database_now(&mut tx).await?;
            Ok::<_, store::Error>((version, writable, theirs))
        })
        .await;
    let now = clock.now();
    db.close().await;
    let (version, writable, theirs) = match asked {
        Ok(asked) => asked,
        Err(error) => {
            return Finding::broken(AREA, error.to_string(), "Its own log says more.");
        }
    };
    let kind = if file.is_some() {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    if !writable {
        return Finding::broken(
            AREA,
            format!("{kind} {version} can't be written"),
            "Point `database.url` at the primary, as a user who owns the tables.",
        );
    }
    let off = theirs.map(|theirs| theirs.duration_since(now).abs());
    if let Some(off) = off.filter(|off| *off > OFF) {
        return Finding::look(
            AREA,
            format!("{kind} {version}; its clock and this machine's are {off:#} apart"),
            "Baton goes by the database's. Let both follow NTP.",
        );
    }
    Finding::well(
        AREA,
        format!("{kind} {version} answers, its tables are up to date"),
    )
}

fn on_disk(file: &Path) -> Vec<Finding> {
    let dir = directory(file);
    let mut found = Vec::new();
    let read_only = [dir, file]
        .into_iter()
        .find(|path| path.exists() && access(*path, Access::WRITE_OK).is_err());
    if let Some(path) = read_only {
        found.push(Finding::broken(
            "database file",
            format!("{} can't be written by this user", path.display()),
            "SQLite writes the file and two beside it: give both file and directory to the user who runs `serve`.",
        ));
    }
    if let Ok(disk) = statvfs(dir) {
        found.push(room(disk.f_bavail.saturating_mul(disk.f_frsize)));
    }
    found
}

fn room(free: u64) -> Finding {
    const AREA: &str = "disk";
    #[expect(clippy::cast_precision_loss, reason = "a tenth of a GiB is shown")]
    let said = format!(
        "{:.1} GiB free for the database",
        free as f64 / f64::from(1 << 30)
    );
    let mend = "Make room: a lead that can't be stored is refused with 503, and vendors do not try for ever.";
    match free {
        ..NONE => Finding::broken(AREA, said, mend),
        NONE..LITTLE => Finding::look(AREA, said, mend),
        LITTLE.. => Finding::well(AREA, said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_broken_and_a_small_one_worth_a_look() {
        let states = [0, NONE - 1, NONE, LITTLE - 1, LITTLE].map(|free| room(free).state);
        let expected = [
            State::Broken,
            State::Broken,
            State::Look,
            State::Look,
            State::Well,
        ];
        assert_eq!(states, expected);
    }
}
