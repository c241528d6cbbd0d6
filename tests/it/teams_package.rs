//! `baton manifest teams`, as whoever sets the app up runs it.

use std::{fs::File, io::Read, path::Path, process::Command};

use serde_json::Value;

const ID: &str = "3f2b1c9a-0000-4000-8000-000000000001";

fn baton(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_baton"))
        .args(["manifest", "teams"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("BATON_CONFIG")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn the_package_can_be_uploaded_as_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let of_it = ["--app-id", ID, "--public-url", "https://baton.acme.example"];
    let (code, _, said) = baton(dir.path(), &of_it);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("baton-teams.zip is written"), "{said}");
    let package = File::open(dir.path().join("baton-teams.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(package).unwrap();
    let mut manifest = String::new();
    let mut file = zip.by_name("manifest.json").unwrap();
    file.read_to_string(&mut manifest).unwrap();
    drop(file);
    let (_, printed, _) = baton(dir.path(), &[&of_it[..], &["--format", "json"]].concat());
    assert_eq!(manifest, printed);
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["bots"][0]["botId"], ID);
    assert_eq!(
        manifest["developer"]["privacyUrl"],
        "https://baton.acme.example/"
    );
    for picture in ["color", "outline"] {
        let name = manifest["icons"][picture].as_str().unwrap();
        assert!(zip.by_name(name).is_ok(), "{name}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, said) = baton(dir.path(), &["--app-id", ID]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--public-url"), "{said}");
    let (code, _, said) = baton(dir.path(), &["--public-url", "https://baton.acme.example"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--app-id"), "{said}");
    let (code, _, said) = baton(dir.path(), &["--app-id", "baton"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("it looks like 3f2b1c9a-"), "{said}");
}
