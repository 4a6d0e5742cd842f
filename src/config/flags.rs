//! The settings as they are typed: flags, environment, `ibid.toml`.

use clap::Args;
use serde::Deserialize;
use std::path::PathBuf;

/// What was typed. The same keys in `ibid.toml`, lower case and without `IBID_`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// Folder that holds everything this publication is
    #[arg(long, global = true, value_name = "DIR", env = "IBID_DATA")]
    #[serde(skip)]
    pub data: Option<PathBuf>,
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(
        long,
        global = true,
        value_name = "ADDR:PORT",
        env = "IBID_LISTEN",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub listen: Option<String>,
    /// The publication's own address, as readers type it [default: http:// and the address listened on]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "IBID_BASE_URL",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub base_url: Option<String>,
    /// postgres://… [default: SQLite in the data folder]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "IBID_DATABASE",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub database: Option<String>,
    /// s3://BUCKET/PREFIX [default: the data folder]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "IBID_FILES",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub files: Option<String>,
    /// Address of an S3-compatible store
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "IBID_S3_ENDPOINT",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub s3_endpoint: Option<String>,
    /// off, folder:DIR, smtp://… or smtps://…
    #[arg(
        long,
        global = true,
        value_name = "WAY",
        env = "IBID_MAIL",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub mail: Option<String>,
    /// Address that mail comes from [default: ibid@ and the host of the base URL]
    #[arg(
        long,
        global = true,
        value_name = "ADDRESS",
        env = "IBID_MAIL_FROM",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub mail_from: Option<String>,
    /// Proxies whose X-Forwarded-For is believed
    #[arg(
        long,
        global = true,
        value_name = "CIDR,…",
        env = "IBID_TRUSTED_PROXIES",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub trusted_proxies: Option<String>,
    /// An origin of its own for interactive replay
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "IBID_REPLAY_URL",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub replay_url: Option<String>,
    /// A Chromium to render with [default: whichever is found]
    #[arg(
        long,
        global = true,
        value_name = "PATH|off",
        env = "IBID_BROWSER",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub browser: Option<String>,
    /// Run it without its sandbox; for tests
    #[arg(
        long,
        global = true,
        value_name = "1",
        env = "IBID_BROWSER_NO_SANDBOX",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub browser_no_sandbox: Option<String>,
    /// Private networks that captures may reach, on any port
    #[arg(
        long,
        global = true,
        value_name = "CIDR,…",
        env = "IBID_CAPTURE_ALLOW",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub capture_allow: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "HOST:PORT=IP:PORT,…",
        env = "IBID_CAPTURE_CONNECT",
        hide = true
    )]
    pub capture_connect: Option<String>,
    /// PEM of one more authority trusted when capturing
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "IBID_CAPTURE_CA",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub capture_ca: Option<PathBuf>,
    /// A time-stamping authority (RFC 3161) that says since when copies have been there
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "IBID_TIMESTAMPS",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub timestamps: Option<String>,
    /// PEM of the certificate of the publication's host, with which packages of copies are signed; with those that it leads to
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "IBID_SIGNING_CERT",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub signing_cert: Option<PathBuf>,
    /// PEM of its key (PKCS#8, ECDSA on P-256)
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "IBID_SIGNING_KEY",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub signing_key: Option<PathBuf>,
    /// Megabytes that a file may have that somebody uploads [default: 100]
    #[arg(
        long,
        global = true,
        value_name = "MEGABYTES",
        env = "IBID_UPLOAD_MAX",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub upload_max: Option<String>,
    /// An address of its own for /metrics
    #[arg(
        long,
        global = true,
        value_name = "ADDR:PORT",
        env = "IBID_METRICS_LISTEN",
        help_heading = "Settings",
        hide_short_help = true
    )]
    pub metrics_listen: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "+SECONDS",
        env = "IBID_CLOCK",
        hide = true,
        allow_hyphen_values = true
    )]
    pub clock: Option<String>,
    #[arg(long, global = true, value_name = "PERCENT", env = "IBID_DISK_FREE", hide = true)]
    pub disk_free: Option<String>,
}
