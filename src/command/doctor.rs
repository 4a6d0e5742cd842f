use super::Ending;
use crate::Result;
use crate::config::Config;

#[derive(clap::Args)]
pub(super) struct Doctor;

impl Doctor {
    pub(super) async fn run(self, _config: Config) -> Result<Ending> {
        Ok(Ending::Done)
    }
}
