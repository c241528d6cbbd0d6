//! Rows that can't be used, written to a file as they stood, each with its problem: to be mended there and imported.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::intake::table::{TableRow, guarded};

/// The column with the reason.
pub const PROBLEM: &str = "problem";
/// How such a file's name ends.
const END: &str = ".rejects.csv";
/// So many files of one list may lie around.
const MOST: u32 = 1_000;

/// The file of rejects; made with the first of them.
pub struct Rejects {
    place: Place,
    columns: Vec<String>,
    writer: Option<(PathBuf, csv::Writer<File>)>,
}

/// Where it is to be.
enum Place {
    /// Just there.
    Named(PathBuf),
    /// There, or under another name if there is a file already: somebody may be mending that one.
    Beside(PathBuf),
}

/// Whether a list is one of rejects.
pub fn is_one(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    // A second one is called `leads.rejects-2.csv`.
    name.ends_with(END) || name.contains(".rejects-") && name.ends_with(".csv")
}

impl Rejects {
    /// For a list with these columns.
    pub fn of(file: &Path, named: Option<&Path>, columns: &[String]) -> Self {
        let place = match named {
            Some(path) => Place::Named(path.to_owned()),
            None if file == Path::new("-") => Place::Beside(PathBuf::from("import")),
            None => Place::Beside(file.with_extension("")),
        };
        let columns = columns.iter().filter(|it| *it != PROBLEM).cloned();
        Self {
            place,
            columns: columns.collect(),
            writer: None,
        }
    }

    /// Writes a row with what is wrong with it.
    pub fn add(
        &mut self,
        row: &TableRow,
        columns: &[String],
        problems: &[String],
    ) -> anyhow::Result<()> {
        let cells = columns
            .iter()
            .zip(row.cells.iter().chain(std::iter::repeat("")));
        let cells = cells.filter(|(column, _)| *column != PROBLEM);
        let mut cells: Vec<String> = cells.map(|(_, cell)| guarded(cell)).collect();
        // What stands beyond the last column belongs to the row too.
        cells.extend(row.cells.iter().skip(columns.len()).map(guarded));
        cells.insert(self.columns.len(), problems.join("; "));
        let (path, writer) = self.writer()?;
        let written = writer.write_record(&cells);
        written.with_context(|| format!("writing {}", path.display()))
    }

    fn writer(&mut self) -> anyhow::Result<&mut (PathBuf, csv::Writer<File>)> {
        let opened = match self.writer.take() {
            Some(opened) => opened,
            None => {
                let (path, file) = self.place.open().context("making the file of rejects")?;
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
                let head = self.columns.iter().map(|it| guarded(it));
                writer.write_record(head.chain([PROBLEM.to_owned()]))?;
                (path, writer)
            }
        };
        Ok(self.writer.insert(opened))
    }

    /// Writes out what is there so far.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        match &mut self.writer {
            Some((path, writer)) => {
                let flushed = writer.flush();
                flushed.with_context(|| format!("writing {}", path.display()))
            }
            None => Ok(()),
        }
    }

    /// Where it is, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.writer.as_ref().map(|(path, _)| path.as_path())
    }
}

impl Place {
    fn open(&self) -> io::Result<(PathBuf, File)> {
        let base = match self {
            Self::Named(path) => return Ok((path.clone(), File::create(path)?)),
            Self::Beside(base) => base,
        };
        for number in 1..MOST {
            let mut name = base.clone().into_os_string();
            match number {
                1 => name.push(END),
                more => name.push(format!(".rejects-{more}.csv")),
            }
            match File::create_new(&name) {
                Ok(file) => return Ok((PathBuf::from(name), file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("there are too many of them already"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::table::{Reading, Table};

    #[test]
    fn rejects_can_be_mended_where_they_are_and_read_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("leads.csv");
        let list = "Name;Phone\n=cmd();+49 30 1\nBo;1;2\n";
        let table = Table::read(list.as_bytes(), Reading::default()).expect("a table");
        let write = |file: &Path| {
            let mut rejects = Rejects::of(file, None, &table.columns);
            for row in &table.rows {
                let problems = ["no e-mail".to_owned(), "no phone".to_owned()];
                rejects
                    .add(row, &table.columns, &problems)
                    .expect("written");
            }
            rejects.flush().expect("written");
            rejects.path().expect("there is one").to_owned()
        };
        let first = write(&file);
        assert_eq!(first, dir.path().join("leads.rejects.csv"));
        let text = std::fs::read_to_string(&first).expect("a file");
        insta::assert_snapshot!(text, @r"
        Name,Phone,problem
        '=cmd(),'+49 30 1,no e-mail; no phone
        Bo,1,no e-mail; no phone,2
        ");
        let again = Table::read(text.as_bytes(), Reading::default()).expect("a table");
        let cells: Vec<&str> = again.rows[0].cells.iter().take(2).collect();
        assert_eq!(cells, ["=cmd()", "+49 30 1"]);
        let second = write(&file);
        assert_eq!(second, dir.path().join("leads.rejects-2.csv"));
        assert!(is_one(&first) && is_one(&second) && !is_one(&file));
    }
}
