//! What a person can press. One word each: Slack's `action_id`, Teams' `verb`, and the name of the
//! dialog that answers it.

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)*) => {
        /// Something that can be pressed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $variant,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Action] = &[$(Action::$variant),*];

            /// The word that stands for it on the wire.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Action::$variant => $word),* }
            }

            /// The action that this word stands for.
            #[must_use]
            pub fn by_word(word: &str) -> Option<Action> {
                match word { $($word => Some(Action::$variant),)* _ => None }
            }
        }
    };
}

actions! {
    /// Takes the offered lead.
    OfferAccept "offer.accept",
    /// Passes it on, with a reason.
    OfferDecline "offer.decline",
    /// Takes a lead that several were told of.
    OfferClaim "offer.claim",
    /// Takes an accept or decline back.
    OfferUndo "offer.undo",
    /// Shows all that is known of the lead.
    LeadDetails "lead.details",
    /// Shows why the lead went where it went.
    LeadWhy "lead.why",
    /// Logs an attempt to reach the lead.
    LeadContacted "lead.contacted",
    /// Sets what comes next and when.
    LeadNextStep "lead.next_step",
    /// Says how far the lead has come.
    LeadStage "lead.stage",
    /// Ends the lead, with its outcome.
    LeadClose "lead.close",
    /// Hands the lead to a colleague.
    LeadReassign "lead.reassign",
    /// Gives the lead back.
    LeadRelease "lead.release",
    /// Gives a lead in review to somebody.
    ReviewAssign "review.assign",
    /// Lets a lead in review go its way.
    ReviewRoute "review.route",
    /// Drops a lead in review.
    ReviewDrop "review.drop",
    /// Takes an escalated lead.
    EscalationTake "escalation.take",
    /// Gives an escalated lead to somebody.
    EscalationAssign "escalation.assign",
    /// Offers an escalated lead to the next one.
    EscalationReoffer "escalation.reoffer",
    /// Asks to be told later.
    EscalationSnooze "escalation.snooze",
    /// Takes back the offers that an absence moved on.
    AwayKeep "away.keep",
    /// Cancels a planned absence.
    AwayCancel "away.cancel",
    /// Goes away; carries what follows the command.
    AwayStart "away.start",
    /// Is back.
    AwayEnd "away.end",
    /// Asks for somebody's working hours.
    HoursEdit "hours.edit",
    /// Takes the turn back that an offer had cost which was accepted too late.
    TurnBack "turn.back",
    /// Takes a lead from the queue.
    QueueTake "queue.take",
    /// Takes the next lead from the queue.
    QueueNext "queue.next",
    /// Enters a lead by hand.
    LeadNew "lead.new",
    /// Shows the home page as it is now.
    HomeRefresh "home.refresh",
    /// Gives all that somebody has to somebody else.
    LeadsMove "leads.move",
    /// Shows another page or view of a list.
    LeadsPage "leads.page",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_means_its_action_and_no_two_share_one() {
        for action in Action::ALL {
            assert_eq!(Action::by_word(action.word()), Some(*action));
        }
        assert_eq!(Action::by_word("offer.steal"), None);
    }
}
