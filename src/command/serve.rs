//! `ibid serve`: answers once it answers, drains when told to stop.

use super::Ending;
use crate::app::App;
use crate::config::Config;
use crate::person::Person;
use crate::{Error, Result, error::Context, sample, web, worker};
use clap::Args;
use std::io::Write;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use url::Url;

#[derive(Args)]
pub(super) struct Serve {
    /// Fill an empty folder with a small publication to look at
    #[arg(long)]
    sample: bool,
}

impl Serve {
    pub(super) async fn run(self, mut config: Config) -> Result<Ending> {
        let listener = TcpListener::bind(config.listen).await.map_err(|e| cannot_listen(&config, &e))?;
        // Port 0 picks a port; from here on it is the one that was picked.
        config.listen = listener.local_addr().internal("asking for our own address")?;
        let here = Url::parse(&format!("http://{}", config.listen)).internal("our own address")?;
        config.base_url.get_or_insert(here);
        let opening = tokio::spawn(open(config, self.sample));
        let (app, sign_in) = tokio::select! {
            opened = opening => opened.internal("opening the publication")??,
            never = web::not_yet(&listener) => match never {},
        };
        let _answering = app.answers_here();
        let (stop, stopped) = watch::channel(false);
        let working = tokio::spawn(worker::run(app.clone(), stopped.clone()));
        tokio::spawn(web::follow_theme(app.clone()));
        if let Some(at) = app.config.metrics_listen {
            let listener =
                TcpListener::bind(at).await.outside(format!("{at} cannot be listened on for metrics"))?;
            tokio::spawn(web::serve_metrics(app.clone(), listener));
        }
        let serving = tokio::spawn(web::serve(app.clone(), listener, stopped));

        // Heard from here on: whoever reads "ready" may already tell it to stop.
        let told_to_stop = Signals::hear()?;
        println!("ready http://{}", app.config.listen);
        if app.db.read(Person::nobody).await? {
            eprintln!(
                "Nobody can sign in yet. Add yourself: ibid user add you@example.org --name \"Your Name\" --role owner --data {}",
                app.config.data.display()
            );
        }
        if let Some(address) = sign_in {
            println!("sign in once: {address}");
        } else if self.sample {
            eprintln!("This folder holds a publication already; the sample left it as it is.");
        }
        std::io::stdout().flush().outside("Standard output is closed")?;
        told_to_stop.wait().await;

        let _ = stop.send(true);
        let drained = async { (working.await, serving.await) };
        if tokio::time::timeout(std::time::Duration::from_secs(10), drained).await.is_err() {
            tracing::warn!("some work was cut off after ten seconds; it will be taken up again");
        }
        Ok(Ending::Done)
    }
}

/// The publication, its database brought up to date; with the sample, an address to sign in at once.
async fn open(config: Config, with_sample: bool) -> Result<(App, Option<String>)> {
    let app = App::open(config).await?;
    let sign_in = if with_sample { sample::fill(&app).await? } else { None };
    Ok((app, sign_in))
}

fn cannot_listen(config: &Config, error: &std::io::Error) -> Error {
    let at = config.listen;
    match error.kind() {
        std::io::ErrorKind::AddrInUse => Error::Outside(format!(
            "Port {} is taken by another program. Stop that program, or choose another port: --listen {}:8081",
            at.port(),
            at.ip()
        )),
        std::io::ErrorKind::PermissionDenied => Error::Outside(format!(
            "This user may not listen on port {}. Choose a port above 1023 and let a proxy stand in front.",
            at.port()
        )),
        _ => Error::Outside(format!("{at} cannot be listened on: {error}")),
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn hear() -> Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).outside("Signals cannot be heard")?,
            interrupt: signal(SignalKind::interrupt()).outside("Signals cannot be heard")?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
