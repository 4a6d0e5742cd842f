//! A hash tree as RFC 9162 has it, section 2.1: one stamp over its root proves each of its leaves, and who checks one sees of the
//! others nothing but hashes. Pure.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

pub fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over these leaves, and for each the hashes that lead from it to the root.
pub fn grow(leaves: Vec<Hash>) -> (Hash, Vec<Vec<Hash>>) {
    let mut paths = vec![Vec::new(); leaves.len()];
    let mut level = leaves;
    let mut height = 0;
    while level.len() > 1 {
        for (place, path) in paths.iter_mut().enumerate() {
            // Without a neighbour, a hash goes up as it is.
            path.extend(level.get((place >> height) ^ 1));
        }
        level =
            level.chunks(2).map(|pair| pair.get(1).map_or(pair[0], |right| node(&pair[0], right))).collect();
        height += 1;
    }
    (level.first().copied().unwrap_or_else(|| Sha256::digest([]).into()), paths)
}

/// The root that a leaf's path leads to; none where there is no such place in a tree of so many leaves.
pub fn root(leaf: Hash, place: u64, leaves: u64, path: &[Hash]) -> Option<Hash> {
    let (mut at, mut last) = (place, leaves.checked_sub(1)?);
    if at > last {
        return None;
    }
    let mut hash = leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            while at & 1 == 0 && at > 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(hash: &Hash) -> String {
        data_encoding::HEXLOWER.encode(hash)
    }

    /// From the test vectors of Certificate Transparency's own implementations.
    #[test]
    fn roots_are_those_of_others() {
        let data: [&[u8]; 8] = [
            &[],
            &[0],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        for (count, root) in [
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            let leaves = data[..count].iter().map(|data| leaf(data)).collect();
            assert_eq!(hex(&grow(leaves).0), root, "{count} leaves");
        }
    }

    proptest! {
        #[test]
        fn every_leaf_leads_to_the_root_and_to_no_other(count in 1_u64..70, other in any::<u64>()) {
            let leaves: Vec<Hash> = (0..count).map(|n| leaf(&n.to_be_bytes())).collect();
            let (top, paths) = grow(leaves.clone());
            for (place, path) in (0..).zip(&paths) {
                prop_assert_eq!(root(leaves[place as usize], place, count, path), Some(top));
                let elsewhere = other % count;
                if elsewhere != place {
                    prop_assert_ne!(root(leaves[elsewhere as usize], place, count, path), Some(top));
                }
                let longer = [path.clone(), vec![top]].concat();
                prop_assert_ne!(root(leaves[place as usize], place, count, &longer), Some(top));
            }
            prop_assert_eq!(root(top, count, count, &[]), None);
        }
    }
}
