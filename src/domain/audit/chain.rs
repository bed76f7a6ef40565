//! Walks a chain of seals and stops at the first record that is not as it was sealed.

use super::seal::{NO_SEAL, Seal, SealKeys, Sealable, hex, seal};
use crate::domain::Result;

/// One seal, and the record that it is over, where that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1 without gaps.
    pub sequence: i64,
    /// The record's transaction.
    pub xid: i64,
    /// The record's place in it.
    pub position: i64,
    /// The seal.
    pub seal: Seal,
    /// The key that it was made with.
    pub key_id: Option<String>,
    /// When, in microseconds since 1970.
    pub sealed_at: i64,
    /// The record.
    pub record: Option<Sealable>,
}

/// What is wrong with a chain, where it is wrong first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The record, or its seal, is not what was sealed.
    Changed {
        /// The number of the seal.
        sequence: i64,
        /// The key of the record.
        record: String,
    },
    /// The record is gone.
    Removed {
        /// The number of the seal.
        sequence: i64,
    },
    /// A record has the place of one that came after it.
    Reordered {
        /// The number of the seal.
        sequence: i64,
        /// The key of the record.
        record: String,
    },
    /// A record without a seal stands among those that were sealed.
    Inserted {
        /// The key of the record.
        record: String,
    },
    /// The chain ends before a seal that is known to have been, or that one was another.
    Cut {
        /// The number of the seal.
        sequence: i64,
    },
    /// There is nothing at all, where there should be something.
    Empty,
    /// The seal was made with a key that is not the configured one, or without one after others had one.
    Key {
        /// The number of the seal.
        sequence: i64,
        /// The id of the key that is needed.
        key_id: Option<String>,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed { sequence, record } => {
                write!(f, "record {record} (seal {sequence}) was changed after it was sealed")
            }
            Self::Removed { sequence } => write!(f, "the record of seal {sequence} was removed"),
            Self::Reordered { sequence, record } => {
                write!(f, "record {record} (seal {sequence}) is not in the order in which it was sealed")
            }
            Self::Inserted { record } => {
                write!(f, "record {record} was inserted among records that were sealed before")
            }
            Self::Cut { sequence } => {
                write!(f, "seal {sequence} is not the one that is expected, or is gone")
            }
            Self::Empty => write!(f, "nothing is sealed: not one record is there"),
            Self::Key { sequence, key_id: Some(key) } => {
                write!(
                    f,
                    "seal {sequence} was made with the key {key}, which is not the configured one, nor an earlier one up to there"
                )
            }
            Self::Key { sequence, key_id: None } => {
                write!(f, "seal {sequence} was made without a key, which it should have")
            }
        }
    }
}

/// A walk along a chain.
#[derive(Debug)]
pub struct Walk<'k> {
    keys: &'k SealKeys,
    sequence: i64,
    seal: Seal,
    order: Option<(i64, i64)>,
    keyed: bool,
    keyed_from: i64,
    inserted: Option<(i64, i64, String)>,
}

impl<'k> Walk<'k> {
    /// From the first seal on, or from the one after a seal that is trusted.
    #[must_use]
    pub fn new(keys: &'k SealKeys, after: Option<&Link>) -> Self {
        Self {
            keys,
            sequence: after.map_or(0, |link| link.sequence),
            seal: after.map_or(NO_SEAL, |link| link.seal),
            order: after.map(|link| (link.xid, link.position)),
            keyed: after.is_some_and(|link| link.key_id.is_some()),
            keyed_from: keys.keyed_from(),
            inserted: None,
        }
    }

    /// From a seal on of which only that before it is known.
    #[must_use]
    pub fn from(keys: &'k SealKeys, sequence: i64, previous: Seal) -> Self {
        Self { sequence: sequence - 1, seal: previous, ..Self::new(keys, None) }
    }

    /// The same, but only from a number on must every seal have been made with a key. Where nothing is said, the keys say it.
    #[must_use]
    pub fn keyed_from(self, sequence: Option<i64>) -> Self {
        Self { keyed_from: sequence.unwrap_or(self.keyed_from), ..self }
    }

    /// The same, told of the first record that has no seal though later ones have.
    #[must_use]
    pub fn beside(self, inserted: Option<(i64, i64, String)>) -> Self {
        Self { inserted, ..self }
    }

    /// The last seal that was passed.
    #[must_use]
    pub fn head(&self) -> (i64, String) {
        (self.sequence, hex(&self.seal))
    }

