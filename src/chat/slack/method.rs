//! The methods of Slack's Web API that Baton calls, with what each takes and allows.

use crate::chat::exchange::Repeat;

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
    /// The address of a socket, for Socket Mode.
    OpenSocket,
    /// The workspace's user groups.
    Groups,
    /// Who is in a user group.
    GroupMembers,
}

/// How often a method may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// 20 a minute.
    Two,
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
            Self::OpenSocket => "apps.connections.open",
            Self::Groups => "usergroups.list",
            Self::GroupMembers => "usergroups.users.list",
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
            Self::OpenSocket => Tier::Three,
            Self::Groups | Self::GroupMembers => Tier::Two,
        }
    }

    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::AuthTest,
        Self::PostMessage,
        Self::Update,
        Self::Delete,
        Self::OpenConversation,
        Self::History,
        Self::Replies,
        Self::UserInfo,
        Self::UserByEmail,
        Self::OpenView,
        Self::UpdateView,
        Self::PublishView,
        Self::UploadUrl,
        Self::CompleteUpload,
        Self::OpenSocket,
        Self::Groups,
        Self::GroupMembers,
    ];

    /// What the token must be allowed. Cards stand in direct messages and in channels of both kinds, and
    /// are looked up there.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::AuthTest | Self::OpenView | Self::UpdateView | Self::PublishView => &[],
            Self::PostMessage | Self::Update | Self::Delete => &["chat:write"],
            Self::OpenConversation => &["im:write"],
            Self::History | Self::Replies => &["im:history", "channels:history", "groups:history"],
            Self::UserInfo => &["users:read"],
            Self::UserByEmail => &["users:read", "users:read.email"],
            Self::UploadUrl | Self::CompleteUpload => &["files:write"],
            Self::OpenSocket => &["connections:write"],
            Self::Groups | Self::GroupMembers => &["usergroups:read"],
        }
    }

    /// Whether it is called with the app's token, not the bot's.
    pub fn is_the_apps(self) -> bool {
        self == Self::OpenSocket
    }

    /// Whether it takes a form; several refuse JSON.
    pub fn takes_form(self) -> bool {
        match self {
            Self::UserInfo
            | Self::UserByEmail
            | Self::UploadUrl
            | Self::History
            | Self::Replies
            | Self::OpenSocket
            | Self::Groups
            | Self::GroupMembers => true,
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
            Self::OpenSocket | Self::Groups | Self::GroupMembers => Repeat::Harmless,
        }
    }
}
