//! Settings: flags, then environment, then `ibid.toml` in the data folder.
//!
//! [`RawConfig`] is what was typed, all of it text; [`Config`] is what was meant. After `main` nobody parses a setting.

mod flags;

pub use flags::RawConfig;

use crate::outside::{clock::Clock, db, files, mail};
use crate::{Error, Result, error::Context};
use ipnet::IpNet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// What was meant.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// As it was set; a server that was told none is its own.
    pub base_url: Option<Url>,
    /// The origin of interactive replay, if there is such a replay.
    pub replay_url: Option<Url>,
    pub database: db::Place,
    pub files: files::Place,
    pub mail: mail::Place,
    pub mail_from: Option<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub capture: Capture,
    pub browser: Browser,
    /// The authority that stamps copies.
    pub timestamps: Option<Url>,
    pub domain: Option<Domain>,
    /// Bytes that a file may have that somebody uploads.
    pub upload_max: usize,
    pub metrics_listen: Option<SocketAddr>,
    pub clock: Clock,
    /// The part of the disk that is said to be free, 0 to 1, whatever it is: rehearsals.
    pub disk_free: Option<f64>,
    /// Every setting in force that is not the default, and who gave it: for the desk.
    pub in_force: Vec<InForce>,
}

/// How the guarded door may be opened, beyond the open web.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    /// Private networks that captures may reach, on any port.
    pub allow: Vec<IpNet>,
    pub connect: Vec<Connect>,
    /// PEM of one more authority.
    pub authority: Option<Vec<u8>>,
}

/// What pages are rendered with.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    pub place: BrowserPlace,
    pub no_sandbox: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BrowserPlace {
    /// Whichever is found.
    #[default]
    Any,
    At(PathBuf),
    Off,
}

