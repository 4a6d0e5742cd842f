//! A browser process: which program, as whom, in what surroundings; and its end, however it comes.
//!
//! It runs as an unprivileged user with an empty environment and a folder of its own that vanishes with it. Three things see to it that
//! none outlives its work: its whole process group is killed and waited for; it is told by the system when this program dies; and
//! the pipe it is driven by closes.

use super::Trouble;
use super::flags::FLAGS;
use super::pipe::Pipe;
use crate::config;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use std::fs::DirBuilder;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};
use tokio::process::{ChildStdin, ChildStdout};

/// A program that can be run, and as whom.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) program: PathBuf,
    /// `None`: as whoever runs this.
    pub(super) user: Option<User>,
    /// Without it nothing tells the browser that this program was killed but its pipe, and nobody else can be run as.
    setpriv: Option<PathBuf>,
    sandbox: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    uid: u32,
    gid: u32,
}

/// Why there is nothing to render with. `Display` speaks to the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("it is switched off (IBID_BROWSER=off)")]
    Off,
    #[error("no Chromium is installed; install one, or name it with IBID_BROWSER=PATH")]
    None,
    #[error("{0}, which IBID_BROWSER names, is no program")]
    NoProgram(String),
    #[error(
        "this runs as root, and a browser must not: there is no user “nobody”, or no program setpriv, to run one with less"
    )]
    Root,
}

const PROGRAMS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"];
/// Who a browser is run as when this program is run by root, the first that there is.
const USERS: &[&str] = &["ibid-browser", "nobody"];
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// A folder older than this was left behind: no browser runs for so long.
const STALE: Duration = Duration::from_secs(3600);
/// What is kept of its complaints.
const COMPLAINTS: usize = 8192;

pub(super) fn find(settings: &config::Browser) -> Result<Found, Unfit> {
    let program = match settings {
        config::Browser { place: config::BrowserPlace::Off, .. } => return Err(Unfit::Off),
        config::Browser { place: config::BrowserPlace::At(path), .. } => is_program(path)
            .then(|| path.clone())
            .ok_or_else(|| Unfit::NoProgram(path.display().to_string()))?,
        config::Browser { place: config::BrowserPlace::Any, .. } => {
            PROGRAMS.iter().find_map(|name| in_path(name)).ok_or(Unfit::None)?
        }
    };
    let (setpriv, sandbox) = (in_path("setpriv"), !settings.no_sandbox);
    let mut user = None;
    if rustix::process::getuid().is_root() {
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        user = unprivileged(&passwd).filter(|_| setpriv.is_some());
        if user.is_none() && sandbox {
            return Err(Unfit::Root);
        }
    }
    Ok(Found { program, user, setpriv, sandbox })
}

fn unprivileged(passwd: &str) -> Option<User> {
    let entry = |name: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        (uid != 0 && gid != 0).then(|| User { name: name.to_owned(), uid, gid })
    };
    USERS.iter().find_map(|name| entry(name))
}