    /// Goes to the next seal.
    ///
    /// # Errors
    /// `INTERNAL` where a record cannot be digested.
    pub fn step(&mut self, link: &Link) -> Result<std::result::Result<(), Fault>> {
        let next = self.sequence + 1;
        if link.sequence != next {
            return Ok(Err(Fault::Removed { sequence: next }));
        }
        if let Some((xid, position, record)) = &self.inserted
            && (*xid, *position) < (link.xid, link.position)
        {
            return Ok(Err(Fault::Inserted { record: record.clone() }));
        }
        let Some(record) = &link.record else {
            return Ok(Err(Fault::Removed { sequence: next }));
        };
        let key = match &link.key_id {
            None if self.keyed || next >= self.keyed_from => {
                return Ok(Err(Fault::Key { sequence: next, key_id: None }));
            }
            None => None,
            Some(id) => match self.keys.find(id, next) {
                Some(key) => Some(key),
                None => return Ok(Err(Fault::Key { sequence: next, key_id: Some(id.clone()) })),
            },
        };
        let place = (record.xid, record.position);
        let expected = seal(key, &self.seal, next, link.sealed_at, record)?;
        if expected != link.seal || place != (link.xid, link.position) {
            let id = record.column("id").unwrap_or_default().to_owned();
            let back = self.order.is_some_and(|before| place <= before);
            return Ok(Err(if back {
                Fault::Reordered { sequence: next, record: id }
            } else {
                Fault::Changed { sequence: next, record: id }
            }));
        }
        (self.sequence, self.seal, self.order) = (next, expected, Some(place));
        self.keyed |= key.is_some();
        Ok(Ok(()))
    }

