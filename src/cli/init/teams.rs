//! What `baton init` asks of Microsoft Teams: the app, whether its credential works, and who there is.

use std::path::{Path, PathBuf};

use url::Url;

use super::{Init, questions::Questions};
use crate::{
    app,
    chat::{Chat, Person, outcome::SendError},
    cli::talk,
    clock::Clock,
    config,
};

const APP: &str = "TEAMS_APP_ID";
const TENANT: &str = "TEAMS_TENANT_ID";
const PASSWORD: &str = "TEAMS_APP_PASSWORD";
const CERTIFICATE: &str = "TEAMS_CERTIFICATE";
/// What an id of Entra looks like; it stands in for one that is not set yet.
const SOME_ID: &str = "00000000-0000-4000-8000-000000000001";

/// The app, as the file will name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Microsoft {
    /// Absent: the environment says it.
    pub app_id: Option<String>,
    /// Absent: the environment says it.
    pub tenant_id: Option<String>,
    pub credential: Credential,
    /// Where all of Microsoft is, in tests.
    pub address: Option<Url>,
}

/// By what Microsoft knows the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A client secret in the environment.
    Password,
    /// A certificate with its key in the environment.
    Certificate,
    /// The same in a file.
    File(PathBuf),
}

impl Microsoft {
    /// The variables that must be set, each with where its value is found.
    pub fn variables(&self) -> Vec<(&'static str, &'static str)> {
        let mut needed = Vec::new();
        if self.app_id.is_none() {
            needed.push((APP, "App registrations, Overview: Application (client) ID"));
        }
        if self.tenant_id.is_none() {
            needed.push((TENANT, "App registrations, Overview: Directory (tenant) ID"));
        }
        match self.credential {
            Credential::Password => {
                needed.push((PASSWORD, "Certificates & secrets: the secret's value"));
            }
            Credential::Certificate => needed.push((CERTIFICATE, "the PEM, with its RSA key")),
            Credential::File(_) => {}
        }
        needed
    }
}

/// What stands in for a variable that is not set yet, so that the rest of the file can be looked at.
pub fn stand_in(name: &str) -> Option<String> {
    matches!(name, APP | TENANT).then(|| SOME_ID.to_owned())
}

/// Asks for the app, tries its token, and lists the tenant's people as far as Baton may. The table is that of
/// `microsoft`, as it will be written to `path`.
pub async fn ask(
    asked: &Init,
    questions: &mut Questions,
    path: &Path,
    table: impl Fn(&Microsoft) -> String,
) -> anyhow::Result<(Microsoft, Vec<Person>)> {
    let app = "The app's id (App registrations, Overview, Application ID). Empty: set later";
    let tenant = "The tenant's id (the same page, Directory ID). Empty: set later";
    let microsoft = Microsoft {
        app_id: id(&asked.app_id, APP, questions, app)?,
        tenant_id: id(&asked.tenant_id, TENANT, questions, tenant)?,
        credential: credential(asked),
        address: asked.microsoft_url.clone(),
    };
    let is_known = microsoft.app_id.is_some() && microsoft.tenant_id.is_some();
    let password = match microsoft.credential {
        Credential::Password if is_known => Some(password(questions)?),
        Credential::Password => None,
        Credential::Certificate | Credential::File(_) => Some(String::new()),
    };
    let needs_one = microsoft.credential == Credential::Password;
    match password.filter(|it| is_known && !(needs_one && it.is_empty())) {
        Some(password) => {
            let people = try_out(path, &table(&microsoft), &password).await?;
            Ok((microsoft, people))
        }
        None => {
            talk::say(&format!(
                "Without {APP}, {TENANT} and {PASSWORD} (or --certificate) nobody in Teams is listed."
            ));
            Ok((microsoft, Vec::new()))
        }
    }
}

/// One of Entra's ids: by an option, by the environment, else by an answer.
fn id(
    given: &Option<String>,
    name: &str,
    questions: &mut Questions,
    question: &str,
) -> anyhow::Result<Option<String>> {
    let id = match given.clone().or_else(|| talk::env(name)) {
        Some(id) => id,
        None => questions.text(question, "")?,
    };
    Ok(Some(id).filter(|it| !it.is_empty()))
}

fn credential(asked: &Init) -> Credential {
    match &asked.certificate {
        Some(file) => Credential::File(file.clone()),
        None if talk::env(PASSWORD).is_none() && talk::env(CERTIFICATE).is_some() => {
            Credential::Certificate
        }
        None => Credential::Password,
    }
}

fn password(questions: &mut Questions) -> anyhow::Result<String> {
    match talk::env(PASSWORD) {
        Some(password) => Ok(password),
        None => questions.text(
            "The client secret's value, to try it and to list your people. It is not stored. Empty: without",
            "",
        ),
    }
}

/// Tries the token, and lists people where that is granted; says what is missing.
async fn try_out(path: &Path, table: &str, password: &str) -> anyhow::Result<Vec<Person>> {
    let clock = Clock::system();
    let env = |name: &str| match name {
        PASSWORD => Some(password.to_owned()),
        other => talk::env(other),
    };
    let open = |file: &Path| match file == path {
        true => Ok(table.to_owned()),
        false => std::fs::read_to_string(file),
    };
    let loaded = config::load_with(path, &env, &open, clock.now());
    let Some(settings) = loaded.compiled.and_then(|it| it.teams) else {
        talk::say(&config::plain(&loaded.complaints, &loaded.sources));
        return Ok(Vec::new());
    };
    let chat = app::connect_teams(&settings, &clock)?;
    let Chat::Teams(teams) = &chat else {
        return Ok(Vec::new());
    };
    if let Err(error) = chat.check().await {
        talk::say(&format!(
            "Microsoft gives no token for this app: {}",
            word(&error)
        ));
        return Ok(Vec::new());
    }
    Ok(teams.people().await.unwrap_or_else(|error| {
        talk::say(&format!(
            "The token works, but Microsoft does not list your people ({}).",
            word(&error)
        ));
        Vec::new()
    }))
}

/// What Microsoft said, without our own words around it.
fn word(error: &SendError) -> String {
    match error {
        SendError::Fail { word, .. } => word.clone(),
        SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. } => {
            error.to_string()
        }
    }
}
