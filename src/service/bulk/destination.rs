//! Where records go: a brand, its languages and content types, and on whose behalf its source is known.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

use super::flying::Flying;
use crate::{
    domain::{
        Error, Result,
        access::{Actor, Grant, Permission},
        fields::Schema,
        node::{Kind, NodeId},
        record::{EntryRecord, Key, Record},
        text::Locale,
    },
    kit::id,
    service::{Caller, Services, Unit},
    store::{bulk, content_type},
};

/// Where records go. Made once for many batches. Each batch holds the brand and the types that it needs; where they are others
/// than those known here, they are looked up anew.
#[derive(Debug)]
pub struct Destination {
    pub(super) brand: Uuid,
    pub(super) source: Option<Uuid>,
    pub(super) entries: Grant,
    pub(super) assets: Grant,
    pub(super) taxonomy: Grant,
    /// Whether its records bring entries back that are in the bin: those of an import, where the actor may.
    pub(super) restores: bool,
    rules: RwLock<Arc<Rules>>,
    pub(super) flying: Flying,
    announcing: Arc<Mutex<()>>,
}

/// The turn to announce a batch: those that are written at the same time announce what they hold in the order of their
/// records, so that a reference back to an earlier batch always finds it, in the air or landed.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, never read")] OwnedMutexGuard<()>);

/// Who an entry is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity {
    pub(super) id: Uuid,
    /// What its translations share.
    pub(super) translation_id: Uuid,
    /// Whether the record says so itself.
    pub(super) own: bool,
}

/// What records are checked against: the languages and content types of the brand at one moment.
#[derive(Debug)]
pub(super) struct Rules {
    version: i32,
    default_locale: Locale,
    chains: HashMap<String, Vec<String>>,
    types: HashMap<String, KnownType>,
}

/// A content type that records can be of.
#[derive(Debug)]
pub(super) struct KnownType {
    pub(super) id: Uuid,
    pub(super) version: i32,
    pub(super) schema: Arc<Schema>,
}

impl Destination {
    /// Looks the brand up. With a source, its records carry the source's name and their id there; without, they become
    /// the brand's own.
    ///
    /// # Errors
    /// `FORBIDDEN` and `UNAUTHENTICATED` as the actor's roles say, `NOT_FOUND` where there is no such brand.
    pub async fn open(
        services: &Services,
        caller: &Caller,
        brand: Uuid,
        source: Option<Uuid>,
    ) -> Result<Self> {
        // Whoever may pull from a source may have written what it holds; nobody else gets around the permissions of content.
        let system = Actor::System("sync");
        let actor = if source.is_some() {
            caller.actor.grant_in(Permission::SourceSync, brand)?;
            &system
        } else {
            caller.actor.grant_in(Permission::EntryPublish, brand)?;
            &caller.actor
        };
        let grant = |permission| actor.grant_in(permission, brand);
        let (entries, assets) = (grant(Permission::EntryWrite)?, grant(Permission::AssetWrite)?);
        let taxonomy = grant(Permission::TaxonomyWrite)?;
        let restores = source.is_none()
            && grant(Permission::EntryDelete).is_ok_and(|grant| grant.unrestricted_in(brand));
        let rules = RwLock::new(Arc::new(Rules::load(services, caller, &entries, brand).await?));
        Ok(Self {
            brand,
            source,
            entries,
            assets,
            taxonomy,
            restores,
            rules,
            flying: Flying::default(),
            announcing: Arc::default(),
        })
    }

    /// Waits until the batch before has announced what it holds.
    pub async fn turn(&self) -> Turn {
        Turn(Arc::clone(&self.announcing).lock_owned().await)
    }

