//! How quick a page is can only be told while nothing else runs: alone in this file, and `.config/nextest.toml` lets it run alone.

mod press;

use press::{Press, tells};
use serde_json::json;

#[tokio::test]
async fn lighthouse_finds_nothing_to_better() {
    let press = Press::prepare().await.start_with(&["--sample"]).await;
    let posts = press.reader().opens("/").await.is(200).attributes(".posts h2 a", "href");
    let post = posts.first().expect("the sample has posts");
    tells("lighthouse", json!({"base": press.base(), "pages": ["/", post, "/archive"]})).await;
}
