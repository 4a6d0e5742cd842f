//! Named fields, as in the header of a record and in blocks of `application/warc-fields`.

/// Fields in their order and case. Values are UTF-8; other bytes were replaced by U+FFFD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value under this name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        self.0
            .iter()
            .filter(move |(have, _)| have.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads a block of `application/warc-fields`; lines without a colon are left out.
    pub fn parse(block: &[u8]) -> Fields {
        let mut fields = Fields::default();
        for line in block.split(|byte| *byte == b'\n') {
            let _ = fields.read_line(line.strip_suffix(b"\r").unwrap_or(line));
        }
        fields
    }

    pub(super) fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Takes in one line without its end. Gives it back if it is no field.
    pub(super) fn read_line(&mut self, line: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(line);
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            // A folded line goes on with the value above it.
            let (_, value) = self.0.last_mut().ok_or_else(|| text.to_string())?;
            value.push(' ');
            value.push_str(text.trim());
            return Ok(());
        }
        let (name, value) = text.split_once(':').ok_or_else(|| text.to_string())?;
        self.push(name.trim(), value.trim());
        Ok(())
    }
}