/// With what the publication signs in its domain's name. Files, not what they hold: certificates are renewed.
#[derive(Debug, Clone)]
pub struct Domain {
    pub name: String,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Connections meant for one place that go to another: `HOST:PORT=IP:PORT`, `*` for any host or port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// `None` is any host.
    pub host: Option<String>,
    /// `None` is any port.
    pub port: Option<u16>,
    pub to: SocketAddr,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct InForce {
    pub name: &'static str,
    pub value: String,
    pub from: &'static str,
}

impl Config {
    /// Understands flags and environment (already merged in `typed`) over the settings file in the data folder.
    pub fn read(typed: RawConfig) -> Result<Config> {
        let data = typed.data.clone().unwrap_or_else(|| "ibid-data".into());
        let file = read_file(&data.join("ibid.toml"))?;
        let mut in_force = Vec::new();
        let mut pick = |name: &'static str, typed: Option<String>, file: Option<String>, secret: bool| {
            let from = if typed.is_some() { "flag or environment" } else { "ibid.toml" };
            let value = typed.or(file).filter(|v| !v.is_empty())?;
            let shown = if secret { without_password(&value) } else { value.clone() };
            in_force.push(InForce { name, value: shown, from });
            Some(value)
        };
        macro_rules! setting {
            ($field:ident) => {
                pick(stringify!($field), typed.$field.clone(), file.$field.clone(), false)
            };
            ($field:ident secret) => {
                pick(stringify!($field), typed.$field.clone(), file.$field.clone(), true)
            };
            ($field:ident path) => {
                pick(
                    stringify!($field),
                    typed.$field.as_ref().map(|p| p.display().to_string()),
                    file.$field.as_ref().map(|p| p.display().to_string()),
                    false,
                )
            };
        }
        let listen = setting!(listen).unwrap_or_else(|| "127.0.0.1:8080".into());
        let base_url = setting!(base_url).map(|v| web_address("IBID_BASE_URL", &v)).transpose()?;
        let database = match setting!(database secret) {
            None => db::Place::Sqlite(data.join("ibid.sqlite")),
            Some(v) if v.starts_with("postgres://") || v.starts_with("postgresql://") => {
                db::Place::Postgres(v)
            }
            Some(v) => return Err(wrong("IBID_DATABASE", &v, "postgres://USER@HOST/DATABASE")),
        };
        let endpoint = setting!(s3_endpoint);
        let files = match setting!(files) {
            None => files::Place::Folder(data.join("files")),
            Some(v) => bucket(&v, endpoint)?,
        };
        let mail = match setting!(mail secret) {
            None => mail::Place::Off,
            Some(v) => mail_way(&v)?,
        };
        let mail_from = setting!(mail_from);
        let trusted_proxies = networks("IBID_TRUSTED_PROXIES", setting!(trusted_proxies))?;
        let replay_url = setting!(replay_url).map(|v| web_address("IBID_REPLAY_URL", &v)).transpose()?;
        let browser = Browser {
            place: match setting!(browser).as_deref() {
                None => BrowserPlace::Any,
                Some("off") => BrowserPlace::Off,
                Some(path) => BrowserPlace::At(path.into()),
            },
            no_sandbox: match setting!(browser_no_sandbox).as_deref() {
                None | Some("0") => false,
                Some("1") => true,
                Some(v) => return Err(wrong("IBID_BROWSER_NO_SANDBOX", v, "1")),
            },
        };
        let capture = Capture {
            allow: networks("IBID_CAPTURE_ALLOW", setting!(capture_allow))?,
            connect: connects(setting!(capture_connect))?,
            authority: setting!(capture_ca path)
                .map(|path| std::fs::read(&path).invalid(format!("IBID_CAPTURE_CA ({path}) cannot be read")))
                .transpose()?,
        };
        let timestamps =
            setting!(timestamps secret).map(|v| endpoint_address("IBID_TIMESTAMPS", &v)).transpose()?;
        let domain = domain(
            setting!(signing_cert path),
            setting!(signing_key path),
            base_url.as_ref(),
            timestamps.is_some(),
        )?;
        let upload_max = match setting!(upload_max) {
            None => 100,
            Some(v) => match v.parse() {
                Ok(megabytes @ 1..=4096) => megabytes,
                _ => return Err(wrong("IBID_UPLOAD_MAX", &v, "100 (megabytes, from 1 to 4096)")),
            },
        };
        let metrics_listen =
            setting!(metrics_listen).map(|v| socket("IBID_METRICS_LISTEN", &v)).transpose()?;
        let clock = match setting!(clock) {
            None => Clock::default(),
            Some(v) => {
                let shift = v.trim_start_matches('+').parse();
                Clock { shift: shift.map_err(|_| wrong("IBID_CLOCK", &v, "+3600 (seconds)"))? }
            }
        };
        let disk_free = match setting!(disk_free) {
            None => None,
            Some(v) => match v.parse::<f64>() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Some(percent / 100.0),
                _ => return Err(wrong("IBID_DISK_FREE", &v, "50 (percent; for rehearsals)")),
            },
        };
        let listen = socket("--listen", &listen)?;
        if let Some(replay) = &replay_url {
            of_its_own(replay, base_url.as_ref(), listen)?;
        }
        Ok(Config {
            data,
            listen,
            base_url,
            replay_url,
            database,
            files,
            mail,
            mail_from,
            trusted_proxies,
            capture,
            browser,
            timestamps,
            domain,
            upload_max: upload_max << 20,
            metrics_listen,
            clock,
            disk_free,
            in_force,
        })
    }
}

fn read_file(path: &Path) -> Result<RawConfig> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).invalid(format!("{} cannot be understood", path.display())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(RawConfig::default()),
        Err(e) => Err(Error::Outside(format!("{} cannot be read: {e}", path.display()))),
    }
}

fn wrong(name: &str, value: &str, example: &str) -> Error {
    Error::Invalid(format!("{name} is “{value}”, which cannot be understood. Write it like {example}."))
}

fn socket(name: &str, value: &str) -> Result<SocketAddr> {
    value.parse().map_err(|_| wrong(name, value, "127.0.0.1:8080"))
}