fn in_path(name: &str) -> Option<PathBuf> {
    let own = std::env::var("PATH").unwrap_or_default();
    own.split(':')
        .chain(PATH.split(':'))
        .filter(|folder| folder.starts_with('/'))
        .map(|folder| Path::new(folder).join(name))
        .find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// A browser that runs. Ends with this, however it ends.
pub(super) struct Running {
    process: Option<Process>,
    complaints: Arc<Mutex<Vec<u8>>>,
    listening: Option<JoinHandle<()>>,
}

struct Process {
    child: Child,
    folder: PathBuf,
}

impl Running {
    /// Starts it, driven by the pipe that is returned; whatever it asks the web for goes to `proxy`.
    ///
    /// To be called where the thread outlives the browser, which is a worker of the runtime's: the system takes the end of the thread
    /// that started a process for the end of whoever it belongs to.
    pub(super) fn start(found: &Found, own: &[String]) -> Result<(Running, Pipe), Trouble> {
        let no_start = |what: &str, error: std::io::Error| Trouble::NoStart(format!("{what}: {error}"));
        #[cfg(target_os = "linux")]
        // Its helpers outlive it for a moment; they come to us then, to be waited for.
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        let folder = folder(found.user.as_ref()).map_err(|e| no_start("it can have no folder", e))?;
        let mut command = command(found, &folder, own);
        let spawned = command.spawn().map_err(|e| {
            let _ = std::fs::remove_dir_all(&folder);
            no_start("it cannot be run", e)
        })?;
        let mut process = Process { child: spawned, folder };
        let (stdin, stdout, stderr) =
            (process.child.stdin.take(), process.child.stdout.take(), process.child.stderr.take());
        let mut running = Running { process: Some(process), complaints: Arc::default(), listening: None };
        let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(Trouble::Gone);
        };
        let stdin = ChildStdin::from_std(stdin).map_err(|e| no_start("its pipe is bad", e))?;
        let stdout = ChildStdout::from_std(stdout).map_err(|e| no_start("its pipe is bad", e))?;
        running.listen(stderr);
        Ok((running, Pipe::new(stdout, stdin)))
    }

    fn listen(&mut self, mut stderr: ChildStderr) {
        let complaints = self.complaints.clone();
        // It reads until all of the browser is gone.
        self.listening = Some(std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                let mut said = complaints.lock().expect("nothing panics while noting complaints");
                said.extend_from_slice(&bytes[..count]);
                let over = said.len().saturating_sub(COMPLAINTS);
                said.drain(..over);
            }
        }));
    }

    /// Why it did not start, from what it complained of.
    pub(super) fn why(&self) -> String {
        let said = self.complaints.lock().expect("nothing panics while reading complaints");
        explained(&String::from_utf8_lossy(&said))
    }

    /// Ends it and waits until nothing of it is left.
    pub(super) async fn end(&mut self) {
        if let Some(process) = self.process.take() {
            let _ = tokio::task::spawn_blocking(move || process.end()).await;
        }
        // Its last words are on their way.
        for _ in 0..25 {
            if self.listening.as_ref().is_none_or(JoinHandle::is_finished) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            // Whoever drops it may be a task that must not wait.
            std::thread::spawn(move || process.end());
        }
    }
}

impl Process {
    fn end(mut self) {
        let group = Pid::from_child(&self.child);
        let mut apart = naming(&self.folder);
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
        // Then its helpers, which have come to us by now, as children of whom nobody else is left.
        apart.extend(naming(&self.folder));
        for pid in &apart {
            let _ = rustix::process::kill_process(*pid, Signal::KILL);
        }
        waited_for(|| {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
            rustix::process::waitpgid(group, WaitOptions::NOHANG)
        });
        apart
            .into_iter()
            .for_each(|pid| waited_for(|| rustix::process::waitpid(Some(pid), WaitOptions::NOHANG)));
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Until there is nothing left to wait for; for a few seconds, if it comes to that.
fn waited_for(ended: impl Fn() -> rustix::io::Result<Option<(Pid, WaitStatus)>>) {
    for _ in 0..200 {
        match ended() {
            Ok(Some(_)) => {}
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return,
        }
    }
}

/// Helpers that left the group, those that keep watch over crashes: they were told where the folder is.
fn naming(folder: &Path) -> Vec<Pid> {
    let folder = folder.as_os_str().as_bytes();
    let names_it = |entry: &std::fs::DirEntry| {
        let said = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        said.windows(folder.len()).any(|window| window == folder)
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbered = processes.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry)));
    numbered.filter(|(_, entry)| names_it(entry)).filter_map(|(pid, _)| Pid::from_raw(pid)).collect()
}

fn folder(user: Option<&User>) -> std::io::Result<PathBuf> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(std::io::Error::other)?;
    let above = std::env::temp_dir();
    sweep(&above);
    let folder = above.join(format!("ibid-browser-{}", data_encoding::HEXLOWER.encode(&name)));
    DirBuilder::new().mode(0o700).create(&folder)?;
    if let Some(user) = user {
        chown(&folder, Some(user.uid), Some(user.gid))?;
    }
    Ok(folder)
}

