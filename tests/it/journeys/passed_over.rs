//! Who did not get a lead asks why, and hears what would have changed it, but nothing of whom the lead is.

use super::ada;
use crate::office::{SALES, in_each_chat};

/// Whoever has one lead has enough.
fn one_each() -> String {
    format!("{SALES}\n[defaults.rep]\ncapacity = 1\nstale = \"90d\"\n")
}

#[tokio::test]
async fn whoever_was_passed_over_hears_why_and_what_would_help() {
    in_each_chat(&one_each(), async |office| {
        office.lead(ada()).await;
        let lead = office.api_lead(1001).await;
        let asked = lead["offers"][0]["rep"].as_str().unwrap().to_owned();
        let members = [
            ("ayse", "Ayşe Yılmaz"),
            ("jonas", "Jonas Weber"),
            ("selin", "Selin Kaya"),
        ];
        let name = members.iter().find(|(id, _)| *id == asked).unwrap().1;
        let other = members.iter().find(|(id, _)| *id != asked).unwrap().0;
        for ask in ["/lead why 1001", "/lead why #1001", "/lead 1001"] {
            let (said, _) = office.types(other, ask).await;
            let expected = format!(
                "Why not you, lead #1001: You could have had it; {name} was before you, you were "
            );
            assert!(
                said.starts_with(&expected) && said.contains(" in line."),
                "{said}"
            );
            for hidden in ["Ada", "Analytical", "analytical", "4930123456"] {
                assert!(!said.contains(hidden), "{said}");
            }
        }
        let told = office.told(other).await;
        for hidden in ["Ada", "Analytical", "analytical", "4930123456"] {
            assert!(!told.contains(hidden), "{told}");
        }
        assert!(
            told.contains("Rule all decided") && told.contains("could take it: free ("),
            "{told}"
        );
        // Whom nobody thought of hears nothing.
        let (said, _) = office.types("deniz", "/lead why 1001").await;
        assert!(
            said.starts_with("I have no lead #1001 that you may see"),
            "{said}"
        );
        // Whoever is asked reads all about it.
        let (said, _) = office.types(&asked, "/lead why 1001").await;
        assert!(said.contains("Ada Lovelace"), "{said}");
        let (said, _) = office.types(&asked, "/lead why").await;
        assert!(said.contains("Say its number"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn who_is_full_hears_what_lies_untouched() {
    in_each_chat(&one_each(), async |office| {
        office.lead(ada()).await;
        let asked = office.api_lead(1001).await["offers"][0]["rep"]
            .as_str()
            .unwrap()
            .to_owned();
        office.press(&asked, "Accept").await;
        office.contacted(&asked, "reached").await;
        office.after("744h").await;
        office.lead(super::short("Bob")).await;
        let (said, _) = office.types(&asked, "/lead why 1002").await;
        assert!(
            said.contains("You were passed over: you were at 1 of 1 leads.")
                && said.contains("One of your leads has been untouched for 30 days or more"),
            "{said}"
        );
    })
    .await;
}
