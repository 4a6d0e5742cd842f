//! Whether rows and files agree: no row without its file, no file without a row. A crash between the two leaves a file behind;
//! it is swept once it is a day old, for until then somebody may be about to name it.

use crate::Result;
use crate::app::App;
use crate::id::CaptureId;
use crate::outside::db::{Tx, record, sql};
use crate::outside::files::Listed;
use crate::time::DAY;
use std::collections::{HashMap, HashSet};

/// Where captures put their files.
const FOLDERS: [&str; 2] = ["captures", "texts"];
const A_BATCH: usize = 2000;

/// What was found.
#[derive(Debug, Default)]
pub struct Audit {
    pub captures: usize,
    /// Named by a row, and not there.
    pub missing: Vec<String>,
    /// There, and not of the length that its row says, or shorter than its records.
    pub torn: Vec<String>,
    /// There for more than a day, and named by no row.
    pub strays: Vec<Listed>,
    /// Named by no row, and younger: perhaps about to be.
    pub young: usize,
}

record! {
    struct Named {
        capture_id: CaptureId,
        warc_file: String,
        warc_bytes: i64,
        text_file: String,
    }
}

pub async fn audit(app: &App) -> Result<Audit> {
    // Files first: what is named since is there, what is there since is young.
    let mut there: HashMap<String, Listed> = HashMap::new();
    for folder in FOLDERS {
        there.extend(app.files.list(folder).await?.into_iter().map(|file| (file.key.clone(), file)));
    }
    let mut found = Audit::default();
    let (mut named, mut after) = (HashSet::new(), CaptureId(0));
    loop {
        let batch = app.db.read(move |tx| batch(tx, after)).await?;
        let Some(last) = batch.last() else { break };
        after = last.capture_id;
        for row in batch {
            found.captures += 1;
            for (file, bytes) in [(row.warc_file, Some(row.warc_bytes)), (row.text_file, None)] {
                if file.is_empty() {
                    continue;
                }
                match there.get(&file) {
                    // Written since the files were listed, or not at all.
                    None if !app.files.exists(&file).await? => found.missing.push(file.clone()),
                    Some(listed) if bytes.is_some_and(|bytes| bytes as u64 != listed.bytes) => {
                        found.torn.push(file.clone());
                    }
                    _ => {}
                }
                named.insert(file);
            }
        }
    }
    found.torn.extend(app.db.read(overrun).await?);
    found.torn.sort();
    found.torn.dedup();
    let old = app.now().plus(-DAY);
    let unnamed = there.into_values().filter(|file| !named.contains(&file.key));
    (found.strays, _) = unnamed.partition::<Vec<_>, _>(|file| {
        let stray = file.at < old;
        found.young += usize::from(!stray);
        stray
    });
    found.strays.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

/// Takes the strays away.
pub async fn sweep(app: &App, found: &Audit) -> Result<()> {
    for stray in &found.strays {
        app.files.sweep(stray).await?;
    }
    Ok(())
}

fn batch(tx: &mut Tx, after: CaptureId) -> Result<Vec<Named>> {
    tx.all(
        sql!(
            "-- audit::batch
            select capture_id, warc_file, warc_bytes, text_file from capture where capture_id > ?1
            order by capture_id limit ?2"
        ),
        (after, A_BATCH),
    )
}

/// Files that end before one of their records does, or before one that others refer to.
fn overrun(tx: &mut Tx) -> Result<Vec<String>> {
    let files: Vec<(String,)> = tx.all(
        sql!(
            "-- audit::overrun
            select distinct capture.warc_file from capture_record
            join capture on capture.capture_id = coalesce(held_by, capture_record.capture_id)
            where coalesce(held_place, place) + coalesce(held_length, capture_record.length) > warc_bytes"
        ),
        (),
    )?;
    Ok(files.into_iter().map(|(file,)| file).collect())
}