fn web_address(name: &str, value: &str) -> Result<Url> {
    let example = "https://gazette.example";
    let url = Url::parse(value).map_err(|_| wrong(name, value, example))?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match url.scheme() {
        "http" | "https" if plain && url.path() == "/" => Ok(url),
        _ => Err(wrong(name, value, example)),
    }
}

fn endpoint_address(name: &str, value: &str) -> Result<Url> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(wrong(name, &without_password(value), "http://timestamp.example/tsr")),
    }
}

fn domain(
    certificate: Option<String>,
    key: Option<String>,
    base: Option<&Url>,
    stamps: bool,
) -> Result<Option<Domain>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        _ => {
            return Err(Error::Invalid(
                "IBID_SIGNING_CERT and IBID_SIGNING_KEY are set together or not at all.".into(),
            ));
        }
    };
    let Some(name) = base.and_then(Url::domain) else {
        return Err(Error::Invalid(
            "IBID_SIGNING_CERT vouches for the host of IBID_BASE_URL, which is not set or has no name."
                .into(),
        ));
    };
    if !stamps {
        return Err(Error::Invalid(
            "IBID_SIGNING_CERT needs IBID_TIMESTAMPS: a certificate expires, and what it signed is believed only with a \
             time-stamp from before."
                .into(),
        ));
    }
    for (setting, file) in [("IBID_SIGNING_CERT", &certificate), ("IBID_SIGNING_KEY", &key)] {
        std::fs::metadata(file).invalid(format!("{setting} ({file}) cannot be read"))?;
    }
    Ok(Some(Domain { name: name.to_owned(), certificate: certificate.into(), key: key.into() }))
}

/// Cookies do not know ports: only another host is another place to a browser.
fn of_its_own(replay: &Url, base: Option<&Url>, listen: SocketAddr) -> Result<()> {
    let listened = listen.ip().to_string();
    let ours = base.map_or(Some(listened.as_str()), Url::host_str);
    match replay.host_str() == ours {
        true => Err(Error::Invalid(format!(
            "IBID_REPLAY_URL has the host of the publication itself ({}). Pages replayed there would share its cookies: \
             give replay a host of its own, best under another registered domain.",
            ours.unwrap_or_default()
        ))),
        false => Ok(()),
    }
}

fn bucket(value: &str, endpoint: Option<String>) -> Result<files::Place> {
    let bad = || wrong("IBID_FILES", value, "s3://BUCKET/PREFIX");
    let rest = value.strip_prefix("s3://").ok_or_else(bad)?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(bad());
    }
    Ok(files::Place::S3 { bucket: bucket.into(), prefix: prefix.trim_matches('/').into(), endpoint })
}

fn mail_way(value: &str) -> Result<mail::Place> {
    match value.split_once(':') {
        _ if value == "off" => Ok(mail::Place::Off),
        Some(("folder", dir)) if !dir.is_empty() => Ok(mail::Place::Folder(dir.into())),
        Some(("smtp" | "smtps", _)) => Ok(mail::Place::Smtp(value.into())),
        _ => {
            Err(wrong("IBID_MAIL", &without_password(value), "off, folder:DIR or smtps://USER:PASSWORD@HOST"))
        }
    }
}

fn networks(name: &str, value: Option<String>) -> Result<Vec<IpNet>> {
    listed(&value)
        .map(|part| {
            let one = part.parse::<std::net::IpAddr>().map(IpNet::from);
            part.parse().or(one).map_err(|_| wrong(name, part, "10.0.0.0/8,192.168.1.7"))
        })
        .collect()
}

fn connects(value: Option<String>) -> Result<Vec<Connect>> {
    listed(&value)
        .map(|part| {
            let bad = || wrong("IBID_CAPTURE_CONNECT", part, "ministry.example:443=127.0.0.1:8443");
            let (from, to) = part.split_once('=').ok_or_else(bad)?;
            let (host, port) = match from.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (from, None),
            };
            let port = match port {
                None | Some("*") => None,
                Some(port) => Some(port.parse().map_err(|_| bad())?),
            };
            let host = (host != "*").then(|| host.to_ascii_lowercase());
            Ok(Connect { host, port, to: to.parse().map_err(|_| bad())? })
        })
        .collect()
}

