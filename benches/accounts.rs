//! Named accounts by the hundred thousand: how long a list takes to read, and one of them to find.
//!
//! ```sh
//! cargo bench --bench accounts
//! ```

#![expect(clippy::print_stdout, reason = "what it prints is the result")]

use std::{fmt::Write, time::Instant};

use baton::{
    domain::{
        contact::{Contact, Field},
        id::RepId,
        policy::{Account, Accounts},
    },
    intake::{
        accounts::AccountList,
        table::{Reading, Table},
    },
};

const ACCOUNTS: usize = 100_000;
const LOOKUPS: usize = 10_000;

fn main() {
    let mut list = String::from("name,domains,parent,owner,tier,customer\n");
    for n in 0..ACCOUNTS {
        let parent = if n % 10 == 0 {
            String::new()
        } else {
            format!("Company {}", n - n % 10)
        };
        let owner = if n % 10 == 0 {
            format!("rep{}", n % 300)
        } else {
            String::new()
        };
        let _ = writeln!(
            list,
            "Company {n} GmbH,company{n}.example company{n}.test,{parent},{owner},A,yes"
        );
    }
    let begun = Instant::now();
    let table = Table::read(list.as_bytes(), Reading::default()).expect("a table was written");
    let read = AccountList::of(&table).expect("it has names");
    println!("{ACCOUNTS} rows read in {:?}", begun.elapsed());
    let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    let named = read.rows.into_iter().map(|row| Account {
        name: row.name,
        domains: row.domains,
        parent: some(&row.parent),
        owner: some(&row.owner).map(RepId::from),
        ..Account::default()
    });
    let begun = Instant::now();
    let accounts = Accounts::new(named.collect());
    println!("indexed, with owners from above, in {:?}", begun.elapsed());
    let contacts: Vec<Contact> = (0..LOOKUPS).map(contact).collect();
    let begun = Instant::now();
    let found = contacts
        .iter()
        .filter(|it| accounts.find(it).is_some())
        .count();
    let each = begun.elapsed() / u32::try_from(LOOKUPS).unwrap_or(1);
    println!("{found} of {LOOKUPS} found, {each:?} each");
}

/// Somebody of an account, by mail, by website, by name; every fourth of none.
fn contact(n: usize) -> Contact {
    let mut contact = Contact::default();
    let at = n * 7 % ACCOUNTS;
    match n % 4 {
        0 => contact.set_text(Field::Email, format!("ada@mail.company{at}.example")),
        1 => {
            contact.set_text(Field::Email, "ada@gmail.com");
            contact.set_text(
                Field::Website,
                format!("https://www.company{at}.test/about"),
            );
        }
        2 => contact.set_text(Field::Company, format!("COMPANY {at}")),
        _ => contact.set_text(Field::Email, format!("ada@nobody{at}.example")),
    }
    contact
}
