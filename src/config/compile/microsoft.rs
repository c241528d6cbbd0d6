//! `[teams]`: the Microsoft Teams that Baton speaks with.

use secrecy::SecretString;
use toml::Spanned;
use url::Url;

use super::{
    super::raw::{self, Secret, Text},
    Compiler,
    people::is_guid,
};
use crate::chat::teams::{
    credential::{Certificate, Credential},
    hosts::{ServiceHost, ServiceHosts},
};

const METADATA: &str = "https://login.botframework.com/v1/.well-known/openidconfiguration";
const ISSUER: &str = "https://api.botframework.com";
const LOGIN: &str = "https://login.microsoftonline.com";
const GRAPH: &str = "https://graph.microsoft.com/v1.0";
const SERVICE: &str = "https://smba.trafficmanager.net/teams/";
const HOSTS: [&str; 2] = [
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
];

/// The Teams of one tenant.
#[derive(Clone, Debug)]
pub struct TeamsSettings {
    /// The app's id.
    pub app_id: String,
    /// The only tenant that is served.
    pub tenant_id: String,
    /// By which Microsoft knows the app.
    pub credential: Credential,
    /// Who signs what comes from Teams.
    pub issuer: String,
    /// Where the keys are found by which that is checked.
    pub metadata_url: Url,
    /// Where Baton's tokens come from.
    pub login_url: Url,
    /// Microsoft Graph.
    pub graph_url: Url,
    /// Where to call until Teams has called.
    pub service_url: Url,
    /// The only hosts that are believed to be Teams.
    pub hosts: ServiceHosts,
    /// The app in the organisation's catalogue.
    pub catalog_id: Option<String>,
}

impl TeamsSettings {
    /// A Teams of which everything is under one address: login, keys, Graph and, at `teams/`, the connector.
    ///
    /// # Errors
    /// When nothing can be under that address.
    pub fn at(
        base: &Url,
        app_id: &str,
        tenant_id: &str,
        secret: SecretString,
    ) -> Result<Self, url::ParseError> {
        let service_url = base.join("teams/")?;
        Ok(Self {
            app_id: app_id.to_owned(),
            tenant_id: tenant_id.to_owned(),
            credential: Credential::Secret(secret),
            issuer: ISSUER.to_owned(),
            metadata_url: base.join("v1/.well-known/openidconfiguration")?,
            login_url: base.clone(),
            graph_url: base.join("v1.0")?,
            hosts: ServiceHosts::new(ServiceHost::of(&service_url).into_iter().collect()),
            service_url,
            catalog_id: None,
        })
    }
}

impl Compiler<'_> {
    pub fn microsoft_teams(&mut self) -> Option<TeamsSettings> {
        let raw = self.raw.teams.as_ref()?;
        let service_url = self.address_or(raw.service_url.as_ref(), SERVICE);
        let issuer = raw.issuer.as_ref().and_then(|it| self.said(it, "`issuer`"));
        let catalog_id = raw.app_catalog_id.as_ref();
        Some(TeamsSettings {
            app_id: self.entra_id(&raw.app_id, "`app_id`"),
            tenant_id: self.entra_id(&raw.tenant_id, "`tenant_id`"),
            credential: self.credential(raw),
            issuer: issuer.unwrap_or_else(|| ISSUER.to_owned()),
            metadata_url: self.address_or(raw.metadata_url.as_ref(), METADATA),
            login_url: self.address_or(raw.login_url.as_ref(), LOGIN),
            graph_url: self.address_or(raw.graph_url.as_ref(), GRAPH),
            hosts: self.service_hosts(raw.service_hosts.as_deref(), &service_url),
            service_url,
            catalog_id: catalog_id.and_then(|it| self.said(it, "`app_catalog_id`")),
        })
    }

    /// A GUID, as Entra names everything by one.
    fn entra_id(&mut self, text: &Text, key: &str) -> String {
        let Some(typed) = self.said(text, key) else {
            return String::new();
        };
        if !is_guid(&typed) {
            let message = format!("`{typed}` is no id of Microsoft Entra, as {key} must be");
            let help = "it looks like 3f2b1c9a-0000-4000-8000-000000000001: Azure portal, App registrations, Overview";
            self.mistake(text.span(), message, help);
        }
        typed.to_ascii_lowercase()
    }

    fn credential(&mut self, raw: &raw::Teams) -> Credential {
        match (&raw.app_password, &raw.certificate) {
            (Some(secret), None) => Credential::Secret(self.secret(secret)),
            (None, Some(certificate)) => self.certificate(certificate),
            (Some(secret), Some(certificate)) => {
                let message = "`app_password` and `certificate` are both given";
                let help = "Microsoft takes either; take one of them out";
                self.mistake(certificate.span(), message, help);
                Credential::Secret(self.secret(secret))
            }
            (None, None) => {
                let message = "`app_password` is missing";
                let help = "the value of a client secret (Azure portal, App registrations, Certificates & secrets), \
                            or `certificate = \"${file:teams.pem}\"`";
                self.mistake(raw.app_id.span(), message, help);
                Credential::Secret(String::new().into())
            }
        }
    }

    fn certificate(&mut self, pem: &Spanned<Secret>) -> Credential {
        let typed = pem.get_ref().expose();
        let nothing = || Credential::Secret(String::new().into());
        // What could not be filled in was told already.
        if self.broken && typed.contains("${") {
            return nothing();
        }
        match Certificate::from_pem(typed) {
            Ok(certificate) => Credential::Certificate(certificate),
            Err(wrong) => {
                let help = "it takes one file in PEM with the certificate and its RSA key, not encrypted: \
                            `certificate = \"${file:teams.pem}\"`";
                self.mistake(pem.span(), format!("this is of no use: {wrong}"), help);
                nothing()
            }
        }
    }

    /// An address that a token or a key may travel to or from.
    fn address_or(&mut self, text: Option<&Text>, usual: &str) -> Url {
        let usual = || Url::parse(usual).expect("the constants are URLs");
        let Some((text, url)) = text.and_then(|text| Some((text, self.url(text)?))) else {
            return usual();
        };
        if !ServiceHost::is_safe(&url) {
            let help = "without TLS it may only be on this machine: `http://127.0.0.1:…`";
            self.mistake(text.span(), "this address must begin with https", help);
        }
        url
    }

    fn service_hosts(&mut self, hosts: Option<&[Text]>, service_url: &Url) -> ServiceHosts {
        let mut all: Vec<ServiceHost> = match hosts {
            None => HOSTS.iter().filter_map(|host| host.parse().ok()).collect(),
            Some(hosts) => hosts
                .iter()
                .filter_map(|it| self.service_host(it))
                .collect(),
        };
        all.extend(ServiceHost::of(service_url));
        ServiceHosts::new(all)
    }

    fn service_host(&mut self, text: &Text) -> Option<ServiceHost> {
        let typed = self.filled(text)?;
        let host = typed.parse().ok();
        if host.is_none() {
            let message = format!("`{typed}` is no host");
            let help = "write the whole name and nothing around it: `smba.trafficmanager.net`";
            self.mistake(text.span(), message, help);
        }
        host
    }
}
