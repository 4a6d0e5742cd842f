//! Who may be spoken to: the schemes, ports and addresses of the open web, and what the operator opened.

use super::Failure;
use super::address::{special, within};
use crate::config::{Capture, Connect};
use ipnet::IpNet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use url::{Host, Url};

pub(super) struct Guard {
    allow: Vec<IpNet>,
    connect: Vec<Connect>,
}

/// Why the guard refused, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("only http and https addresses are kept, and this is {0}:")]
    Scheme(String),
    #[error("the address carries a name and a password")]
    Credentials,
    #[error("the address names no host")]
    NoHost,
    #[error("{host} is at {address}, {what}")]
    Address { host: String, address: IpAddr, what: &'static str },
    #[error("port {0} is not a web server's")]
    Port(u16),
}

/// Where a connection may go: nothing else is dialled, whatever the name means a moment later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) addresses: Vec<SocketAddr>,
    /// The host lies in a private network that the operator opened.
    pub(super) private: bool,
    /// A stand-in for the host is spoken to.
    pub(super) stand_in: bool,
}

impl Guard {
    pub(super) fn new(settings: &Capture) -> Guard {
        Guard { allow: settings.allow.clone(), connect: settings.connect.clone() }
    }

    /// Decides on an address. A name is resolved once, by `resolve`; one bad address among its addresses is enough.
    pub(super) async fn way<F>(
        &self,
        url: &Url,
        resolve: impl FnOnce(String, u16) -> F,
    ) -> Result<Way, Failure>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().to_owned()).into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials.into());
        }
        let host = url.host().ok_or(Refusal::NoHost)?;
        let port = url.port_or_known_default().unwrap_or(80);
        // The url crate has made one address of every spelling: decimal, octal, hexadecimal, shortened.
        let literal = match host {
            Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
            Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
            // RFC 6761: these names mean this machine, whatever a resolver or a stand-in says.
            Host::Domain(name) if is_localhost(name) => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Host::Domain(_) => None,
        };
        let name = host.to_string();
        let literal = literal.map(|ip| vec![SocketAddr::new(ip, port)]);
        let private = match &literal {
            Some(addresses) => self.pass(&name, port, addresses)?,
            None => false,
        };
        if let Some(connect) = self.stand_in(&name, port) {
            // It stands in for a host of the open web, where other ports are shut unless the operator named this one.
            if literal.is_none() && !matches!(port, 80 | 443) && connect.port.is_none() {
                return Err(Refusal::Port(port).into());
            }
            self.pass(&name, connect.to.port(), &[connect.to])?;
            return Ok(Way { addresses: vec![connect.to], private, stand_in: true });
        }
        if let Some(addresses) = literal {
            return Ok(Way { addresses, private, stand_in: false });
        }
        let addresses = resolve(name.clone(), port).await.map_err(|e| Failure::NoName(e.to_string()))?;
        if addresses.is_empty() {
            return Err(Failure::NoName("the name has no address".into()));
        }
        let private = self.pass(&name, port, &addresses)?;
        Ok(Way { addresses, private, stand_in: false })
    }

    /// The way to an endpoint that the operator configured, wherever it is.
    pub(super) async fn opened<F>(
        &self,
        url: &Url,
        resolve: impl FnOnce(String, u16) -> F,
    ) -> Result<Way, Failure>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        let host = url.host_str().ok_or(Refusal::NoHost)?.trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        if let Some(connect) = self.stand_in(&host, port) {
            return Ok(Way { addresses: vec![connect.to], private: false, stand_in: true });
        }
        let addresses = resolve(host, port).await.map_err(|e| Failure::NoName(e.to_string()))?;
        Ok(Way { addresses, private: false, stand_in: false })
    }

    /// Whether all these addresses may be dialled; true if any lies in a private network that was opened.
    fn pass(&self, host: &str, port: u16, addresses: &[SocketAddr]) -> Result<bool, Refusal> {
        let mut private = false;
        for address in addresses.iter().map(SocketAddr::ip) {
            let opened = within(address, &self.allow);
            match special(address) {
                Some(what) if !opened => {
                    return Err(Refusal::Address { host: host.to_owned(), address, what });
                }
                what => private |= what.is_some(),
            }
            if !opened && !matches!(port, 80 | 443) {
                return Err(Refusal::Port(port));
            }
        }
        Ok(private)
    }

    fn stand_in(&self, host: &str, port: u16) -> Option<&Connect> {
        let meant = |connect: &&Connect| {
            connect.host.as_deref().is_none_or(|h| h == host) && connect.port.is_none_or(|p| p == port)
        };
        self.connect.iter().find(meant)
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name.rsplit_once('.').is_some_and(|(_, last)| last.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const OPEN: &str = "93.184.215.14";

    fn guard(allow: &[&str], connect: &[(&str, &str)]) -> Guard {
        Guard {
            allow: allow.iter().map(|net| net.parse().unwrap()).collect(),
            connect: connect
                .iter()
                .map(|(host, to)| Connect {
                    host: (*host != "*").then(|| (*host).to_owned()),
                    port: None,
                    to: to.parse().unwrap(),
                })
                .collect(),
        }
    }

    /// What the guard says of an address whose name resolves to these.
    async fn said(guard: &Guard, url: &str, resolved: &[&str]) -> String {
        let url = Url::parse(url).unwrap();
        let addresses: Vec<IpAddr> = resolved.iter().map(|ip| ip.parse().unwrap()).collect();
        let resolve =
            |_, port| async move { Ok(addresses.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()) };
        match guard.way(&url, resolve).await {
            Ok(way) => {
                let to: Vec<String> = way.addresses.iter().map(ToString::to_string).collect();
                to.join(" ") + if way.private { " private" } else { "" }
            }
            Err(failure) => failure.to_string(),
        }
    }

    async fn check(url: &str, resolved: &[&str], expect: &str) {
        assert_eq!(said(&guard(&[], &[]), url, resolved).await, expect, "{url}");
    }

    #[tokio::test]
    async fn the_open_web_is_dialled_at_the_address_that_was_checked() {
        check("https://library.example/", &[OPEN], "93.184.215.14:443").await;
        check("http://library.example/", &[OPEN, "2606:4700::1111"], "93.184.215.14:80 [2606:4700::1111]:80")
            .await;
        check("https://library.example/", &[], "The name could not be resolved: the name has no address.")
            .await;
    }

    #[tokio::test]
    async fn odd_addresses_are_refused() {
        let refused = "Our guard refused it: ";
        check(
            "ftp://library.example/",
            &[OPEN],
            &format!("{refused}only http and https addresses are kept, and this is ftp:."),
        )
        .await;
        check(
            "file:///etc/passwd",
            &[],
            &format!("{refused}only http and https addresses are kept, and this is file:."),
        )
        .await;
        check(
            "https://ida:secret@library.example/",
            &[OPEN],
            &format!("{refused}the address carries a name and a password."),
        )
        .await;
        check(
            "https://library.example:8443/",
            &[OPEN],
            &format!("{refused}port 8443 is not a web server's."),
        )
        .await;
        check("http://library.example:22/", &[OPEN], &format!("{refused}port 22 is not a web server's."))
            .await;
    }

    #[tokio::test]
    async fn one_inner_address_among_many_is_enough_to_refuse() {
        let expect = "Our guard refused it: library.example is at 10.0.0.8, an address of a private network.";
        check("https://library.example/", &[OPEN, "10.0.0.8"], expect).await;
        check("https://library.example/", &["10.0.0.8", OPEN], expect).await;
    }

    #[tokio::test]
    async fn literal_hosts_are_refused_in_every_spelling() {
        for spelling in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "localhost",
            "LOCALHOST.",
            "tides.localhost",
            "169.254.169.254",
            "[fd00:ec2::254]",
            "0",
            "１２７.０.０.１",
        ] {
            let said = said(&guard(&[], &[]), &format!("http://{spelling}/"), &[OPEN]).await;
            assert!(said.starts_with("Our guard refused it: "), "{spelling}: {said}");
        }
    }

    #[tokio::test]
    async fn a_network_that_the_operator_opened_may_be_reached_on_any_port_and_is_marked() {
        let open = guard(&["10.0.0.0/8"], &[]);
        assert_eq!(
            said(&open, "http://intranet.example:8080/", &["10.0.0.8"]).await,
            "10.0.0.8:8080 private"
        );
        assert_eq!(said(&open, "http://10.9.9.9/", &[]).await, "10.9.9.9:80 private");
        assert!(said(&open, "http://192.168.1.1/", &[]).await.starts_with("Our guard"));
        assert!(
            said(&open, "http://intranet.example:8080/", &["10.0.0.8", OPEN]).await.contains("port 8080")
        );
    }

    #[tokio::test]
    async fn a_stand_in_is_spoken_to_if_it_may_be() {
        let stand_in = guard(&["127.0.0.2/32"], &[("*", "127.0.0.2:9000")]);
        assert_eq!(said(&stand_in, "https://ministry.example/", &[]).await, "127.0.0.2:9000");
        for inner in ["http://127.0.0.1/", "http://localhost/", "http://10.0.0.8/", "http://[::1]/"] {
            assert!(said(&stand_in, inner, &[]).await.starts_with("Our guard"), "{inner}");
        }
        assert!(said(&stand_in, "http://library.example:22/", &[]).await.contains("port 22"));
        let mut named = guard(&["127.0.0.2/32"], &[("library.example", "127.0.0.2:9000")]);
        named.connect[0].port = Some(8443);
        assert_eq!(said(&named, "https://library.example:8443/", &[]).await, "127.0.0.2:9000");
        let not_allowed = guard(&[], &[("*", "127.0.0.2:9000")]);
        assert!(said(&not_allowed, "https://ministry.example/", &[]).await.starts_with("Our guard"));
        let other = guard(&["127.0.0.2/32"], &[("ministry.example", "127.0.0.2:9000")]);
        assert_eq!(said(&other, "https://library.example/", &[OPEN]).await, "93.184.215.14:443");
    }

    /// A name that means something else the second time it is asked for gains nothing: it is asked once.
    #[tokio::test]
    async fn a_name_is_resolved_once_and_what_was_checked_is_dialled() {
        let asked = AtomicUsize::new(0);
        let rebinding = |_: String, port| {
            let inner = asked.fetch_add(1, Ordering::SeqCst) > 0;
            let ip: IpAddr = if inner { "127.0.0.1" } else { OPEN }.parse().unwrap();
            async move { Ok(vec![SocketAddr::new(ip, port)]) }
        };
        let url = Url::parse("http://rebinding.example/").unwrap();
        let guard = guard(&[], &[]);
        let way = guard.way(&url, rebinding).await.unwrap();
        assert_eq!(
            (asked.load(Ordering::SeqCst), way.addresses),
            (1, vec![format!("{OPEN}:80").parse().unwrap()])
        );
        // The next request, as after a redirect, is checked anew.
        assert!(matches!(guard.way(&url, rebinding).await, Err(Failure::Refused(_))));
    }
}
