//! What the columns of a list are: by what somebody says, by the source's own `fields`, by their names in whatever
//! language, and of what is called nothing known by what stands in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Mapping,
    names::{self, Sureness},
    table::{Table, TableRow, is_email},
    text, tree,
};
use crate::domain::{contact::Field, suggest};

/// So many rows are looked at for what a column holds.
const LOOKED_AT: usize = 200;
/// The share of a column's cells, in percent, that must look like something for the column to be it.
const MOST: usize = 80;
/// The least digits of a phone number that stands in a column without a name.
const DIGITS: usize = 7;

/// What a column becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// A canonical field.
    Field(Field),
    /// An attribute under its own name.
    Attribute,
    /// Nothing: it is left out.
    Nothing,
}

/// Why a column becomes what it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Somebody said so.
    Said,
    /// The source's `fields` say so.
    Source,
    /// It is called that.
    Name,
    /// Its cells look like it.
    Cells,
    /// Nothing is known of it.
    Unknown,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPlan {
    /// What stands over it.
    pub name: String,
    /// What it becomes.
    pub becomes: Becomes,
    /// Why.
    pub because: Because,
    /// The first thing that stands in it, if anything does.
    pub sample: String,
}

/// What somebody wants columns to be: `--map` and `--skip`.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// `Column=field`, field being a canonical one or `attribute`.
    pub map: Vec<String>,
    /// Columns to leave out.
    pub skip: Vec<String>,
}

/// What all columns of a table become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In the table's order.
    pub columns: Vec<ColumnPlan>,
}

impl Plan {
    /// Finds out what the columns are.
    ///
    /// # Errors
    /// What is wrong with a wish, in words for whoever has it.
    pub fn of(table: &Table, mapping: &Mapping, wishes: &Wishes) -> Result<Self, String> {
        let mut guess = Guess {
            table,
            found: vec![None; table.columns.len()],
        };
        guess.wished(wishes)?;
        guess.by_source(mapping);
        guess.by_name();
        guess.by_cells();
        let columns = table.columns.iter().zip(guess.found).enumerate();
        let columns = columns.map(|(place, (name, found))| {
            let (becomes, because) = found.unwrap_or((Becomes::Attribute, Because::Unknown));
            ColumnPlan {
                name: name.clone(),
                becomes,
                because,
                sample: table
                    .sample(place, LOOKED_AT)
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            }
        });
        Ok(Self {
            columns: columns.collect(),
        })
    }

    /// Whether a column becomes this field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        let wanted = Becomes::Field(field);
        self.columns.iter().any(|column| column.becomes == wanted)
    }

    /// A row as what it says: canonical fields by their names, and everything else under its own.
    #[must_use]
    pub fn said(&self, row: &TableRow) -> Map<String, Value> {
        let mut said = Map::new();
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            let cell = cell.trim();
            let key = match column.becomes {
                Becomes::Nothing => continue,
                _ if cell.is_empty() => continue,
                Becomes::Field(field) => field.name().to_owned(),
                Becomes::Attribute => label(&column.name),
            };
            said.insert(key, Value::from(cell));
        }
        said
    }
}

/// An attribute's label: never that of a canonical field, which it is not.
fn label(column: &str) -> String {
    if Field::by_name(column).is_some() {
        format!("{column} (column)")
    } else {
        column.to_owned()
    }
}

/// Whether a cell looks like a field.
type Looks = fn(&str) -> bool;

/// What is known of a table's columns so far.
struct Guess<'t> {
    table: &'t Table,
    found: Vec<Option<(Becomes, Because)>>,
}

