//! Where Teams may be: the hosts whose `serviceUrl` is believed, and to which Baton's token may go.

use std::str::FromStr;

use url::{Host, Url};

/// The longest address that is believed to be one.
const LONGEST: usize = 500;

/// One host, with its port where that isn't the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceHost {
    host: Host,
    port: Option<u16>,
}

/// What was written is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host")]
pub struct NoHost;

impl FromStr for ServiceHost {
    type Err = NoHost;

    /// `smba.trafficmanager.net`, or with a port `127.0.0.1:3978`.
    fn from_str(text: &str) -> Result<Self, NoHost> {
        let url = Url::parse(&format!("https://{text}/")).map_err(|_| NoHost)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let host = Self::of(&url).filter(|_| bare && nobody_named(&url));
        host.ok_or(NoHost)
    }
}

impl ServiceHost {
    /// The host of an address.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        Some(Self {
            host: url.host()?.to_owned(),
            port: url.port(),
        })
    }

    /// Whether an address needs no more protection than it has: HTTPS, or this machine itself.
    #[must_use]
    pub fn is_safe(url: &Url) -> bool {
        let is_here = || Self::of(url).is_some_and(|host| host.is_loopback());
        url.scheme() == "https" || url.scheme() == "http" && is_here()
    }

    /// Whether it is this machine itself, where no TLS is needed.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }
    }

    fn is_at(&self, url: &Url) -> bool {
        Self::is_safe(url) && Self::of(url).is_some_and(|other| other == *self)
    }
}

/// The hosts that are trusted, each by its whole name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceHosts(Vec<ServiceHost>);

impl ServiceHosts {
    /// Trusts these and no others.
    #[must_use]
    pub fn new(hosts: Vec<ServiceHost>) -> Self {
        Self(hosts)
    }

    /// The address, if it lies on one of them: HTTPS, or HTTP on this machine, and nothing beside host and path.
    #[must_use]
    pub fn trusted(&self, address: &str) -> Option<Url> {
        // What addresses are made of, and no sign that two readers may read differently.
        let plain = |sign: u8| sign.is_ascii_alphanumeric() || b"-._~:/[]".contains(&sign);
        if address.len() > LONGEST || !address.bytes().all(plain) {
            return None;
        }
        let url = Url::parse(address).ok()?;
        let known = self.0.iter().any(|host| host.is_at(&url));
        (known && nobody_named(&url)).then_some(url)
    }
}

/// An address that names a user shows another host than it means.
fn nobody_named(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: &[&str]) -> ServiceHosts {
        ServiceHosts::new(names.iter().map(|name| name.parse().unwrap()).collect())
    }

    #[test]
    fn only_whole_names_of_known_hosts_are_trusted() {
        let hosts = hosts(&["smba.trafficmanager.net", "127.0.0.1:3978", "[::1]"]);
        for trusted in [
            "https://smba.trafficmanager.net/emea/",
            "https://SMBA.trafficmanager.net/emea",
            "https://smba.trafficmanager.net:443/emea/0a1b~/",
            "http://127.0.0.1:3978/",
            "https://127.0.0.1:3978/",
            "http://[::1]/_connector",
        ] {
            assert!(hosts.trusted(trusted).is_some(), "{trusted}");
        }
        for strange in [
            "",
            "smba.trafficmanager.net/emea",
            "http://smba.trafficmanager.net/emea/",
            "ftp://smba.trafficmanager.net/emea/",
            "https://smba.trafficmanager.net./emea/",
            "https://smba.trafficmanager.net:8443/emea/",
            "https://smba.trafficmanager.net.evil.example/emea/",
            "https://evilsmba.trafficmanager.net/emea/",
            "https://x.smba.trafficmanager.net/emea/",
            "https://trafficmanager.net/emea/",
            "https://smba.trafficmanager.net@evil.example/emea/",
            "https://evil.example\\@smba.trafficmanager.net/emea/",
            "https://user:word@smba.trafficmanager.net/emea/",
            "https://smba.trafficmanager.net/emea/?to=evil.example",
            "https://smba.trafficmanager.net/emea/#evil.example",
            "https://smba.trafficmanager.n\u{435}t/emea/",
            "https://\u{ff53}mba.trafficmanager.net/emea/",
            "https://smba.trafficmanager.net%2eevil.example/emea/",
            "https://smba.trafficmanager.net/\nemea/",
            "http://127.0.0.1/",
            "http://127.0.0.2:3978/",
        ] {
            assert!(hosts.trusted(strange).is_none(), "{strange}");
        }
    }

    #[test]
    fn a_host_is_written_without_anything_around_it() {
        for wrong in [
            "",
            "https://a.example",
            "a.example/x",
            "u@a.example",
            "a.example?x",
            "a b",
        ] {
            assert_eq!(wrong.parse::<ServiceHost>(), Err(NoHost), "{wrong}");
        }
    }
}