    /// Whether anything is left that should have been passed.
    #[must_use]
    pub fn end(self) -> Option<Fault> {
        self.inserted.map(|(_, _, record)| Fault::Inserted { record })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::audit::seal::{COLUMNS, SealKey};

    fn keys(key: Option<&SealKey>) -> SealKeys {
        SealKeys::new(key.cloned(), Vec::new())
    }

    fn record(number: i64, texts: &[Option<String>]) -> Sealable {
        let mut columns: [Option<String>; COLUMNS.len()] = Default::default();
        for (column, text) in
            columns.iter_mut().zip(texts.iter().cycle().skip(usize::try_from(number).unwrap()))
        {
            column.clone_from(text);
        }
        columns[0] = Some(number.to_string());
        columns[1] = Some(number.to_string());
        Sealable { xid: number, position: number, columns }
    }

    fn chain(key: Option<&SealKey>, records: &[Sealable]) -> Vec<Link> {
        let mut previous = NO_SEAL;
        let link = |(sequence, record): (i64, &Sealable)| {
            previous = seal(key, &previous, sequence, sequence, record).unwrap();
            Link {
                sequence,
                xid: record.xid,
                position: record.position,
                seal: previous,
                key_id: key.map(|key| key.id().to_owned()),
                sealed_at: sequence,
                record: Some(record.clone()),
            }
        };
        (1..).zip(records).map(link).collect()
    }

    fn walk(key: Option<&SealKey>, links: &[Link]) -> std::result::Result<(), Fault> {
        let keys = keys(key);
        let mut walk = Walk::new(&keys, None);
        links.iter().try_for_each(|link| walk.step(link).unwrap())
    }

    proptest! {
        #[test]
        fn any_byte_that_is_changed_shows(
            texts in prop::collection::vec(prop::option::weighted(0.8, "[ -~]{0,12}"), 5..20),
            victim in 0_usize..4, column in 0_usize..COLUMNS.len(), place in 0_usize..64, by in 1_u8..127, keyed: bool,
        ) {
            let key = keyed.then(|| SealKey::new("k".repeat(MIN).into()).unwrap());
            let key = key.as_ref();
            let records: Vec<_> = (1..5).map(|number| record(number, &texts)).collect();
            let mut links = chain(key, &records);
            prop_assert_eq!(walk(key, &links), Ok(()));
            let stored = &mut links[victim].record.as_mut().unwrap().columns[column];
            *stored = match stored.take() {
                None => Some(String::new()),
                Some(text) if text.is_empty() => None,
                Some(text) => {
                    let mut bytes = text.into_bytes();
                    let place = place % bytes.len();
                    bytes[place] = (bytes[place] ^ by) & 0x7f;
                    Some(String::from_utf8(bytes).unwrap())
                }
            };
            let changed = links[victim].record.as_ref() != Some(&records[victim]);
            prop_assert_eq!(walk(key, &links).is_err(), changed);
            prop_assert!(changed);
        }
    }

    const MIN: usize = super::super::seal::MIN_KEY_BYTES;

    #[test]
    fn each_kind_of_tampering_is_named() {
        let key = SealKey::new("k".repeat(MIN).into()).unwrap();
        let texts = [Some("a".to_owned()), None, Some("b".to_owned())];
        let records: Vec<_> = (1..6).map(|number| record(number, &texts)).collect();
        let links = chain(Some(&key), &records);
        let mut removed = links.clone();
        removed[2].record = None;
        assert_eq!(walk(Some(&key), &removed), Err(Fault::Removed { sequence: 3 }));
        removed.remove(2);
        assert_eq!(walk(Some(&key), &removed), Err(Fault::Removed { sequence: 3 }));
        let mut swapped = links.clone();
        swapped.swap(1, 2);
        (swapped[1].sequence, swapped[2].sequence) = (2, 3);
        assert!(matches!(walk(Some(&key), &swapped), Err(Fault::Changed { sequence: 2, .. })));
        let ring = keys(Some(&key));
        let mut walking = Walk::new(&ring, None).beside(Some((3, 0, "x".to_owned())));
        let first = links.iter().find_map(|link| walking.step(link).unwrap().err());
        assert_eq!(first, Some(Fault::Inserted { record: "x".to_owned() }));
        // Somebody without the key makes a whole chain of their own.
        let forged = chain(None, &records);
        assert_eq!(walk(Some(&key), &forged), Err(Fault::Key { sequence: 1, key_id: None }));
        let mut later = Walk::new(&ring, None).keyed_from(Some(2));
        assert_eq!(later.step(&forged[0]).unwrap(), Ok(()));
        assert_eq!(later.step(&forged[1]).unwrap(), Err(Fault::Key { sequence: 2, key_id: None }));
        let mut mixed = links.clone();
        mixed[4] = forged[4].clone();
        assert_eq!(walk(Some(&key), &mixed), Err(Fault::Key { sequence: 5, key_id: None }));
        assert!(matches!(walk(None, &links), Err(Fault::Key { sequence: 1, key_id: Some(_) })));
    }

    #[test]
    fn a_key_takes_the_place_of_another_and_the_earlier_one_proves_nothing_after_that() {
        let [old, new] = ["o", "n"].map(|text| SealKey::new(text.repeat(MIN).into()).unwrap());
        let texts = [Some("a".to_owned()), None];
        let records: Vec<_> = (1..7).map(|number| record(number, &texts)).collect();
        let mut previous = NO_SEAL;
        let mut link = |sequence: i64, key: Option<&SealKey>| {
            let record = records[usize::try_from(sequence - 1).unwrap()].clone();
            previous = seal(key, &previous, sequence, sequence, &record).unwrap();
            let (xid, position, key_id) = (record.xid, record.position, key.map(|key| key.id().to_owned()));
            Link {
                sequence,
                xid,
                position,
                seal: previous,
                key_id,
                sealed_at: sequence,
                record: Some(record),
            }
        };
        // Without a key at first, then with one, then with another.
        let links =
            [link(1, None), link(2, None), link(3, Some(&old)), link(4, Some(&old)), link(5, Some(&new))];
        let ring = |lines: &str| {
            SealKeys::new(Some(new.clone()), Vec::new()).with_previous(&lines.to_owned().into()).unwrap()
        };
        let walked = |lines: &str, links: &[Link]| {
            let ring = ring(lines);
            let mut walk = Walk::new(&ring, None);
            links.iter().try_for_each(|link| walk.step(link).unwrap())
        };
        let old_key = "o".repeat(MIN);
        assert_eq!(walked(&format!("2:\n4:{old_key}\n"), &links), Ok(()));
        assert_eq!(walked(&format!("4:{old_key}"), &links), Err(Fault::Key { sequence: 1, key_id: None }));
        let too_late = Err(Fault::Key { sequence: 4, key_id: Some(old.id().to_owned()) });
        assert_eq!(walked(&format!("2:\n3:{old_key}"), &links), too_late);
        assert!(matches!(walked("2:", &links), Err(Fault::Key { sequence: 3, .. })));
        for nonsense in ["4", "0:", "x:y", "4:short"] {
            let wrong = SealKeys::default().with_previous(&nonsense.to_owned().into()).unwrap_err();
            assert!(wrong.message().contains("audit.previous_seal_keys.1"), "{wrong}");
            assert!(!wrong.message().contains("short"), "{wrong}");
        }
    }
}
