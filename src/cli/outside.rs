//! Asking servers from outside, as a source or a visitor does.

use std::time::Duration;

/// How long an answer is waited for; vendors wait for 5 to 10 seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// A client that goes where it is told and no further.
///
/// # Errors
/// When the process has no TLS provider or no certificates to trust.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// Why no answer came, without the address: its query may carry a key.
#[must_use]
pub fn why(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "nothing answers there"
    } else {
        "the connection broke"
    }
}
