//! The state file: what is shown survives a restart.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::world::World;

/// Changes within this time are saved as one.
const PAUSE: Duration = Duration::from_millis(500);

/// Reads the state file; a missing one is an empty world.
pub(super) fn load(path: &Path) -> anyhow::Result<World> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("reading the playground's state in {}", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(World::default()),
        Err(error) => Err(error).with_context(|| format!("opening {}", path.display())),
    }
}

/// Saves after every burst of changes, and once more at the end.
pub(super) async fn keep_saved(core: Arc<Core>, shutdown: CancellationToken) {
    let Some(path) = core.settings.state_file.clone() else {
        return;
    };
    let mut changes = core.changes();
    loop {
        let last = tokio::select! {
            () = shutdown.cancelled() => true,
            changed = changes.changed() => changed.is_err(),
        };
        if !last {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        changes.borrow_and_update();
        if let Err(error) = save(&core, &path).await {
            tracing::error!(
                error = format!("{error:#}"),
                "the playground's state could not be saved"
            );
        }
        if last {
            return;
        }
    }
}

/// Writes beside the file and renames, so that a crash leaves the old state whole.
async fn save(core: &Core, path: &Path) -> anyhow::Result<()> {
    let bytes = serde_json::to_vec(&*core.world()).context("writing the state as JSON")?;
    let beside = path.with_extension("new");
    write_private(&beside, &bytes)
        .await
        .with_context(|| format!("writing {}", beside.display()))?;
    tokio::fs::rename(&beside, path)
        .await
        .with_context(|| format!("renaming to {}", path.display()))
}

/// Writes a file that nobody else reads: what it shows is people's data.
async fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // One that a crash left behind keeps the mode it had.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
            .await?;
    }
    file.write_all(bytes).await?;
    file.flush().await
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn only_the_owner_reads_the_state() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("playground.new");
        std::fs::write(&path, "left by a crash, and longer").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"{}").await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
