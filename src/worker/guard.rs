//! One way for whatever goes wrong in the middle of something: it is told, and everything else goes on.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;

use crate::engine::Error;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The engine or the database.
    #[error(transparent)]
    Error(#[from] Error),
    /// A mistake of ours.
    #[error("a mistake in the program: {0}")]
    Panic(String),
}

/// Does `job`; a panic in it is an error like another. What it had begun in a transaction is undone.
pub(super) async fn guarded<T>(job: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match AssertUnwindSafe(job).catch_unwind().await {
        Ok(done) => done.map_err(Trouble::Error),
        Err(panic) => Err(Trouble::Panic(said_by(&*panic))),
    }
}

/// What a panic said; never more than its own words, which hold no personal data.
fn said_by(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it did not say which".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_like_another() {
        let odd = |n: u32| {
            assert!(n % 2 == 1, "{n} is even");
            Ok(n)
        };
        assert_eq!(guarded(async { odd(3) }).await.unwrap(), 3);
        let told = guarded(async { odd(4) }).await.unwrap_err();
        assert_eq!(told.to_string(), "a mistake in the program: 4 is even");
        let told = guarded::<()>(async { Err(Error::NoSuchLead) }).await;
        assert_eq!(told.unwrap_err().to_string(), "there is no such lead");
    }
}