/// Folders that a server left behind which was killed.
fn sweep(above: &Path) {
    let old = |entry: &std::fs::DirEntry| {
        let modified = entry.metadata().and_then(|about| about.modified());
        let age = modified.ok().and_then(|then| SystemTime::now().duration_since(then).ok());
        age.is_some_and(|age| age > STALE)
    };
    for entry in std::fs::read_dir(above).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("ibid-browser-") && old(&entry) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn command(found: &Found, folder: &Path, own: &[String]) -> Command {
    // The pipe of a browser is at 3 and 4, where nothing but a shell puts it without ado.
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "ulimit -c 0; exec \"$@\" 3<&0 4>&1 0</dev/null 1>&2", "sh"]);
    if let Some(setpriv) = &found.setpriv {
        command.arg(setpriv).args(["--pdeathsig", "KILL"]);
        if let Some(user) = &found.user {
            let (uid, gid) = (format!("--reuid={}", user.uid), format!("--regid={}", user.gid));
            command.args([uid.as_str(), gid.as_str(), "--clear-groups", "--inh-caps=-all"]);
        }
        command.arg("--");
    }
    command.arg(&found.program).args(FLAGS).arg(format!("--user-data-dir={}", folder.display()));
    command.args(own);
    if !found.sandbox {
        command.arg("--no-sandbox");
    }
    command.arg("about:blank");
    command.env_clear().env("PATH", PATH).env("LANG", "C.UTF-8").env("HOME", folder).env("TMPDIR", folder);
    command.current_dir(folder).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn explained(complaints: &str) -> String {
    let says = |words: &[&str]| words.iter().any(|word| complaints.contains(word));
    if says(&[
        "No usable sandbox",
        "Failed to move to new namespace",
        "namespace_sandbox",
        "setuid_sandbox_host",
    ]) {
        return "its sandbox cannot be made here; the container or system forbids user namespaces".into();
    }
    if says(&["setpriv:"]) {
        let line = complaints.lines().find(|line| line.contains("setpriv:")).unwrap_or_default();
        return format!("it cannot be run as another user ({})", line.trim());
    }
    let noise = ["dbus", "unexpected operator", "DevTools listening"];
    let last = complaints
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty() && !noise.iter().any(|n| line.contains(n)));
    match last {
        Some(line) => format!("it ended at once: {}", line.trim().chars().take(200).collect::<String>()),
        None => "it ended at once".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_never_run_as_root() {
        let user = |passwd: &str| unprivileged(passwd).map(|user| (user.name, user.uid, user.gid));
        let root = "root:x:0:0:root:/root:/bin/bash\n";
        assert_eq!(user(root), None);
        let nobody = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";
        assert_eq!(user(&format!("{root}{nobody}")), Some(("nobody".into(), 65534, 65533)));
        let own = "ibid-browser:x:991:991::/:/usr/sbin/nologin\n";
        assert_eq!(user(&format!("{root}{nobody}{own}")), Some(("ibid-browser".into(), 991, 991)));
        for broken in ["nobody:x:0:0::/:/bin/sh", "nobody:x:1", "nobody", "nobody:x:a:b:"] {
            assert_eq!(user(broken), None, "{broken}");
        }
    }

    #[test]
    fn why_it_did_not_start_is_said_in_words() {
        let sandbox = "[1:1:FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox! If you are running on Ubuntu 23.10+";
        assert!(explained(sandbox).starts_with("its sandbox cannot be made here"));
        assert_eq!(
            explained("setpriv: setresuid failed: Operation not permitted\n"),
            "it cannot be run as another user (setpriv: setresuid failed: Operation not permitted)"
        );
        assert_eq!(
            explained("ERROR:dbus/bus.cc(405)] no\nlibnss3.so: cannot open\n\n"),
            "it ended at once: libnss3.so: cannot open"
        );
        assert_eq!(explained(""), "it ended at once");
    }

    #[test]
    fn what_a_killed_server_left_behind_is_swept_away_once_it_is_old() {
        let above = tempfile::tempdir().unwrap();
        let (old, new) = (above.path().join("ibid-browser-1"), above.path().join("ibid-browser-2"));
        for folder in [&old, &new, &above.path().join("other")] {
            std::fs::create_dir(folder).unwrap();
        }
        let then = SystemTime::now() - STALE * 2;
        std::fs::File::open(&old).unwrap().set_modified(then).unwrap();
        std::fs::File::open(above.path().join("other")).unwrap().set_modified(then).unwrap();
        sweep(above.path());
        assert!(!old.exists() && new.exists() && above.path().join("other").exists());
    }
}
