//! Named accounts in the configuration and in the list beside it.

use super::*;
use crate::domain::policy::Accounts;

const RULES: &str = "[accounts]\nfile = \"accounts.csv\"\nkeep = \"90d\"\n\
    [[rep]]\nid = \"ayse\"\nname = \"Ayse\"\nemail = \"Ayse@example.com\"\n\
    [[rep]]\nid = \"jonas\"\nname = \"Jonas\"\nslack = \"U0JONAS\"\n\
    [[account]]\nname = \"Globex\"\ndomains = [\"globex.com\"]\nowner = \"ayse\"\n";

const LIST: &str = "Company name,Website,Parent company,Account owner,Segment,Customer\n\
    IBM,https://www.ibm.com,,ayse@EXAMPLE.com,A,yes\n\
    IBM Deutschland GmbH,,IBM,,,\n\
    Globex Europe,globex.com;globex.eu,Globex,,,\n";

fn with(list: &str) -> Loaded {
    loaded_from(&[("baton.toml", RULES), ("accounts.csv", list)])
}

fn accounts(loaded: Loaded) -> Accounts {
    loaded.compiled.expect("a configuration").policy.accounts
}

/// What is said of the list, without what is said of everything else.
fn said(loaded: &Loaded) -> String {
    let said = plain(&loaded.complaints, &loaded.sources);
    let of_list = said.lines().filter(|line| line.contains("baton.toml:2:"));
    of_list.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_configurations_own_accounts_go_before_those_of_the_list() {
    let loaded = with(LIST);
    assert_eq!(said(&loaded), "");
    let accounts = accounts(loaded);
    let said: Vec<String> = accounts
        .all()
        .iter()
        .map(|it| {
            let owner = it.owner.as_ref().map_or("nobody", |owner| owner.as_str());
            format!("{} {} {owner} {}", it.name, it.domains.join("+"), it.tier)
        })
        .collect();
    assert_eq!(
        said,
        [
            "Globex globex.com ayse ",
            "IBM ibm.com ayse A",
            "IBM Deutschland GmbH  ayse ",
            "Globex Europe globex.com+globex.eu ayse ",
        ]
    );
    assert_eq!(accounts.keep().map(|keep| keep.as_hours()), Some(90 * 24));
}

#[test]
fn what_is_wrong_in_the_list_is_said_by_line_and_unknown_owners_in_one_remark() {
    let loaded = with(&format!(
        "{LIST}Hooli,hooli.example,,maria@example.com,,\nInitech,initech.example,,tom,,\n\
         Umbrella,umbrella.example,,maria@example.com,,perhaps\n,,,,,\n,nonsense,,,,\n"
    ));
    insta::assert_snapshot!(said(&loaded), @"
    baton.toml:2:8: lint: accounts.csv: 1 line can't be used: line 9 (`nonsense` is no domain) (`baton accounts import FILE --dry-run` names more of them)
    baton.toml:2:8: lint: accounts.csv: 1 line is used in part: line 7 (`perhaps` says neither yes nor no, so it is no customer) (`baton accounts import FILE --dry-run` names more of them)
    baton.toml:2:8: lint: 3 accounts have an owner who is no rep: `maria@example.com`, `tom` (an owner is a rep's id or e-mail address; these accounts have that of the company above them, or none)
    ");
    assert_eq!(accounts(loaded).all().len(), 7);
}

#[test]
fn a_circle_a_missing_list_and_a_list_of_something_else_are_mistakes() {
    let circle = with("name,parent\nA,B\nB,C\nC,A\n");
    let other = with("colour,size\nred,3\n");
    let missing = loaded_from(&[("baton.toml", RULES)]);
    let empty = with("");
    insta::assert_snapshot!([circle, other, missing, empty].map(|it| said(&it)).join("\n"), @"
    baton.toml:2:8: mistake: line 2: A belongs to B, which belongs to A in the end (take one `parent` of the circle out)
    baton.toml:2:8: mistake: accounts.csv: no column is known to hold the accounts' names or domains; the columns are colour, size. Call them name, domains, parent, owner, tier and customer (a list of accounts is CSV: name, domains, parent, owner, tier, customer)
    baton.toml:2:8: mistake: there is no file `accounts.csv` (the file is looked for beside this one)
    baton.toml:2:8: mistake: accounts.csv: the file is empty (a list of accounts is CSV: name, domains, parent, owner, tier, customer)
    ");
}

#[test]
fn the_configurations_name_covers_what_the_list_says() {
    let hash = |list: &str| with(list).compiled.expect("a configuration").policy.hash;
    assert_eq!(hash(LIST), hash(LIST));
    assert_ne!(hash(LIST), hash(&LIST.replace("yes", "no")));
}
