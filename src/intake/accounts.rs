//! A list of named accounts as people keep one in a spreadsheet, or a CRM exports it: name, domains, parent, owner,
//! tier, customer.
//!
//! What can't be used of a row is that row's problem, not the list's.

mod columns;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::{
    table::{Table, TableRow},
    text,
};
use crate::domain::{company, mail, policy::host};

pub use columns::Column;

/// The most characters of an account's name.
const LONGEST: usize = 200;

/// A list of accounts, read.
#[derive(Clone, Debug, Default)]
pub struct AccountList {
    /// What the table's columns are, in its order; absent: nothing of it is used.
    pub columns: Vec<(String, Option<Column>)>,
    /// The rows that can be used, in their order.
    pub rows: Vec<AccountRow>,
    /// The lines that can't be used, and why.
    pub rejects: Vec<(u64, String)>,
    /// What was left out of lines that are used, and why.
    pub notes: Vec<(u64, String)>,
}

/// One account as its line says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountRow {
    /// The line of the file, from 1.
    pub line: u64,
    /// The company's name, or its first domain.
    pub name: String,
    /// Domains of its mail, lower case.
    pub domains: Vec<String>,
    /// The company it belongs to, by its name; `""`: none.
    pub parent: String,
    /// A rep's id or address, as it is written; `""`: nobody.
    pub owner: String,
    /// Free word.
    pub tier: String,
    /// Whether it buys already.
    pub customer: bool,
}

impl AccountList {
    /// Finds out what the columns are, and reads every row.
    ///
    /// # Errors
    /// When no column holds names or domains, in words for whoever has the list.
    pub fn of(table: &Table) -> Result<Self, String> {
        let columns = columns::of(table);
        let has = |wanted| columns.contains(&Some(wanted));
        if !has(Column::Name) && !has(Column::Domains) {
            return Err(format!(
                "no column is known to hold the accounts' names or domains; the columns are {}. \
                 Call them name, domains, parent, owner, tier and customer",
                table.columns.join(", ")
            ));
        }
        let mut list = Self::default();
        let mut first: HashMap<String, u64> = HashMap::new();
        for row in &table.rows {
            match list.read(row, &columns) {
                Ok(read) => list.take(read, &mut first),
                Err(why) => list.rejects.push((row.line, why)),
            }
        }
        list.columns = table.columns.iter().cloned().zip(columns).collect();
        Ok(list)
    }

    fn read(&mut self, row: &TableRow, columns: &[Option<Column>]) -> Result<AccountRow, String> {
        if let Some(problem) = &row.problem {
            return Err(problem.clone());
        }
        let mut read = AccountRow {
            line: row.line,
            ..AccountRow::default()
        };
        let mut wrong = Vec::new();
        for (column, cell) in columns.iter().zip(&row.cells) {
            let Some(column) = column else { continue };
            let said = text::line(cell, LONGEST);
            match column {
                Column::Name => read.name = said,
                Column::Domains => domains(cell, &mut read.domains, &mut wrong),
                Column::Parent => read.parent = said,
                Column::Owner => read.owner = said,
                Column::Tier => read.tier = said,
                Column::Customer => read.customer = self.yes(row.line, &said),
            }
        }
        if read.name.is_empty() {
            read.name = read.domains.first().cloned().unwrap_or_default();
        }
        if read.name.is_empty() {
            return Err(match wrong.first() {
                Some(wrong) => wrong.clone(),
                None => "it has neither a name nor a domain".to_owned(),
            });
        }
        let line = row.line;
        self.notes.extend(wrong.into_iter().map(|it| (line, it)));
        Ok(read)
    }

    /// Whether a word says that a company buys already.
    fn yes(&mut self, line: u64, word: &str) -> bool {
        let customer = columns::says_yes(word);
        if customer.is_none() {
            let note = format!("`{word}` says neither yes nor no, so it is no customer");
            self.notes.push((line, note));
        }
        customer.unwrap_or(false)
    }

    /// Keeps a row; that another one has its name or domain already is said.
    fn take(&mut self, read: AccountRow, first: &mut HashMap<String, u64>) {
        let name = Some(company::key(&read.name)).filter(|it| !it.is_empty());
        let mut told = None;
        for sign in read.domains.iter().cloned().chain(name) {
            match first.get(&sign) {
                Some(line) => told = told.or(Some((sign, *line))),
                None => drop(first.insert(sign, read.line)),
            }
        }
        if let Some((sign, line)) = told {
            let note = format!("{sign} stands in line {line} already, which counts");
            self.notes.push((read.line, note));
        }
        self.rows.push(read);
    }
}

/// The domains in a cell, however they are written; what is none, and what anybody gets an address at, is `wrong`.
fn domains(cell: &str, domains: &mut Vec<String>, wrong: &mut Vec<String>) {
    let parts = cell.split(|it: char| it.is_whitespace() || matches!(it, ',' | ';' | '|'));
    for part in parts.filter(|it| !it.is_empty()) {
        let domain = host(part.rsplit_once('@').map_or(part, |(_, domain)| domain));
        let right = |it: char| it.is_alphanumeric() || it == '-' || it == '.';
        if !domain.contains('.') || domain.starts_with('.') || !domain.chars().all(right) {
            wrong.push(format!("`{}` is no domain", text::line(part, 60)));
        } else if mail::free_mail(&domain) {
            wrong.push(format!("anybody gets an address at {domain}"));
        } else if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
}
