use super::*;

fn read(bytes: &[u8]) -> Table {
    Table::read(bytes, Reading::default()).expect("a table")
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    table
        .rows
        .iter()
        .map(|row| row.cells.iter().collect())
        .collect()
}

#[test]
fn delimiters_are_found_out() {
    for (text, delimiter) in [
        ("a,b\n1,2\n", ','),
        ("a;b\n1;2,5\n", ';'),
        ("a\tb\n1\t2\n", '\t'),
        ("a|b\n1|2\n", '|'),
        ("a;b,c;d\n\"1;1\";2;3\n", ';'),
        ("sep=|\na|b;c\n1|2\n", '|'),
        ("email\na@b.example\n", ','),
    ] {
        let Written::Separated {
            delimiter: found, ..
        } = read(text.as_bytes()).written
        else {
            panic!("{text} is CSV");
        };
        assert_eq!(found, delimiter, "{text}");
    }
}

#[test]
fn encodings_are_found_out() {
    let text = "Ad;Şehir\nAyşe Yılmaz;İstanbul\nGüneş Öztürk;Iğdır\n";
    let utf_16 = |mark: bool| {
        let mark = mark.then_some(0xfeff_u16).into_iter();
        let units = mark.chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let turkish = encoding_rs::WINDOWS_1254.encode(text).0.into_owned();
    let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (with_mark, "UTF-8"),
        (utf_16(true), "UTF-16LE"),
        (utf_16(false), "UTF-16LE"),
        (turkish, "windows-1254"),
    ] {
        let table = read(&bytes);
        assert_eq!(table.columns, ["Ad", "Şehir"], "{name}");
        assert_eq!(rows(&table)[0], ["Ayşe Yılmaz", "İstanbul"], "{name}");
        assert!(
            table.written.to_string().starts_with(name),
            "{}",
            table.written
        );
    }
    let western = "Name,Ort\nJürgen Größe,Köln\nRenée Lefèvre,Besançon\n";
    let western = encoding_rs::WINDOWS_1252.encode(western).0.into_owned();
    assert_eq!(rows(&read(&western))[1], ["Renée Lefèvre", "Besançon"]);
    let said = Reading {
        encoding: Some("latin5"),
        ..Reading::default()
    };
    assert!(Table::read(b"a\nb", said).is_ok());
    let unknown = Reading {
        encoding: Some("klingon"),
        ..Reading::default()
    };
    assert!(Table::read(b"a\nb", unknown).is_err());
}

#[test]
fn quoted_cells_run_over_lines_and_rows_know_theirs() {
    let table = read(b"name,note\n\"King, Ada\",\"two\nlines\"\n\n , \nBo,x\n");
    assert_eq!(rows(&table), [["King, Ada", "two\nlines"], ["Bo", "x"]]);
    let lines: Vec<u64> = table.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 6]);
}

#[test]
fn rows_of_another_width_are_told_of_unless_only_empty_cells_make_them_so() {
    let table = read(b"a,b\n1\n1,2,,\n1,2,3\n");
    let problems: Vec<_> = table
        .rows
        .iter()
        .map(|row| row.problem.as_deref())
        .collect();
    let wide = Some("it has 3 cells, and there are 2 columns");
    assert_eq!(problems, [None, None, wide]);
}

#[test]
fn a_file_without_column_names_is_seen_by_the_address_in_its_first_row() {
    let table = read(b"Ada,ada@b.example\nBo,bo@b.example\n");
    assert_eq!(table.columns, ["column 1", "column 2"]);
    assert_eq!(table.rows.len(), 2);
}

#[test]
fn names_of_columns_are_their_own() {
    assert_eq!(
        read(b"a,,a, a \n1,2,3,4\n").columns,
        ["a", "column 2", "a (2)", "a (3)"]
    );
}

#[test]
fn objects_are_read_by_line_or_as_a_list() {
    let lines = br#"{"email": "a@b.example", "org": {"name": "Acme", "size": 7}}
{"email": "c@b.example", "tags": ["x", "y"], "vip": true, "none": null}
["no object"]
{"broken"
"#;
    let table = read(lines);
    assert_eq!(
        table.columns,
        ["email", "org.name", "org.size", "tags", "vip", "none"]
    );
    assert_eq!(rows(&table)[0], ["a@b.example", "Acme", "7"]);
    assert_eq!(rows(&table)[1], ["c@b.example", "", "", "x, y", "true", ""]);
    assert_eq!(
        table.rows[2].problem.as_deref(),
        Some("it is no JSON object")
    );
    assert!(
        table.rows[3]
            .problem
            .as_deref()
            .is_some_and(|it| it.starts_with("it is no JSON: "))
    );
    let list = read(br#"[{"a": 1}, {"a": 2}]"#);
    assert_eq!(rows(&list), [["1"], ["2"]]);
}

#[test]
fn nothing_and_less_are_refused() {
    for bytes in [&b""[..], b"\n\n", b"name,email\n", b"[]", b"[1"] {
        assert!(Table::read(bytes, Reading::default()).is_err(), "{bytes:?}");
    }
}

#[test]
fn what_a_spreadsheet_would_compute_is_guarded_and_read_back() {
    for cell in ["=1+1", "+49 30 1", "-x", "@sum", "\tx"] {
        assert_eq!(guarded(cell), format!("'{cell}"));
        assert_eq!(unguarded(&guarded(cell)), cell);
    }
    for cell in ["Ada", "'twas", "a=b", ""] {
        assert_eq!(guarded(cell), cell);
        assert_eq!(unguarded(cell), cell);
    }
}

proptest::proptest! {
    #[test]
    fn no_file_brings_it_down(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = Table::read(&bytes, Reading::default());
    }

    #[test]
    fn no_list_brings_it_down(text in "[\\[{\"a:,;}\\] \n|'=+0]{0,200}") {
        let _ = Table::read(text.as_bytes(), Reading::default());
    }
}
