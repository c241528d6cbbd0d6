//! Turns in the store: one decision at a time for each team, and a ledger that explains the balance.

use baton::{
    domain::{
        id::TeamId,
        strategy::{Entry, EntryWhy},
    },
    store::{
        Error,
        turns::{self, Posting},
    },
};
use futures_util::future::join_all;

use crate::{db::both, store_leads::at};

#[tokio::test(flavor = "multi_thread")]
async fn decisions_at_once_take_turns_in_any_order_of_teams() {
    both(async |db| {
        let (one, two): (TeamId, TeamId) = ("a".into(), "b".into());
        let orders = [[one.clone(), two.clone()], [two.clone(), one.clone()]];
        let decide = async |n: usize| -> Result<(), Error> {
            db.write(async |mut tx| {
                let locked = turns::lock(&mut tx, &orders[n % 2]).await?;
                for (team, mut turns) in locked {
                    turns.round += 1.0;
                    turns::save(&mut tx, &team, &turns).await?;
                }
                Ok(())
            })
            .await
        };
        for done in join_all((0..20).map(decide)).await {
            done.unwrap();
        }
        let after: Result<_, Error> = db
            .write(async |mut tx| turns::lock(&mut tx, std::slice::from_ref(&two)).await)
            .await;
        assert!((after.unwrap()[&two].round - 20.0).abs() < 1e-9);
    })
    .await;
}

#[tokio::test]
async fn the_ledger_is_read_from_its_end() {
    both(async |db| {
        let team = TeamId::from("sales");
        let posting = |team: &str, lead: Option<&str>, amount| Posting {
            team: team.into(),
            lead: lead.map(Into::into),
            entry: Entry {
                rep: "anna".into(),
                why: EntryWhy::Offered,
                amount,
                offer: None,
            },
        };
        let read: Result<_, Error> = db
            .write(async |mut tx| {
                let first = [1.0, -1.0].map(|amount| posting("sales", Some("lead_1"), amount));
                turns::post(&mut tx, &first, at(1)).await?;
                turns::post(&mut tx, &[], at(1)).await?;
                let last = [
                    posting("sales", Some("lead_1"), 0.25),
                    posting("other", None, 9.0),
                ];
                turns::post(&mut tx, &last, at(1)).await?;
                turns::ledger(&mut tx, &team, 2).await
            })
            .await;
        let lines = read.unwrap();
        assert_eq!(
            lines.iter().map(|line| line.amount).collect::<Vec<_>>(),
            [0.25, -1.0]
        );
        assert_eq!(
            (lines[0].why.as_str(), lines[0].lead.clone()),
            ("offered", Some("lead_1".into()))
        );
    })
    .await;
}
