//! Wakes whoever waits for work, in this process. Between processes PostgreSQL's notify does, and a poll is the net.

use tokio::sync::watch;

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A lead may be due.
    Leads,
    /// The outbox may hold something to deliver.
    Outbox,
    /// A person may be to be fetched.
    Fetches,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Leads, Self::Outbox, Self::Fetches];

    /// The channel's name on PostgreSQL.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Leads => "baton_leads",
            Self::Outbox => "baton_outbox",
            Self::Fetches => "baton_fetches",
        }
    }
}

/// Remembers what happened since one last looked: make it before looking for work, so that nothing
/// is missed in between; then `changed().await` returns as soon as there may be more.
pub type Wake = watch::Receiver<()>;

/// One bell per channel.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    leads: watch::Sender<()>,
    outbox: watch::Sender<()>,
    fetches: watch::Sender<()>,
}

impl Bus {
    pub(super) fn new() -> Self {
        Self {
            leads: watch::Sender::new(()),
            outbox: watch::Sender::new(()),
            fetches: watch::Sender::new(()),
        }
    }

    pub(super) fn ring(&self, channel: Channel) {
        self.bell(channel).send_replace(());
    }

    pub(super) fn subscribe(&self, channel: Channel) -> Wake {
        self.bell(channel).subscribe()
    }

    fn bell(&self, channel: Channel) -> &watch::Sender<()> {
        match channel {
            Channel::Leads => &self.leads,
            Channel::Outbox => &self.outbox,
            Channel::Fetches => &self.fetches,
        }
    }
}
