//! Every preset on what its vendor really sends: verified, named and read by the code that serves it.
//!
//! A folder of fixtures is a preset's, by its name or by [`FOLDERS`]; the shapes are those of
//! [`crate::intake`].

use std::path::Path;

use baton::intake::{
    Format, Preset, Request, Scheme, Source, delivery_id,
    presets::{self, by_word},
};
use secrecy::SecretString;

use crate::intake::{Case, cases, differences};

/// Folders that are not called what the preset is.
const FOLDERS: [(&str, &str); 2] = [("meta-leadgen", "meta"), ("linkedin-leadsync", "linkedin")];

fn preset_of(folder: &str) -> Option<&'static Preset> {
    let known = FOLDERS.iter().find(|(name, _)| *name == folder);
    by_word(known.map_or(folder, |(_, word)| word))
}

/// The preset's own scheme with the case's secret; a case without one comes unsigned.
fn scheme(preset: &Preset, case: &Case) -> Scheme {
    match case.text("secret") {
        Some(secret) => (preset.scheme)(vec![SecretString::from(secret)]).unwrap(),
        None => Scheme::None,
    }
}

/// What is wrong with what came of a case.
fn wrong_with(preset: &'static Preset, case: &Case) -> Vec<String> {
    let source = Source {
        scheme: scheme(preset, case),
        mapping: case.mapping(),
        ..Source::new("fixture".into(), Format::Preset(preset))
    };
    let headers = case.headers();
    let request = Request {
        method: &case.method(),
        url: &case.url(),
        headers: &headers,
        query: case.text("query").unwrap_or_default(),
        body: &case.body,
        now: case.now(),
    };
    let believed = source.scheme.verify(&request);
    if case.meta["signature"]["valid"] == false {
        return match believed {
            Ok(()) => vec!["believed, and should not be".into()],
            Err(_) => Vec::new(),
        };
    }
    let mut wrong = Vec::new();
    wrong.extend(
        believed
            .err()
            .map(|denied| format!("not believed: {denied}")),
    );
    if !source.format.accepts(case.text("content_type")) {
        wrong.push("its content type is refused".into());
    }
    let payload = source
        .format
        .read(case.text("content_type"), &case.body)
        .ok();
    let id = delivery_id(&source, &headers, payload.as_ref());
    if let Some(expected) = case.text_at("/delivery_id/value")
        && id.as_deref() != Some(expected)
    {
        wrong.push(format!("delivery id is {id:?}, not {expected}"));
    }
    wrong.extend(differences(case, &source));
    wrong
}

/// All that is wrong with the presets' cases in a directory, and how many there were of each.
fn run(directory: &Path) -> (Vec<String>, Vec<(&'static str, usize)>) {
    let mut wrong = Vec::new();
    let mut seen: Vec<&'static str> = Vec::new();
    for (folder, case) in cases(directory) {
        let Some(preset) = preset_of(&folder) else {
            continue;
        };
        seen.push(preset.word);
        let of_case = wrong_with(preset, &case).into_iter();
        wrong.extend(of_case.map(|what| format!("{}: {what}", case.name)));
    }
    let count = |preset: &Preset| seen.iter().filter(|word| **word == preset.word).count();
    let counts = presets::ALL
        .iter()
        .map(|preset| (preset.word, count(preset)));
    (wrong, counts.collect())
}

#[test]
fn what_vendors_send_becomes_the_leads_it_describes() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let (wrong, counts) = run(&own);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let few: Vec<_> = counts.iter().filter(|(_, count)| *count < 2).collect();
    assert!(few.is_empty(), "a good and a bad case for each: {few:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one switch of this test")]
fn what_vendors_really_sent_is_understood_too() {
    let Some(directory) = std::env::var_os("BATON_SHARED_FIXTURES") else {
        println!("BATON_SHARED_FIXTURES is not set: only Baton's own cases ran");
        return;
    };
    let (wrong, _) = run(Path::new(&directory));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
