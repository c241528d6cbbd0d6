//! Whose account somebody is of: signs, tie-breaks, parents, and what two lists differ in.

use super::*;

fn account(name: &str, domains: &[&str], parent: &str, owner: &str) -> Account {
    let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    Account {
        name: name.to_owned(),
        domains: domains.iter().map(|&it| it.to_owned()).collect(),
        parent: some(parent),
        owner: some(owner).map(RepId::from),
        ..Account::default()
    }
}

fn accounts() -> Accounts {
    Accounts::new(vec![
        account("IBM", &["ibm.com"], "", "ayse"),
        account("IBM Deutschland", &["de.ibm.com"], "ibm inc.", ""),
        account("Globex", &["globex.co.uk", "globex.com"], "Initech", ""),
        account("Initech", &[], "", "jonas"),
        account("Round", &["round.example"], "Circle", ""),
        account("Circle", &[], "Round", ""),
        account("Globex GmbH", &["globex.com"], "", "selin"),
        account("One Man Band", &["band.gmail.com"], "", "selin"),
    ])
}

#[test]
fn people_belong_to_an_account_by_mail_website_and_name() {
    let accounts = accounts();
    for (email, website, company, found) in [
        ("a@ibm.com", "", "", "IBM by mail domain, ayse"),
        (
            "a@de.ibm.com",
            "",
            "",
            "IBM Deutschland by mail domain, ayse",
        ),
        (
            "a@lab.de.ibm.com",
            "",
            "Globex",
            "IBM Deutschland by mail domain, ayse",
        ),
        ("a@globex.com", "", "", "Globex by mail domain, jonas"),
        (
            "a@mail.globex.co.uk",
            "",
            "",
            "Globex by mail domain, jonas",
        ),
        ("a@evilibm.com", "", "", "nobody"),
        ("a@ibm.com.evil.example", "", "", "nobody"),
        (
            "a@gmail.com",
            "https://www.IBM.com/jobs",
            "",
            "IBM by website, ayse",
        ),
        (
            "a@gmail.com",
            "",
            "IBM Deutschland GmbH",
            "IBM Deutschland by company name, ayse",
        ),
        ("", "", "Initech A.Ş.", "Initech by company name, jonas"),
        (
            "a@other.example",
            "other.example",
            "globex ltd.",
            "Globex by company name, jonas",
        ),
        ("a@round.example", "", "", "Round by mail domain, nobody"),
        ("a@gmail.com", "", "Co.", "nobody"),
        ("a@gmail.com", "gmail.com", "", "nobody"),
        ("", "", "", "nobody"),
    ] {
        let mut contact = Contact::default();
        for (field, text) in [
            (Field::Email, email),
            (Field::Website, website),
            (Field::Company, company),
        ] {
            contact.set_text(field, text.to_owned());
        }
        let said = accounts.find(&contact).map_or_else(
            || "nobody".to_owned(),
            |(account, by)| {
                let owner = account.owner.as_ref().map_or("nobody", RepId::as_str);
                format!("{} by {}, {owner}", account.name, by.name())
            },
        );
        assert_eq!(said, found, "{email} {website} {company}");
    }
}

#[test]
fn of_two_with_one_domain_or_name_the_first_counts() {
    let accounts = accounts();
    let owners = |name: &str| {
        let mut contact = Contact::default();
        contact.set_text(Field::Company, name.to_owned());
        accounts.find(&contact).unwrap().0.owner.clone().unwrap()
    };
    assert_eq!(owners("Globex GmbH"), "jonas".into());
    assert_eq!(accounts.all().len(), 8);
}

