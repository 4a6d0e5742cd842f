//! Hostile texts that others collected.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The texts of the folder `hostile-html`, each once; without the folder none.
pub fn vectors() -> Option<Vec<String>> {
    let folder = PathBuf::from(std::env::var_os("IBID_TEST_DATA")?).join("hostile-html");
    let mut all = json(&folder, "h5sc-items.json", "data");
    all.iter_mut().for_each(|text| *text = filled(text));
    all.extend(json(&folder, "dompurify-expect.json", "payload"));
    all.extend(json(&folder, "ammonia-inputs.json", "input"));
    let listed = read(&folder.join("h5sc-vectors.txt"));
    let listed = listed.split("<div id=\"").skip(1).filter_map(|one| one.split_once("\">"));
    all.extend(listed.map(|(_, text)| text.split("//[\"'`-->]]>]</div>").next().unwrap_or(text).to_owned()));
    all.extend(files(&folder.join("bleach"), "test"));
    all.extend(files(&folder.join("feedparser-sanitize"), "xml").iter().map(|feed| unpacked(feed)));
    // What parsers are tried with means no harm; some of it is odd enough to be tried here.
    for file in files(&folder.join("html5lib"), "dat") {
        let tests = file.split("#data\n").skip(1).filter_map(|test| test.split("\n#").next());
        all.extend(tests.step_by(8).map(str::to_owned));
    }
    all.retain(|text| !text.trim().is_empty());
    all.sort();
    all.dedup();
    Some(all)
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        .into_owned()
}

fn json(folder: &Path, file: &str, field: &str) -> Vec<String> {
    let all: Vec<Value> = serde_json::from_str(&read(&folder.join(file))).expect(file);
    let text = |one: &Value| match &one[field] {
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    };
    all.iter().map(text).collect()
}

fn files(folder: &Path, ending: &str) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = all.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|e| e == ending)).map(|path| read(&path)).collect()
}

/// What a feed's items hold, taken out of its coat.
fn unpacked(feed: &str) -> String {
    let (_, feed) = feed.split_once("-->").unwrap_or(("", feed));
    let text = feed.replace("<![CDATA[", "").replace("]]>", "");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The collection's own words for what would run.
fn filled(text: &str) -> String {
    [
        ("%js_uri_alert%", "javascript:alert(1)"),
        ("%js_alert_only%", "alert(1)"),
        ("%js_alert%", "alert(1)"),
        ("%js_write%", "document.write(alert(1))"),
        ("%html_alert_encoded%", "&lt;img src=x onerror=alert(1)&gt;"),
        ("%event_path%", "https://outside.example/event.js"),
        ("%htc_path%", "https://outside.example/run.htc"),
        ("%swf_path%", "https://outside.example/run.swf"),
        ("%svg_font_path%", "https://outside.example/font.svg"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (name, words)| text.replace(name, words))
}
