//! What became of each file of an import, for people and for machines.

use serde::Serialize;
use std::io::{self, Write};

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub imported: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Edited here since they came, and left as they are.
    pub kept: usize,
    pub skipped: Vec<Skipped>,
    pub warnings: Vec<Warning>,
    #[serde(skip)]
    pub fates: Vec<Fate>,
    /// Names above posts that nobody here had.
    #[serde(skip)]
    pub people: Vec<String>,
    #[serde(skip)]
    pub pictures: usize,
}

#[derive(Debug, Serialize)]
pub struct Skipped {
    pub file: String,
    pub reason: String,
}

#[derive(Debug, Serialize)]
pub struct Warning {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    pub message: String,
}

/// A file that was taken or kept, and where it is read now.
#[derive(Debug)]
pub struct Fate {
    pub file: String,
    pub what: &'static str,
    pub path: String,
}

impl Report {
    pub fn skip(&mut self, file: &str, reason: impl Into<String>) {
        self.skipped.push(Skipped { file: file.to_owned(), reason: reason.into() });
    }

    pub fn warn(&mut self, file: &str, line: Option<usize>, message: impl Into<String>) {
        self.warnings.push(Warning { file: file.to_owned(), line, message: message.into() });
    }

    /// In the order of the files' names.
    pub fn sort(&mut self) {
        self.skipped.sort_by(|a, b| a.file.cmp(&b.file));
        self.warnings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        self.fates.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Every file with what is to be said of it, then the sums.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut warnings = self.warnings.iter().peekable();
        let mut warn = |out: &mut dyn Write, file: &str| -> io::Result<()> {
            while let Some(warning) = warnings.next_if(|warning| warning.file.as_str() <= file) {
                let line = warning.line.map_or(String::new(), |line| format!("line {line}: "));
                let whose = if warning.file == file { String::new() } else { format!("{}: ", warning.file) };
                writeln!(out, "    {whose}{line}{}", warning.message)?;
            }
            Ok(())
        };
        for fate in &self.fates {
            writeln!(out, "{:<9} {} → {}", fate.what, fate.file, fate.path)?;
            warn(out, &fate.file)?;
        }
        warn(out, "\u{10ffff}")?;
        for skipped in &self.skipped {
            writeln!(out, "skipped   {}: {}", skipped.file, skipped.reason)?;
        }
        writeln!(
            out,
            "{} imported, {} updated, {} unchanged, {} kept, {} skipped; {} with {}.",
            self.imported,
            self.updated,
            self.unchanged,
            self.kept,
            self.skipped.len(),
            counted(self.warnings.len(), "warning", "warnings"),
            counted(self.pictures, "picture", "pictures"),
        )?;
        if !self.people.is_empty() {
            writeln!(out, "New names above posts, without sign-in: {}.", self.people.join(", "))?;
        }
        Ok(())
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