/// How the account of somebody is told.
fn told(accounts: &Accounts, email: &str, company: &str) -> String {
    let mut contact = Contact::default();
    contact.set_text(Field::Email, email);
    contact.set_text(Field::Company, company);
    let Some(found) = accounts.explain(&contact) else {
        return "nobody".to_owned();
    };
    let above: Vec<&str> = found.above.iter().map(|it| it.name.as_str()).collect();
    let owner = found.account.owner.as_ref().map_or("nobody", RepId::as_str);
    let of = found.account.owner_of.as_deref().unwrap_or("its own");
    let ties = found.ties.join("; ");
    let (name, by, sign) = (&found.account.name, found.by, &found.sign);
    format!("{name} by {by:?} {sign}, above {above:?}, {owner} ({of}): {ties}")
}

#[test]
fn a_daughter_goes_before_the_company_whose_domain_it_is_and_ties_are_said() {
    let accounts = Accounts::new(vec![
        account("IBM", &["ibm.com"], "", "ayse"),
        account("IBM Deutschland GmbH", &["de.ibm.com"], "IBM", ""),
        account("IBM Labs", &[], "IBM Deutschland", ""),
        account("Globex", &["globex.com"], "", "selin"),
        account("Globex Europe", &["globex.com"], "", "jonas"),
    ]);
    insta::assert_snapshot!([
        told(&accounts, "a@ibm.com", "IBM Labs Inc."),
        told(&accounts, "a@de.ibm.com", ""),
        told(&accounts, "a@ibm.com", "Globex"),
        told(&accounts, "a@globex.com", ""),
        told(&accounts, "a@gmail.com", "ibm deutschland"),
    ].join("\n"), @r#"
    IBM Labs by Daughter ibm labs, above ["IBM Deutschland GmbH", "IBM"], ayse (IBM): a daughter counts before the company whose domain it is
    IBM Deutschland GmbH by Mail de.ibm.com, above ["IBM"], ayse (IBM): a longer domain counts before ibm.com, IBM's
    IBM by Mail ibm.com, above [], ayse (its own): a domain counts before a name, which is Globex's
    Globex by Mail globex.com, above [], selin (its own): of several accounts with globex.com the first counts
    IBM Deutschland GmbH by Name ibm deutschland, above ["IBM"], ayse (IBM):
    "#);
}

#[test]
fn companies_that_own_each_other_in_a_circle_are_found_once() {
    let circles = |accounts: &Accounts| -> Vec<String> {
        accounts
            .circles()
            .into_iter()
            .map(|it| it.name.clone())
            .collect()
    };
    assert_eq!(circles(&accounts()), ["Round"]);
    let itself = Accounts::new(vec![account("Self", &[], "Self", "")]);
    assert_eq!(circles(&itself), ["Self"]);
    let into = Accounts::new(vec![
        account("Outside", &[], "A", ""),
        account("A", &[], "B", ""),
        account("B", &[], "C", ""),
        account("C", &[], "A", ""),
    ]);
    assert_eq!(circles(&into), ["A"]);
}

#[test]
fn what_two_lists_differ_in_is_told_by_name() {
    let before = accounts();
    let after = Accounts::new(vec![
        account("IBM Inc.", &["ibm.com"], "", "jonas"),
        account("IBM Deutschland", &["de.ibm.com"], "ibm inc.", ""),
        account("Initech", &[], "", "jonas"),
        account("Globex", &["globex.com"], "Initech", ""),
        account("Hooli", &["hooli.example"], "", ""),
    ]);
    let changes = after.changes(&before);
    assert_eq!(changes.added, ["Hooli"]);
    assert_eq!(changes.removed, ["Round", "Circle", "One Man Band"]);
    let owners: Vec<String> = changes
        .owners
        .iter()
        .map(|it| format!("{}: {} to {}", it.name, it.was, it.is))
        .collect();
    assert_eq!(
        owners,
        ["IBM Inc.: ayse to jonas", "IBM Deutschland: ayse to jonas"]
    );
    assert_eq!(changes.others, ["Globex"]);
    assert_eq!(
        changes.counted(),
        "1 added, 3 removed, 2 with another owner, 1 changed otherwise"
    );
    assert!(before.changes(&accounts()).is_empty());
}