impl Guess<'_> {
    fn is_taken(&self, field: Field) -> bool {
        let is_it = |it: &Option<(Becomes, Because)>| {
            it.is_some_and(|(becomes, _)| becomes == Becomes::Field(field))
        };
        self.found.iter().any(is_it)
    }

    fn wished(&mut self, wishes: &Wishes) -> Result<(), String> {
        for column in &wishes.skip {
            let place = self.column(column)?;
            self.found[place] = Some((Becomes::Nothing, Because::Said));
        }
        for wish in &wishes.map {
            let Some((column, field)) = wish.rsplit_once('=') else {
                return Err(format!("`{wish}` is no mapping; write `Column=field`"));
            };
            let place = self.column(column)?;
            if self.found[place].is_some() {
                return Err(format!("the column `{column}` is spoken of twice"));
            }
            let becomes = wanted(field.trim())?;
            if let Becomes::Field(field) = becomes
                && self.is_taken(field)
            {
                return Err(format!("two columns can't both be `{}`", field.name()));
            }
            self.found[place] = Some((becomes, Because::Said));
        }
        Ok(())
    }

    /// The column of this name, however it is written.
    fn column(&self, name: &str) -> Result<usize, String> {
        let names = &self.table.columns;
        let exact = names.iter().position(|it| it == name);
        let alike = || {
            let key = text::key(name);
            names.iter().position(|it| text::key(it) == key)
        };
        exact.or_else(alike).ok_or_else(|| {
            let help = suggest::help(name, names.iter().map(String::as_str));
            format!("there is no column `{name}`: {}", help.unwrap_or_default())
        })
    }

    /// The columns that the source's `fields` name, by label or by path.
    fn by_source(&mut self, mapping: &Mapping) {
        let places = (0..self.table.columns.len()).map(|place| Value::from(place.to_string()));
        let names = self.table.columns.iter().cloned();
        let row = Value::Object(names.zip(places).collect());
        let entries = tree::entries(&row);
        for (field, path) in &mapping.fields {
            let found = path.find(&row, &entries).into_iter().next();
            let place = found.and_then(|it| it.as_str()?.parse::<usize>().ok());
            if let Some(place) = place.filter(|it| self.found[*it].is_none())
                && !self.is_taken(*field)
            {
                self.found[place] = Some((Becomes::Field(*field), Because::Source));
            }
        }
    }

    /// The columns that are called what they are, the surest of each.
    fn by_name(&mut self) {
        let mut best: BTreeMap<Field, (Sureness, usize)> = BTreeMap::new();
        for (place, name) in self.table.columns.iter().enumerate() {
            if self.found[place].is_some() || self.table.sample(place, usize::MAX).next().is_none()
            {
                continue;
            }
            let Some((field, sureness)) = names::of_column(name) else {
                continue;
            };
            let surer = best
                .get(&field)
                .is_none_or(|(before, _)| sureness < *before);
            if surer && !self.is_taken(field) {
                best.insert(field, (sureness, place));
            }
        }
        for (field, (_, place)) in best {
            self.found[place] = Some((Becomes::Field(field), Because::Name));
        }
    }

    /// The columns without a known name whose cells can be only one thing.
    fn by_cells(&mut self) {
        let looks: [(Field, Looks); 3] = [
            (Field::Email, is_email),
            (Field::Phone, is_phone),
            (Field::Website, is_website),
        ];
        for (field, looks) in looks {
            if self.is_taken(field) {
                continue;
            }
            let free = |place: &usize| self.found[*place].is_none();
            let place = (0..self.found.len()).filter(free).find(|place| {
                let cells: Vec<&str> = self.table.sample(*place, LOOKED_AT).collect();
                let alike = cells.iter().filter(|cell| looks(cell)).count();
                alike > 0 && alike * 100 >= cells.len() * MOST
            });
            if let Some(place) = place {
                self.found[place] = Some((Becomes::Field(field), Because::Cells));
            }
        }
    }
}

/// What somebody wants a column to be.
fn wanted(field: &str) -> Result<Becomes, String> {
    if field == "attribute" {
        return Ok(Becomes::Attribute);
    }
    let known = Field::ALL.iter().map(|it| it.name());
    Field::by_name(field).map(Becomes::Field).ok_or_else(|| {
        let help = suggest::help(field, known.chain(["attribute"])).unwrap_or_default();
        format!("no field called `{field}`: {help}")
    })
}

/// A number of somebody's own country has no sign of being a phone number: it might be an id.
fn is_phone(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let rest = |it: char| it.is_ascii_digit() || " +-/().".contains(it);
    let abroad = cell.starts_with('+') || cell.starts_with("00");
    abroad && digits >= DIGITS && cell.chars().all(rest)
}

