//! What a form carries to tell when it was shown, and that it was: signed, so that nobody makes one up, and good for a
//! day. It names nobody, and nothing is kept of it until it comes back.

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use ulid::Ulid;

/// How long a form may lie open.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A ticket that is believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// What tells it from every other.
    pub nonce: String,
    /// From the showing of the form until now.
    pub seconds: f64,
}

impl Ticket {
    /// Makes one that is shown now: the nonce is a ULID, which says when.
    pub fn issue(key: &str, source: &str, nonce: &str) -> String {
        let signature = mac(key, source, nonce).finalize().into_bytes();
        format!("{nonce}.{}", hex::encode(signature))
    }

    /// Reads one; none that is old, of another form, or made up.
    pub fn read(key: &str, source: &str, ticket: &str, now: Timestamp) -> Option<Self> {
        let (nonce, signature) = ticket.split_once('.')?;
        let signature = hex::decode(signature).ok()?;
        mac(key, source, nonce).verify_slice(&signature).ok()?;
        let shown = Ulid::from_string(nonce).ok()?.timestamp_ms();
        let shown = Timestamp::from_millisecond(i64::try_from(shown).ok()?).ok()?;
        let age = now.duration_since(shown);
        (age <= GOOD_FOR).then(|| Self {
            nonce: nonce.to_owned(),
            seconds: age.as_secs_f64().max(0.0),
        })
    }
}

fn mac(key: &str, source: &str, nonce: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.expect("HMAC takes keys of any length");
    mac.update(source.as_bytes());
    mac.update(b"\0");
    mac.update(nonce.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_tells_how_long_a_form_was_open_and_can_t_be_made_up() {
        let nonce = "01KJ8F8M5R0000000000000000";
        let shown = Ulid::from_string(nonce).expect("a ULID").timestamp_ms();
        let shown =
            Timestamp::from_millisecond(i64::try_from(shown).expect("small")).expect("a time");
        let ticket = Ticket::issue("key", "website", nonce);
        let read = |key, source, ticket: &str, after: i64| {
            Ticket::read(
                key,
                source,
                ticket,
                shown + SignedDuration::from_secs(after),
            )
        };
        let believed = read("key", "website", &ticket, 4).expect("believed");
        assert_eq!((believed.nonce.as_str(), believed.seconds), (nonce, 4.0));
        assert!(read("key", "website", &ticket, -5).is_some_and(|it| it.seconds == 0.0));
        assert_eq!(read("key", "website", &ticket, 24 * 3600 + 1), None);
        assert_eq!(read("key", "other", &ticket, 4), None);
        assert_eq!(read("another", "website", &ticket, 4), None);
        for made_up in ["", ".", "x.y", &format!("{nonce}."), &format!("{nonce}.00")] {
            assert_eq!(read("key", "website", made_up, 4), None, "{made_up}");
        }
    }
}
