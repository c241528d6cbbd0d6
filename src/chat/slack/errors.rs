//! What each of Slack's error words means for the sender.

use std::time::Duration;

use crate::chat::exchange::Repeat;
use crate::chat::outcome::{FailKind, SendError};

/// How long what only an administrator or Slack itself can end is left alone.
const MIGRATION: Duration = Duration::from_secs(300);

/// The meaning of the `error` in an answer with `ok: false`.
pub fn meaning(word: &str, repeat: Repeat) -> SendError {
    let later = |after| SendError::Retry {
        after,
        why: word.to_owned(),
    };
    let fail = |kind| SendError::fail(kind, word);
    match word {
        "ratelimited" | "rate_limited" | "accesslimited" => later(None),
        "team_added_to_org" | "org_login_required" | "external_channel_migrating" => {
            later(Some(MIGRATION))
        }

        // Slack's documentation: part of the operation may have succeeded.
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "update_failed"
        | "file_update_failed" => repeat.ambiguous(word),

        "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "app_access_restricted"
        | "two_factor_setup_required"
        | "team_access_not_granted"
        | "ekm_access_denied"
        | "access_denied"
        | "enterprise_is_restricted" => fail(FailKind::TokenDead),

        "missing_scope"
        | "no_permission"
        | "not_allowed_token_type"
        | "messages_tab_disabled"
        | "not_enabled"
        | "not_in_channel"
        | "deprecated_endpoint"
        | "method_deprecated"
        | "unknown_method"
        | "message_limit_exceeded"
        | "file_uploads_disabled"
        | "file_uploads_except_images_disabled"
        | "storage_limit_reached"
        | "posting_to_channel_denied" => fail(FailKind::Config),
        _ if word.starts_with("restricted_action") => fail(FailKind::Config),

        "user_not_found"
        | "users_not_found"
        | "user_not_visible"
        | "user_disabled"
        | "cannot_dm_bot"
        | "is_inactive"
        | "is_archived"
        | "channel_not_found"
        | "invalid_user_combination" => fail(FailKind::RecipientGone),

        "message_not_found"
        | "cant_update_message"
        | "cant_delete_message"
        | "edit_window_closed"
        | "invalid_scheduled_message_id"
        | "thread_not_found"
        | "cannot_reply_to_message"
        | "not_found"
        | "hash_conflict"
        | "expired_trigger_id"
        | "exchanged_trigger_id"
        | "invalid_trigger_id"
        | "expired_url"
        | "used_url" => fail(FailKind::MessageGone),

        "invalid_blocks"
        | "invalid_blocks_format"
        | "msg_blocks_too_long"
        | "msg_too_long"
        | "no_text"
        | "markdown_text_conflict"
        | "too_many_attachments"
        | "metadata_too_large"
        | "invalid_arguments"
        | "invalid_arg_name"
        | "invalid_array_arg"
        | "invalid_charset"
        | "invalid_form_data"
        | "invalid_post_type"
        | "missing_post_type"
        | "missing_argument"
        | "view_too_large"
        | "push_limit_reached"
        | "duplicate_external_id"
        | "block_mismatch"
        | "file_type_not_allowed"
        | "alt_txt_too_large"
        | "file_not_found" => fail(FailKind::OurBug),
        _ if word.starts_with("invalid_metadata_") => fail(FailKind::OurBug),

        _ => fail(FailKind::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_its_meaning() {
        let table = [
            ("token_revoked", FailKind::TokenDead),
            ("missing_scope", FailKind::Config),
            ("restricted_action_read_only_channel", FailKind::Config),
            ("messages_tab_disabled", FailKind::Config),
            ("users_not_found", FailKind::RecipientGone),
            ("cannot_dm_bot", FailKind::RecipientGone),
            ("channel_not_found", FailKind::RecipientGone),
            ("cant_update_message", FailKind::MessageGone),
            ("expired_trigger_id", FailKind::MessageGone),
            ("invalid_metadata_schema", FailKind::OurBug),
            ("msg_blocks_too_long", FailKind::OurBug),
            ("a_word_of_next_year", FailKind::Other),
        ];
        for (word, kind) in table {
            for repeat in [Repeat::Harmless, Repeat::Seen] {
                assert_eq!(meaning(word, repeat), SendError::fail(kind, word));
            }
        }
    }

    #[test]
    fn what_may_have_happened_is_not_repeated_where_people_would_see_it() {
        for word in [
            "internal_error",
            "fatal_error",
            "service_unavailable",
            "request_timeout",
        ] {
            assert!(
                matches!(meaning(word, Repeat::Seen), SendError::Unknown { .. }),
                "{word}"
            );
            assert!(
                matches!(meaning(word, Repeat::Harmless), SendError::Retry { .. }),
                "{word}"
            );
        }
    }

    #[test]
    fn a_refused_rate_did_nothing() {
        for word in ["ratelimited", "rate_limited"] {
            assert!(matches!(
                meaning(word, Repeat::Seen),
                SendError::Retry { after: None, .. }
            ));
        }
    }
}
