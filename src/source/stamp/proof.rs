//! What leads from a copy's file to a stamp, as it stands in a package. Checked with nothing at hand but the package itself.

use super::tree::{self, Hash};
use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use wacz::Digest;

/// One line of `stamps/captures.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The copy's file in the package: `archive/12-20260314093000.warc.gz`.
    pub file: String,
    /// Of that file.
    pub digest: String,
    /// Of the page as it was sent; empty where none was.
    pub payload: String,
    pub place: u64,
    pub leaves: u64,
    /// In hex.
    pub path: Vec<String>,
    /// What was stamped.
    pub root: String,
    /// The stamp's file in the package: an `application/timestamp-reply`.
    pub stamp: String,
    /// As the authority says.
    pub at: String,
    pub authority: String,
}

impl Proof {
    /// Whether the path leads from this file's digest to the root that was stamped.
    pub fn leads_to_root(&self, file: &Digest) -> bool {
        let path: Option<Vec<Hash>> = self.path.iter().map(|hash| unhex(hash)).collect();
        let Some(path) = path.filter(|_| self.digest == file.to_string()) else { return false };
        let leaf = leaf(&self.digest, &self.payload);
        let root = tree::root(leaf, self.place, self.leaves, &path);
        root.is_some_and(|root| Digest::from_sha256(&root).is_some_and(|root| root.to_string() == self.root))
    }
}

/// Both digests, so that the page's own is proven even when the file is taken away: `sha256:… sha256:…`, or `-` for none.
pub fn leaf(file: &str, payload: &str) -> Hash {
    tree::leaf(format!("{file} {}", if payload.is_empty() { "-" } else { payload }).as_bytes())
}

pub fn hex(hash: &Hash) -> String {
    HEXLOWER_PERMISSIVE.encode(hash)
}

fn unhex(text: &str) -> Option<Hash> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Vec<Proof> {
        let files = ["one", "two", "three"].map(|words| Digest::sha256(words.as_bytes()).to_string());
        let (root, paths) = tree::grow(files.iter().map(|file| leaf(file, "")).collect());
        let proof = |(place, (digest, path)): (u64, (&String, Vec<Hash>))| Proof {
            file: String::new(),
            digest: digest.clone(),
            payload: String::new(),
            place,
            leaves: 3,
            path: path.iter().map(hex).collect(),
            root: Digest::from_sha256(&root).unwrap().to_string(),
            stamp: String::new(),
            at: String::new(),
            authority: String::new(),
        };
        (0..).zip(files.iter().zip(paths)).map(proof).collect()
    }

    #[test]
    fn a_proof_is_of_one_file() {
        let proofs = three();
        assert!(proofs[0].leads_to_root(&Digest::sha256(b"one")));
        assert!(proofs[2].leads_to_root(&Digest::sha256(b"three")));
        assert!(!proofs[0].leads_to_root(&Digest::sha256(b"two")));
        for change in [
            |proof: &mut Proof| proof.payload = Digest::sha256(b"another").to_string(),
            |proof: &mut Proof| proof.place = 1,
            |proof: &mut Proof| proof.place = u64::MAX,
            |proof: &mut Proof| proof.leaves = 0,
            |proof: &mut Proof| proof.path.clear(),
            |proof: &mut Proof| proof.path = vec!["no hex".into(); 2],
            |proof: &mut Proof| proof.root = "sha256:".into(),
        ] {
            let mut changed = proofs[0].clone();
            change(&mut changed);
            assert!(!changed.leads_to_root(&Digest::sha256(b"one")), "{changed:?}");
        }
    }
}
