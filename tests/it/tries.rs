//! Trying rules before and after they go live: `baton simulate`, `check`, `config` and `reroute` as they are called.

use serde_json::{Value, json};

use crate::{cli::Place, import::on_each};

/// Another team, to which a rule before the others sends whoever works for a large company.
const BIG: &str = "[[team]]\nid = \"big\"\nmembers = [\"selin\"]\nmanagers = [\"selin\"]\n\
                   [[route]]\nid = \"big\"\nwhen = 'lead.employees >= 50'\nto = { team = \"big\" }\n[[route]]\nid = \"all\"";

async fn comes_in(place: &Place, name: &str, employees: u32) {
    let lead =
        json!({"email": format!("{name}@{name}.example"), "name": name, "employees": employees});
    let file = format!("{name}.json");
    std::fs::write(place.path(&file), lead.to_string()).unwrap();
    let (code, said) = place.baton(&["send", &file, "--source", "website"]).await;
    assert_eq!(code, 0, "{said}");
}

fn numbers(leads: &Value) -> Vec<i64> {
    let leads = leads.as_array().unwrap().iter();
    leads.map(|it| it["number"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_wrong_rule_is_found_on_the_last_leads_and_taken_back_by_the_server() {
    on_each(async |place| {
        let server = place.serve();
        comes_in(place, "ada", 120).await;
        comes_in(place, "bob", 5).await;
        comes_in(place, "cleo", 80).await;
        let (code, said) = place.baton(&["check"]).await;
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains("these rules would have changed nothing"),
            "{said}"
        );
        place.change("[[route]]\nid = \"all\"", BIG);
        let (_, said) = place.baton(&["check"]).await;
        assert!(said.contains("2 would have gone another way"), "{said}");
        assert!(said.contains("2: all (sales) → big (big) (#"), "{said}");
        let (_, told) = place.json(&["check", "--format", "json"]).await;
        let mut entries = told.as_array().unwrap().iter();
        let change = entries.find(|it| it["severity"] == "change").unwrap();
        assert_eq!(change["message"], "all (sales) → big (big)");
        assert_eq!(change["leads"].as_array().unwrap().len(), 2, "{told}");
        // The server still goes by the old rules, under which nothing would change.
        let (code, said) = place.baton(&["reroute", "--rule", "all", "--apply"]).await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("`baton reload` puts it in force"), "{said}");
        assert_eq!(place.baton(&["reload"]).await.0, 0);
        let dry = ["reroute", "--rule", "all", "--format", "json"];
        let (code, told) = place.json(&dry).await;
        let moves = numbers(&told["leads"]);
        assert_eq!(
            (code, moves.len(), &told["same"]),
            (0, 2, &1.into()),
            "{told}"
        );
        assert_eq!(
            (&told["dry_run"], &told["leads"][0]["now"]["rule"]),
            (&true.into(), &"big".into())
        );
        let (code, told) = place.json(&[&dry[..], &["--apply"]].concat()).await;
        assert_eq!((code, &told["trouble"]), (0, &Value::Null), "{told}");
        assert_eq!(numbers(&told["done"]), moves);
        assert_eq!(told["done"][0]["rule"], "big");
        let (_, told) = place.json(&dry).await;
        assert_eq!(
            (numbers(&told["leads"]).len(), &told["same"]),
            (0, &1.into()),
            "{told}"
        );
        server.stop();
        place.audit().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_server_it_is_taken_back_all_the_same_by_the_hash_of_what_was_wrong() {
    on_each(async |place| {
        let server = place.serve();
        comes_in(place, "ada", 120).await;
        server.stop();
        let (_, log) = place.json(&["config", "log", "--format", "json"]).await;
        let hash = log["configs"][0]["hash"].as_str().unwrap().to_owned();
        place.change("[[route]]\nid = \"all\"", BIG);
        let wrong = [
            "reroute",
            "--config",
            &hash[..20],
            "--apply",
            "--format",
            "json",
        ];
        let (code, told) = place.json(&wrong).await;
        assert_eq!(
            (code, &told["done"][0]["rule"]),
            (0, &"big".into()),
            "{told}"
        );
        let (code, said) = place.baton(&["reroute", "--apply"]).await;
        assert_eq!(code, 2, "{said}");
        place.audit().await;
    })
    .await;
}

#[tokio::test]
async fn configurations_that_were_in_force_are_kept_shown_and_compared() {
    on_each(async |place| {
        let secret = "[[api.token]]\nname = \"ops\"\ntoken = \"hush-hush-hush-hush\"\nrole = \"reader\"\n[[route]]";
        place.change("[[route]]", secret);
        let server = place.serve();
        place.change("type = \"demo\"", "type = \"contact\"");
        assert_eq!(place.baton(&["reload"]).await.0, 0);
        assert_eq!(place.baton(&["reload"]).await.0, 0);
        server.stop();
        place.serve().stop();
        let (code, log) = place.json(&["config", "log", "--format", "json"]).await;
        let configs = log["configs"].as_array().unwrap();
        assert_eq!((code, configs.len()), (0, 2), "{log}");
        assert_eq!(
            configs[0]["changes"],
            json!(["source `website`: `type` changed"])
        );
        let hash = |place: usize| configs[place]["hash"].as_str().unwrap()[7..17].to_owned();
        let (code, said) = place.baton(&["config", "show", &hash(1)]).await;
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains("token = \"***\"") && !said.contains("hush"),
            "{said}"
        );
        assert!(said.contains("${WEBSITE_SECRET}"), "{said}");
        let (code, said) = place.baton(&["config", "diff", &hash(1), &hash(0)]).await;
        assert_eq!(code, 0, "{said}");
        assert!(
            said.starts_with("source `website`: `type` changed\n"),
            "{said}"
        );
        assert!(
            said.contains("\n-type = \"demo\"\n+type = \"contact\"\n"),
            "{said}"
        );
        let (_, said) = place.baton(&["config", "diff", &hash(0)]).await;
        assert!(said.contains("are the same, apart from secrets"), "{said}");
        let (code, said) = place.baton(&["config", "show", "ffff0000"]).await;
        assert_eq!(code, 2, "{said}");
    })
    .await;
}

#[tokio::test]
async fn stored_leads_are_simulated_and_two_configurations_compared() {
    on_each(async |place| {
        let server = place.serve();
        comes_in(place, "ada", 120).await;
        comes_in(place, "bob", 5).await;
        server.stop();
        let before = std::fs::read_to_string(place.path("baton.toml")).unwrap();
        let other = before.replace("[[route]]\nid = \"all\"", BIG);
        std::fs::write(place.path("other.toml"), other).unwrap();
        let against = ["simulate", "--against", "other.toml"];
        let (code, told) = place
            .json(&[&against[..], &["--format", "json"]].concat())
            .await;
        assert_eq!((code, &told["leads"]), (0, &2.into()), "{told}");
        assert_eq!(told["simulated"]["reps"]["ayse"]["leads"], 2, "{told}");
        assert_eq!(told["against"]["reps"]["selin"]["leads"], 1);
        let moved = json!([{"from": "all", "to": "big", "leads": 1}]);
        assert_eq!(
            (&told["apart"]["leads"], &told["apart"]["rules"]),
            (&1.into(), &moved)
        );
        let (code, said) = place.baton(&against).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("Otherwise for 1 of 2 leads"), "{said}");
        let (_, said) = place.baton(&["simulate", "--format", "csv"]).await;
        assert_eq!(said.lines().count(), 3, "{said}");
        assert!(
            said.contains(",all,sales,ayse,300,closed,true,true,all,"),
            "{said}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_file_is_simulated_without_any_database_and_drawn() {
    let place = Place::new().await;
    let list = "email,created_at,employees\na@a.example,2026-11-23T10:00:00Z,5\nb@b.example,2026-11-23T10:01:00Z,80\n\
                a@a.example,2026-11-23T10:02:00Z,6\nnobody,2026-11-23T10:02:00Z,7\n";
    std::fs::write(place.path("list.csv"), list).unwrap();
    let file = ["simulate", "--leads", "list.csv", "--source", "website"];
    let draw = ["--accept-after", "90s", "--chart", "reps.png"];
    let (code, said) = place.baton(&[&file[..], &draw].concat()).await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("3 leads, 23 Nov 2026 to 23 Nov 2026,"),
        "{said}"
    );
    assert!(
        said.contains("Left out: 1 rows without e-mail and phone"),
        "{said}"
    );
    assert!(said.contains("1 joined an earlier lead"), "{said}");
    assert!(
        said.contains("accepted after 1 min, contacted 15 min later"),
        "{said}"
    );
    let picture = std::fs::read(place.path("reps.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    assert!(!place.path("baton.db").exists());
    std::fs::write(place.path("list.csv"), "email\na@a.example\n").unwrap();
    let (code, said) = place.baton(&file).await;
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("no column says when the leads came"),
        "{said}"
    );
}

#[tokio::test]
async fn a_golden_lead_that_goes_wrong_refuses_the_reload() {
    let place = Place::new().await;
    let _server = place.serve();
    let golden = "[[golden]]\nlead = { email = \"a@b.example\", employees = 80 }\nroute = \"big\"\n[[source]]";
    place.change("[[source]]", golden);
    place.change("[[route]]\nid = \"all\"", &BIG.replace(">= 50", ">= 90"));
    let (code, said) = place.baton(&["reload"]).await;
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("this lead takes the route `all`, not `big`"),
        "{said}"
    );
    assert!(said.contains("Not in force."), "{said}");
    place.change(">= 90", ">= 50");
    assert_eq!(place.baton(&["reload"]).await.0, 0);
}
