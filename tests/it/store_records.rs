//! How reps' leads ended, in the store: lately, of all leads and of those alike.

use baton::{
    domain::{
        event::{Ended, Ending},
        id::RepId,
        strategy::{Record, Tally},
    },
    store::{Error, records},
};
use jiff::SignedDuration;

use crate::{
    db::both,
    store_leads::{at, lead},
};

fn ended(rep: &str, ending: Ending) -> Ended {
    Ended {
        team: None,
        rep: Some(rep.into()),
        ending,
        reason: String::new(),
        deal: None,
        invalid: false,
    }
}

#[tokio::test]
async fn endings_of_the_last_90_days_count_and_those_alike_beside() {
    both(async |db| {
        let (one, mut other) = (lead(1), lead(2));
        other.lead_type = "webinar".to_owned();
        let now = at(1) + SignedDuration::from_hours(24 * 365);
        let read: Result<_, Error> = db
            .write(async |mut tx| {
                records::count(&mut tx, &one, &ended("anna", Ending::Won), at(1)).await?;
                for ending in Ending::ALL {
                    records::count(&mut tx, &one, &ended("anna", ending), now).await?;
                    records::count(&mut tx, &other, &ended("anna", ending), now).await?;
                }
                let invalid = Ended {
                    invalid: true,
                    ..ended("anna", Ending::Disqualified)
                };
                records::count(&mut tx, &one, &invalid, now).await?;
                records::count(&mut tx, &one, &ended("bert", Ending::Lost), now).await?;
                let reps = ["anna", "carl"].map(RepId::from);
                records::lately(&mut tx, &reps, &one, now).await
            })
            .await;
        let (all, like) = ((2, 6), (1, 3));
        let tally = |(won, ended)| Tally { won, ended };
        let record = Record {
            all: tally(all),
            like: tally(like),
        };
        assert_eq!(read.unwrap(), [("anna".into(), record)].into());
    })
    .await;
}