fn is_website(cell: &str) -> bool {
    let rest = ["https://", "http://", "www."]
        .iter()
        .find_map(|it| cell.strip_prefix(it));
    rest.is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{FieldPath, table::Reading};

    fn table(text: &str) -> Table {
        Table::read(text.as_bytes(), Reading::default()).expect("a table")
    }

    fn plan(text: &str, map: &[&str], skip: &[&str]) -> Result<String, String> {
        plan_of(text, map, skip, &Mapping::default())
    }

    fn plan_of(
        text: &str,
        map: &[&str],
        skip: &[&str],
        mapping: &Mapping,
    ) -> Result<String, String> {
        let own = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        let wishes = Wishes {
            map: own(map),
            skip: own(skip),
        };
        let plan = Plan::of(&table(text), mapping, &wishes)?;
        let said = plan.columns.iter().map(|it| match it.becomes {
            Becomes::Field(field) => format!("{} {:?}", field.name(), it.because),
            Becomes::Attribute => format!("attribute {:?}", it.because),
            Becomes::Nothing => format!("nothing {:?}", it.because),
        });
        Ok(said.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn columns_are_known_by_name_in_several_languages() {
        let text = "Vorname;Nachname;E-Mail-Adresse;Telefon;Firma;Kundennummer\nAda;King;a@b.example;030 1;Acme;7";
        assert_eq!(
            plan(text, &[], &[]).expect("a plan"),
            "first_name Name, last_name Name, email Name, phone Name, company Name, attribute Unknown"
        );
        let text = "adı,soyadı,e-posta,şirket\nAyşe,Kaya,a@b.example,Acme";
        assert_eq!(
            plan(text, &[], &[]).expect("a plan"),
            "first_name Name, last_name Name, email Name, company Name"
        );
    }

    #[test]
    fn columns_without_a_name_are_known_by_their_cells() {
        let text = "wer,a,b,c\nAda,ada@b.example,+49 30 901820,https://b.example\nBo,bo@b.example,0049 30 2,www.b.example";
        assert_eq!(
            plan(text, &[], &[]).expect("a plan"),
            "attribute Unknown, email Cells, phone Cells, website Cells"
        );
        let ids = "who,number\nada@b.example,4930901820";
        assert_eq!(
            plan(ids, &[], &[]).expect("a plan"),
            "email Cells, attribute Unknown"
        );
    }

    #[test]
    fn what_somebody_says_goes_before_every_guess() {
        let text = "Name,Mail 2,Mail\nAda,x@b.example,y@b.example";
        let said = plan(text, &["mail 2=email", "Mail=attribute"], &["name"]);
        assert_eq!(
            said.expect("a plan"),
            "nothing Said, email Said, attribute Said"
        );
        for (map, wrong) in [
            (
                "Mial=email",
                "there is no column `Mial`: did you mean `Mail`?",
            ),
            (
                "Mail=emial",
                "no field called `emial`: did you mean `email`?",
            ),
            ("Mail", "`Mail` is no mapping; write `Column=field`"),
        ] {
            assert_eq!(plan(text, &[map], &[]).expect_err("wrong"), wrong);
        }
        let twice = plan(text, &["Mail=email", "Mail 2=email"], &[]);
        assert_eq!(
            twice.expect_err("wrong"),
            "two columns can't both be `email`"
        );
    }

    #[test]
    fn the_source_s_own_fields_go_before_names() {
        let mapping = Mapping {
            fields: vec![
                (
                    Field::Email,
                    FieldPath::parse("Second mail").expect("a label"),
                ),
                (Field::Company, FieldPath::parse("$.org").expect("a path")),
            ],
            ..Mapping::default()
        };
        let text = "email,Second mail,org\nx@b.example,y@b.example,Acme";
        assert_eq!(
            plan_of(text, &[], &[], &mapping).expect("a plan"),
            "attribute Unknown, email Source, company Source"
        );
    }

    #[test]
    fn a_row_says_fields_by_name_and_the_rest_under_its_own() {
        let table = table("Mail,title,Empty,Plan\nada@b.example,Dr.,,gold");
        let wishes = Wishes {
            map: vec!["title=attribute".to_owned()],
            ..Wishes::default()
        };
        let plan = Plan::of(&table, &Mapping::default(), &wishes).expect("a plan");
        let said = Value::Object(plan.said(&table.rows[0]));
        let expected =
            serde_json::json!({"email": "ada@b.example", "title (column)": "Dr.", "Plan": "gold"});
        assert_eq!(said, expected);
    }
}