    /// What records are checked against, as far as is known.
    pub(super) fn rules(&self) -> Arc<Rules> {
        // What is in the lock is replaced as a whole: a thread that panicked left nothing half-done.
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks the languages and content types up anew.
    pub(super) async fn refresh(&self, services: &Services, caller: &Caller) -> Result<()> {
        let rules = Arc::new(Rules::load(services, caller, &self.entries, self.brand).await?);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
        Ok(())
    }

    fn namespace(&self) -> Uuid {
        self.source.unwrap_or(self.brand)
    }

    /// What the translations of an item share.
    pub(super) fn translation_id(&self, key: &Key) -> Uuid {
        id::derived(self.namespace(), "translation", &key.to_string())
    }

    /// The row that a record says, where it says one.
    #[must_use]
    pub fn row_of(&self, record: &Record) -> Option<Uuid> {
        match record {
            Record::Asset(asset) => self.asset(&asset.key).ok(),
            Record::Entry(entry) => {
                let locale = self.rules().locale(entry.locale.as_deref()).ok()?;
                self.entry(entry, &locale).ok().map(|identity| identity.id)
            }
        }
    }

    /// Who an entry is, in its language.
    ///
    /// # Errors
    /// `INVALID` where the key is none of an entry, or says its translations where they are known by the key.
    pub(super) fn entry(&self, record: &EntryRecord, locale: &Locale) -> Result<Identity> {
        let key = &record.key;
        match (self.own(key, Kind::Entry)?, &record.translation) {
            (None, None) => Ok(Identity {
                id: id::derived(self.namespace(), "entry", &format!("{key}\n{locale}")),
                translation_id: self.translation_id(key),
                own: false,
            }),
            (None, Some(_)) => {
                let message =
                    "is only given beside an id of brandgraph: other keys are shared by translations";
                Err(Error::invalid("translation", "unwanted", message))
            }
            (Some(id), translation) => {
                let parse = |text: &String| NodeId::parse_as(Kind::Entry, text, "translation");
                let translation_id = translation.as_ref().map_or(Ok(id), parse)?;
                Ok(Identity { id, translation_id, own: true })
            }
        }
    }

    /// The id of an asset.
    ///
    /// # Errors
    /// `INVALID` where the key is none of an asset.
    pub(super) fn asset(&self, key: &Key) -> Result<Uuid> {
        Ok(self.own(key, Kind::Asset)?.unwrap_or_else(|| self.asset_id(key)))
    }

    /// The id that an asset has by what it is called elsewhere.
    pub(super) fn asset_id(&self, key: &Key) -> Uuid {
        id::derived(self.namespace(), "asset", &key.to_string())
    }

    /// The id of ours that a record names as its own, where it does.
    fn own(&self, key: &Key, kind: Kind) -> Result<Option<Uuid>> {
        match key {
            Key::Foreign(_) => Ok(None),
            Key::Own(_) if self.source.is_some() => {
                Err(Error::invalid("key", "id", "a source does not give ids of brandgraph"))
            }
            Key::Own(node) if node.kind == kind => Ok(Some(node.id)),
            Key::Own(node) => {
                let message = format!("must be the id of {}, but is {node}", kind.type_name());
                Err(Error::invalid("key", "id_kind", message))
            }
        }
    }

    /// What an item is called at its source, where it has one.
    pub(super) fn external_id(&self, key: &Key) -> Option<String> {
        self.source.map(|_| key.to_string())
    }
}

impl Rules {
    async fn load(services: &Services, caller: &Caller, grant: &Grant, brand: Uuid) -> Result<Self> {
        let unit = Unit::begin(services, caller).await?;
        let found = bulk::find_brand(unit.tx(), brand).await?;
        let types = content_type::schemas(unit.tx(), grant, brand).await?;
        unit.rollback().await?;
        let found = found.ok_or_else(|| Error::not_found("the brand"))?;
        let chain = |chain: String| chain.split(' ').map(str::to_owned).collect();
        let mut known = HashMap::with_capacity(types.len());
        for row in types {
            let schema = services.schemas.get(row.id, row.version, &row.schema).await?;
            known.insert(row.key, KnownType { id: row.id, version: row.version, schema });
        }
        Ok(Self {
            version: found.version,
            default_locale: Locale::parse(&found.default_locale, "defaultLocale")?,
            chains: found.locales.into_iter().zip(found.chains.into_iter().map(chain)).collect(),
            types: known,
        })
    }

    /// Holds the brand and the types of the entries until the unit ends; false where they are no longer those known here.
    ///
    /// # Errors
    /// `NOT_FOUND` where the brand is gone.
    pub(super) async fn hold(&self, unit: &Unit, brand: Uuid, types: HashSet<Uuid>) -> Result<bool> {
        let held = bulk::hold(unit.tx(), brand, types.iter().copied().collect()).await?;
        let (version, found) = held.ok_or_else(|| Error::not_found("the brand"))?;
        let known = |one: &KnownType| !types.contains(&one.id) || found.get(&one.id) == Some(&one.version);
        Ok(version == self.version && found.len() == types.len() && self.types.values().all(known))
    }

    /// The ids of the content types with those keys, as far as there are any.
    pub(super) fn type_ids(&self, keys: &[String]) -> Vec<Uuid> {
        keys.iter().filter_map(|key| self.types.get(key)).map(|known| known.id).collect()
    }

    /// The content type of that key.
    pub(super) fn content_type(&self, key: &str) -> Result<&KnownType> {
        self.types.get(key).ok_or_else(|| {
            Error::invalid("type", "unknown_type", format!("the brand has no content type `{key}`"))
        })
    }

    /// The locale that a record says, or the brand's default.
    pub(super) fn locale(&self, said: Option<&str>) -> Result<Locale> {
        let Some(said) = said else { return Ok(self.default_locale.clone()) };
        let locale = Locale::parse(said, "locale")?;
        if self.chains.contains_key(locale.as_str()) {
            return Ok(locale);
        }
        Err(Error::invalid("locale", "unknown_locale", format!("the brand has no locale {locale}")))
    }

    /// How good a target's locale is for an entry in another one: the lower, the better.
    pub(super) fn distance(&self, from: &str, to: &str) -> usize {
        let place = self.chains.get(from).and_then(|chain| chain.iter().position(|code| code == to));
        place.unwrap_or(usize::MAX)
    }

    /// Whether the brand speaks more than one language.
    pub(super) fn several_locales(&self) -> bool {
        self.chains.len() > 1
    }
}
