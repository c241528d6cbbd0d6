//! Why a chat delivers nothing to somebody, as their manager reads it.

/// The reason in words; a word of the chat's that is not known is said as it is.
#[must_use]
pub fn reason(why: &str) -> String {
    let (word, more) = why.split_once(": ").unwrap_or((why, ""));
    let known = match word {
        "deactivated" => "the account is deactivated",
        "guest" => "it is a guest's account",
        "stranger" => "the account is of another company's workspace",
        "bot" => "the account is a program's",
        "uninstalled" => {
            "they have taken Baton out of Microsoft Teams, and can add it again under Apps"
        }
        "MessageWritesBlocked" | "ConversationBlockedByUser" => {
            "they have blocked Baton in Microsoft Teams"
        }
        "app_not_installed" => return not_installed(more),
        _ => why,
    };
    known.to_owned()
}

fn not_installed(more: &str) -> String {
    let mend = match more.split_once(": ") {
        Some(("missing_permission", permission)) => {
            format!("install it for them, or grant {permission} so that it can do so itself")
        }
        _ if more == "not_in_app_catalog" => {
            "put it into the organisation's app catalogue, or install it for them".to_owned()
        }
        _ => format!("install it for them ({more})"),
    };
    format!("Baton is not installed for them in Microsoft Teams; an administrator can {mend}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_can_be_done() {
        let installing = "TeamsAppInstallation.ReadWriteSelfForUser.All";
        for (why, said) in [
            ("guest", "it is a guest's account"),
            ("user_not_found", "user_not_found"),
            (
                &*format!("app_not_installed: missing_permission: {installing}"),
                &*format!(
                    "Baton is not installed for them in Microsoft Teams; an administrator can install it for them, \
                     or grant {installing} so that it can do so itself"
                ),
            ),
            (
                "app_not_installed: not_in_app_catalog",
                "Baton is not installed for them in Microsoft Teams; an administrator can put it into the \
                 organisation's app catalogue, or install it for them",
            ),
            (
                "app_not_installed: http_404",
                "Baton is not installed for them in Microsoft Teams; an administrator can install it for them (http_404)",
            ),
        ] {
            assert_eq!(reason(why), said);
        }
    }
}
