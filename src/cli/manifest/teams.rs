//! `baton manifest teams`: the package that a Teams app is uploaded as, or its manifest alone.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, ValueEnum};
use url::Url;

use super::{Known, talk};
use crate::chat::teams::manifest::{App, manifest, package};

/// The package of the Teams app.
#[derive(Debug, Args)]
pub struct Teams {
    /// The app's id in Entra (Azure portal, App registrations, Overview) [default: `teams.app_id`].
    #[arg(long, value_name = "GUID", value_parser = guid)]
    app_id: Option<String>,
    /// What is made of it.
    #[arg(long, value_enum, default_value = "zip")]
    format: Format,
    /// Where the zip is written.
    #[arg(long, value_name = "FILE", default_value = "baton-teams.zip")]
    out: PathBuf,
    /// The address of Baton, before there is a configuration that names it.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// What your company says about personal data [default: the address of Baton].
    #[arg(long, value_name = "URL")]
    privacy_url: Option<Url>,
    /// On what terms your company offers it [default: the address of Baton].
    #[arg(long, value_name = "URL")]
    terms_url: Option<Url>,
}

/// What is made of the app.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The package to upload, with its pictures.
    Zip,
    /// The manifest alone, printed.
    Json,
}

/// An id as Entra gives them.
fn guid(text: &str) -> Result<String, &'static str> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    let hex = groups
        .iter()
        .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    if hex && lengths.eq([8, 4, 4, 4, 12]) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("it looks like 3f2b1c9a-0000-4000-8000-000000000001")
    }
}

/// Prints or writes it.
pub fn run(asked: &Teams, known: Known) -> anyhow::Result<ExitCode> {
    let Some(website) = asked.public_url.clone().or(known.public_url) else {
        talk::say(
            "There is no configuration yet: give the address of Baton with --public-url https://…",
        );
        return Ok(ExitCode::from(2));
    };
    let Some(id) = asked.app_id.clone().or(known.teams_app) else {
        talk::say(
            "There is no [teams] in the configuration yet: give the app's id in Entra with --app-id",
        );
        return Ok(ExitCode::from(2));
    };
    let or_website = |url: &Option<Url>| url.as_ref().unwrap_or(&website).clone();
    let app = App {
        id,
        privacy: or_website(&asked.privacy_url),
        terms: or_website(&asked.terms_url),
        website,
    };
    let all = [&app.website, &app.privacy, &app.terms];
    if all.iter().any(|url| url.scheme() != "https") {
        talk::say("warning: Teams takes https addresses only: set server.public_url");
    }
    match asked.format {
        Format::Json => talk::print(&format!("{:#}\n", manifest(&app)))?,
        Format::Zip => write(asked, &app)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write(asked: &Teams, app: &App) -> anyhow::Result<()> {
    let out = asked.out.display();
    std::fs::write(&asked.out, package(app)?).with_context(|| format!("writing {out}"))?;
    talk::say(&format!(
        "{out} is written: upload it in the Teams admin center, Manage apps, Upload new app"
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_guid() {
        let id = "3F2B1C9A-0000-4000-8000-00000000000a";
        assert_eq!(guid(id), Ok(id.to_ascii_lowercase()));
        for wrong in [
            "",
            "3f2b1c9a",
            "3f2b1c9a-0000-4000-8000-00000000000",
            "3f2b1c9a-0000-4000-8000-00000000000g",
            "${TEAMS_APP_ID}",
            "not-set-yet",
        ] {
            assert!(guid(wrong).is_err(), "{wrong}");
        }
    }
}
