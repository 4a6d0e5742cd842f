//! The report as SARIF 2.1.0, for tools that show findings beside the lines they are about. Only what somebody should look at
//! is a result.

use super::Entry;
use super::told::{RULES, Told, Weight};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) fn of(file: &str, entries: &[Entry]) -> Value {
    let results: Vec<Value> = entries.iter().filter_map(|entry| result(file, entry)).collect();
    let rule = |(id, words): &(&str, &str)| json!({ "id": id, "shortDescription": { "text": words } });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ibid check",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(file: &str, entry: &Entry) -> Option<Value> {
    let report = &entry.report;
    let told = Told::of(report)?;
    let level = match told.weight {
        Weight::Wrong => "error",
        Weight::Unknown => "warning",
        Weight::Slight => "note",
        Weight::Right | Weight::Silent => return None,
    };
    let mut words = format!("“{}” {}.", super::report::shortened(&report.text, 160), told.sentence());
    for detail in super::report::details(report) {
        words += &format!("\n{detail}");
    }
    let digest = Sha256::digest(report.text.as_bytes());
    Some(json!({
        "ruleId": told.rule,
        "ruleIndex": RULES.iter().position(|(id, _)| *id == told.rule)?,
        "level": level,
        "message": { "text": words },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(file) },
            "region": { "startLine": report.line.max(1) },
        } }],
        "partialFingerprints": { "words/v1": data_encoding::HEXLOWER.encode(&digest[..16]) },
    }))
}

/// A path as a relative reference: what an address cannot hold is encoded.
fn uri(file: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
    let path = file.replace(std::path::MAIN_SEPARATOR, "/");
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match plain(byte) {
            true => out.push(byte.into()),
            false => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_a_relative_reference() {
        assert_eq!(super::uri("posts/früh am Tag:1.md"), "posts/fr%C3%BCh%20am%20Tag%3A1.md");
    }
}
