//! A post is a dated piece, a page an undated one.

pub mod slug;

use crate::Result;
use crate::app::App;
use crate::id::PostId;

pub async fn publish_scheduled(_app: &App, _id: PostId) -> Result<()> {
    Ok(())
}

pub async fn rerender(_app: &App) -> Result<()> {
    Ok(())
}
