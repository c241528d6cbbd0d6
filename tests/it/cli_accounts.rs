//! `baton accounts` as it is called: a list brought in beside a server that runs, and asked about.

use crate::cli::Place;

const LIST: &str = "Company;Website;Parent;Account owner;Customer\n\
    Initech;initech.example;;ayse;yes\nGlobex GmbH;globex.example;Initech;;\n;;;;\n;nothing;;;\n";

async fn place() -> Place {
    let place = Place::new().await;
    place.change(
        "[slack]\n",
        "[accounts]\nfile = \"accounts.csv\"\n[slack]\n",
    );
    place
}

#[tokio::test]
async fn a_list_is_checked_compared_written_and_read_by_the_server() {
    let place = place().await;
    std::fs::write(place.path("list.csv"), LIST).unwrap();
    let import = ["accounts", "import", "list.csv"];
    let (code, said) = place.baton(&[&import[..], &["--dry-run"]].concat()).await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("2 accounts: UTF-8, `;` between cells"),
        "{said}"
    );
    assert!(said.contains("Against those in force: 2 added"), "{said}");
    assert!(
        said.contains("line 5 can't be used: `nothing` is no domain"),
        "{said}"
    );
    assert!(!place.path("accounts.csv").exists(), "nothing is written");
    // The first one is there before the server is.
    let (code, said) = place.baton(&import).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("no server runs here"), "{said}");
    let kept = std::fs::read_to_string(place.path("accounts.csv")).unwrap();
    assert_eq!(
        kept,
        "name,domains,parent,owner,tier,customer\nInitech,initech.example,,ayse,,yes\nGlobex GmbH,globex.example,Initech,,,\n"
    );
    let rejects = std::fs::read_to_string(place.path("list.rejects.csv")).unwrap();
    assert!(rejects.contains("nothing"), "{rejects}");
    let server = place.serve();
    let more = format!("{LIST}Hooli;hooli.example;Initech;;\n");
    std::fs::write(place.path("list.csv"), more.replace("ayse", "selin")).unwrap();
    let (code, told) = place
        .json(&[&import[..], &["--format", "json"]].concat())
        .await;
    assert_eq!(code, 0, "{told}");
    assert_eq!(told["in_force"], true);
    assert_eq!(told["added"], serde_json::json!(["Hooli"]));
    assert_eq!(told["owners"][0]["is"], "selin");
    server.stop();
}

#[tokio::test]
async fn somebody_is_matched_with_their_account_and_its_owner() {
    let place = place().await;
    std::fs::write(
        place.path("accounts.csv"),
        LIST.replace(";;;;\n;nothing;;;\n", ""),
    )
    .unwrap();
    let (code, said) = place
        .baton(&["accounts", "match", "ada@mail.globex.example"])
        .await;
    assert_eq!(code, 0, "{said}");
    for line in [
        "account   Globex GmbH, by mail domain globex.example",
        "(ayse), who owns Initech above it",
        "above     Initech",
        "customer  no",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let by_name = [
        "accounts",
        "match",
        "a@gmail.com",
        "--company",
        "GLOBEX",
        "--format",
        "json",
    ];
    let (_, told) = place.json(&by_name).await;
    assert_eq!(told["account"]["by"], "company name");
    let (_, told) = place
        .json(&["accounts", "match", "a@other.example", "--format", "json"])
        .await;
    assert_eq!(told["account"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_list_with_which_the_configuration_is_of_no_use_is_not_written() {
    let place = place().await;
    std::fs::write(place.path("accounts.csv"), LIST).unwrap();
    std::fs::write(place.path("list.csv"), "name,parent\nA,B\nB,A\n").unwrap();
    let (code, _) = place.baton(&["accounts", "import", "list.csv"]).await;
    assert_eq!(code, 2);
    assert_eq!(
        std::fs::read_to_string(place.path("accounts.csv")).unwrap(),
        LIST
    );
    place.change("[accounts]\nfile = \"accounts.csv\"\n", "");
    let (code, _) = place.baton(&["accounts", "import", "list.csv"]).await;
    assert_eq!(code, 2);
}
