//! The methods of Slack's Web API that Baton calls, with what each takes and allows.

use super::errors::Repeat;

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Who we are.
    AuthTest,
    /// Posts a message.
    PostMessage,
    /// Changes a message.
    Update,
    /// Deletes a message.
    Delete,
    /// The direct conversation with a person.
    OpenConversation,
    /// A conversation's messages.
    History,
    /// A thread's messages.
    Replies,
    /// A person by id.
    UserInfo,
    /// A person by e-mail address.
    UserByEmail,
    /// Opens a dialog.
    OpenView,
    /// Changes a dialog.
    UpdateView,
    /// Shows a person's page.
    PublishView,
    /// Where to upload a file.
    UploadUrl,
    /// Ends an upload.
    CompleteUpload,
}

/// How often a method may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// 50 a minute.
    Three,
    /// 100 a minute.
    Four,
    /// One a second and channel, a few at once.
    Post,
    /// Often enough never to count.
    Free,
}

impl Method {
    /// Slack's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthTest => "auth.test",
            Self::PostMessage => "chat.postMessage",
            Self::Update => "chat.update",
            Self::Delete => "chat.delete",
            Self::OpenConversation => "conversations.open",
            Self::History => "conversations.history",
            Self::Replies => "conversations.replies",
            Self::UserInfo => "users.info",
            Self::UserByEmail => "users.lookupByEmail",
            Self::OpenView => "views.open",
            Self::UpdateView => "views.update",
            Self::PublishView => "views.publish",
            Self::UploadUrl => "files.getUploadURLExternal",
            Self::CompleteUpload => "files.completeUploadExternal",
        }
    }

    /// How often it may be called.
    pub fn tier(self) -> Tier {
        match self {
            Self::AuthTest => Tier::Free,
            Self::PostMessage => Tier::Post,
            Self::Update | Self::Delete | Self::OpenConversation => Tier::Three,
            Self::History | Self::Replies | Self::UserByEmail => Tier::Three,
            Self::UserInfo | Self::OpenView | Self::UpdateView | Self::PublishView => Tier::Four,
            Self::UploadUrl | Self::CompleteUpload => Tier::Four,
        }
    }

    /// Whether it takes a form; several refuse JSON.
    pub fn takes_form(self) -> bool {
        match self {
            Self::UserInfo
            | Self::UserByEmail
            | Self::UploadUrl
            | Self::History
            | Self::Replies => true,
            Self::AuthTest
            | Self::PostMessage
            | Self::Update
            | Self::Delete
            | Self::OpenConversation => false,
            Self::OpenView | Self::UpdateView | Self::PublishView | Self::CompleteUpload => false,
        }
    }

    /// Whether calling it twice is seen. A dialog's trigger works once, so it must not be tried again.
    pub fn repeat(self) -> Repeat {
        match self {
            Self::PostMessage | Self::OpenView => Repeat::Seen,
            Self::AuthTest | Self::Update | Self::Delete | Self::OpenConversation => {
                Repeat::Harmless
            }
            Self::History | Self::Replies | Self::UserInfo | Self::UserByEmail => Repeat::Harmless,
            Self::UpdateView | Self::PublishView | Self::UploadUrl | Self::CompleteUpload => {
                Repeat::Harmless
            }
        }
    }
}
