use super::Ending;
use crate::Result;
use crate::config::Config;

#[derive(clap::Args)]
pub(super) struct Sources;

impl Sources {
    pub(super) async fn run(self, _config: Config) -> Result<Ending> {
        Ok(Ending::Done)
    }
}
