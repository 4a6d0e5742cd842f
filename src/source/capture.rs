//! How a copy is made.

use crate::Result;
use crate::app::App;
use crate::id::{CaptureId, SourceId};

pub async fn run(_app: &App, _id: SourceId) -> Result<()> {
    Ok(())
}

pub async fn reread(_app: &App, _id: CaptureId) -> Result<()> {
    Ok(())
}
