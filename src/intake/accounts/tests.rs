//! Lists of accounts as spreadsheets and CRMs write them.

use super::*;
use crate::intake::table::Reading;

fn read(text: &[u8]) -> AccountList {
    let table = Table::read(text, Reading::default()).expect("a table");
    AccountList::of(&table).expect("a list")
}

fn said(list: &AccountList) -> String {
    let row = |row: &AccountRow| {
        let AccountRow {
            line,
            name,
            domains,
            parent,
            owner,
            tier,
            customer,
        } = row;
        format!(
            "{line}: {name} | {} | {parent} | {owner} | {tier} | {customer}",
            domains.join(" ")
        )
    };
    let rows = list.rows.iter().map(row);
    let rejects = list
        .rejects
        .iter()
        .map(|(line, why)| format!("{line} rejected: {why}"));
    let notes = list
        .notes
        .iter()
        .map(|(line, why)| format!("{line} noted: {why}"));
    let all: Vec<String> = rows.chain(rejects).chain(notes).collect();
    all.join("\n")
}

#[test]
fn columns_are_known_by_their_usual_names_and_what_is_wrong_is_said_by_line() {
    let list = read(
        "Company name;Website URL;Parent Company;Account Owner;Segment;Customer;Phone\n\
         IBM;https://www.ibm.com/de, @IBM.de;;ayse@example.com;A;yes;1\n\
         IBM Deutschland GmbH;;IBM;;;;2\n\
         ;globex.com;;jonas;;no;3\n\
         ;;;;;;4\n\
         Initech;globex.com;;;;perhaps;5\n\
         Gmail people;gmail.com nonsense;;;;;6\n\
         a;b;c;d;e;f;g;h\n\
         ibm gmbh;;;;;;\n"
            .as_bytes(),
    );
    insta::assert_snapshot!(said(&list), @"
    2: IBM | ibm.com ibm.de |  | ayse@example.com | A | true
    3: IBM Deutschland GmbH |  | IBM |  |  | false
    4: globex.com | globex.com |  | jonas |  | false
    6: Initech | globex.com |  |  |  | false
    7: Gmail people |  |  |  |  | false
    9: ibm gmbh |  |  |  |  | false
    5 rejected: it has neither a name nor a domain
    8 rejected: it has 8 cells, and there are 7 columns
    6 noted: `perhaps` says neither yes nor no, so it is no customer
    6 noted: globex.com stands in line 4 already, which counts
    7 noted: anybody gets an address at gmail.com
    7 noted: `nonsense` is no domain
    9 noted: ibm stands in line 2 already, which counts
    ");
    let unused = list.columns.iter().filter(|(_, is)| is.is_none());
    let unused: Vec<&str> = unused.map(|(name, _)| name.as_str()).collect();
    assert_eq!(unused, ["Phone"]);
}

#[test]
fn a_list_from_excel_in_an_old_encoding_is_read() {
    let list = read(
        b"sep=\t\r\nFirma\tDomain\tBetreuer\r\nM\xfcller & S\xf6hne\tmueller.example\tayse\r\n",
    );
    insta::assert_snapshot!(said(&list), @"2: Müller & Söhne | mueller.example |  | ayse |  | false");
}

#[test]
fn a_list_without_names_and_domains_is_no_list_of_accounts() {
    let table = Table::read(b"colour,size\nred,3\n", Reading::default()).expect("a table");
    let wrong = AccountList::of(&table).expect_err("no accounts");
    assert!(wrong.contains("the columns are colour, size"), "{wrong}");
}