fn listed(value: &Option<String>) -> impl Iterator<Item = &str> {
    value.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// `smtps://post:***@mail.example`: fit to be shown.
fn without_password(value: &str) -> String {
    match Url::parse(value) {
        Ok(mut url) if url.password().is_some() => {
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(set: impl FnOnce(&mut RawConfig)) -> Result<Config> {
        let mut raw = RawConfig { data: Some("/nowhere".into()), ..RawConfig::default() };
        set(&mut raw);
        Config::read(raw)
    }

    #[test]
    fn a_stand_in_web_is_one_line() {
        let config = typed(|raw| {
            raw.capture_connect = Some("*=127.0.0.1:9000, Ministry.example:443=127.0.0.1:9001".into());
        });
        let to = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(
            config.unwrap().capture.connect,
            [
                Connect { host: None, port: None, to: to(9000) },
                Connect { host: Some("ministry.example".into()), port: Some(443), to: to(9001) },
            ]
        );
    }

    #[test]
    fn a_broken_setting_is_named_with_an_example() {
        let error = typed(|raw| raw.mail = Some("carrier-pigeon".into())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "IBID_MAIL is “carrier-pigeon”, which cannot be understood. \
             Write it like off, folder:DIR or smtps://USER:PASSWORD@HOST."
        );
        assert!(typed(|raw| raw.base_url = Some("gazette.example".into())).is_err());
    }

    #[test]
    fn replay_has_a_host_of_its_own() {
        let both = |base: &str, replay: &str| {
            typed(|raw| (raw.base_url, raw.replay_url) = (Some(base.into()), Some(replay.into())))
        };
        assert!(both("https://gazette.example", "https://gazette-replay.example").is_ok());
        let error = both("https://gazette.example", "https://gazette.example:8443").unwrap_err().to_string();
        assert_eq!(
            error,
            "IBID_REPLAY_URL has the host of the publication itself (gazette.example). Pages replayed there would share \
             its cookies: give replay a host of its own, best under another registered domain."
        );
        assert!(typed(|raw| raw.replay_url = Some("http://127.0.0.1:9000".into())).is_err());
    }

    #[test]
    fn a_domain_vouches_only_with_all_that_it_takes() {
        let said = |set: &dyn Fn(&mut RawConfig)| typed(|raw| set(raw)).unwrap_err().to_string();
        let both = |raw: &mut RawConfig| {
            raw.signing_cert = Some("/nowhere/c.pem".into());
            raw.signing_key = Some("/nowhere/k.pem".into());
        };
        assert_eq!(
            said(&|raw| raw.signing_key = Some("/nowhere/k.pem".into())),
            "IBID_SIGNING_CERT and IBID_SIGNING_KEY are set together or not at all."
        );
        assert!(said(&both).contains("which is not set"));
        let named = |raw: &mut RawConfig| {
            both(raw);
            raw.base_url = Some("https://gazette.example".into());
        };
        assert!(said(&named).contains("needs IBID_TIMESTAMPS"));
        let stamped = |raw: &mut RawConfig| {
            named(raw);
            raw.timestamps = Some("http://clock.example/tsr".into());
        };
        assert!(said(&stamped).contains("IBID_SIGNING_CERT (/nowhere/c.pem) cannot be read"));
        assert!(
            said(&|raw| raw.timestamps = Some("clock.example".into()))
                .contains("http://timestamp.example/tsr")
        );
    }

    #[test]
    fn a_password_is_never_shown() {
        let config = typed(|raw| raw.mail = Some("smtps://post:secret@mail.example".into())).unwrap();
        assert_eq!(config.in_force[0].value, "smtps://post:***@mail.example");
    }
}
