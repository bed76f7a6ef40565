//! A connector, read and compiled: what is wrong with its file is known before the first request is sent.

use indexmap::IndexMap;
use serde_saphyr::Spanned;

use super::{
    address, declared,
    jq::{ExpressionId, Program, ProgramBuilder},
    spec::{
        AuthSpec, ConnectorSpec, ContentTypeSpec, Jq, LimitsSpec, Paging, ResourceSpec, TotalSpec, TypeSpec,
    },
    yaml::{self, Place},
};
use crate::domain::{Error, Result, Violation, record::Target};

/// A connector that is ready to pull. Cheap to share between threads.
#[derive(Debug)]
pub struct Connector {
    /// Its name.
    pub name: String,
    /// What a person calls the platform.
    pub title: String,
    /// How requests prove who they are.
    pub auth: AuthSpec,
    /// Headers that every request carries.
    pub headers: IndexMap<String, String>,
    /// Bounds on one pull.
    pub limits: LimitsSpec,
    /// The content types that a sync makes where they are missing.
    pub content_types: Vec<ContentTypeSpec>,
    /// What is read, in order.
    pub resources: Vec<Resource>,
    pub(super) program: Program,
}

/// One list of the platform.
#[derive(Debug)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// The path below the source's base URL, with placeholders.
    pub path: String,
    /// Query parameters, with placeholders.
    pub query: IndexMap<String, String>,
    /// How the next page is found.
    pub paging: Paging,
    pub(super) items: ExpressionId,
    pub(super) total: Option<Total>,
    pub(super) expand: Option<ExpressionId>,
    pub(super) mapping: Mapping,
}

#[derive(Debug)]
pub(super) enum Total {
    Body(ExpressionId),
    Header(String),
}

/// How an item becomes a record.
#[derive(Debug)]
pub(super) enum Mapping {
    Entry(EntryMapping),
    Asset(AssetMapping),
}

#[derive(Debug)]
pub(super) struct EntryMapping {
    pub(super) content_type: ContentTypeOf,
    pub(super) external_id: ExpressionId,
    pub(super) title: ExpressionId,
    pub(super) slug: Option<ExpressionId>,
    pub(super) locale: Option<ExpressionId>,
    pub(super) status: Option<ExpressionId>,
    pub(super) published_at: Option<ExpressionId>,
    pub(super) created_at: Option<ExpressionId>,
    pub(super) updated_at: Option<ExpressionId>,
    pub(super) fields: Vec<(String, ExpressionId)>,
    pub(super) tags: Option<ExpressionId>,
    pub(super) categories: Option<ExpressionId>,
    pub(super) references: Vec<ReferenceMapping>,
}

#[derive(Debug)]
pub(super) enum ContentTypeOf {
    Fixed(String),
    Computed(ExpressionId),
}

#[derive(Debug)]
pub(super) struct ReferenceMapping {
    pub(super) field: String,
    pub(super) resource: String,
    pub(super) to: Target,
    pub(super) id: ExpressionId,
}

#[derive(Debug)]
pub(super) struct AssetMapping {
    pub(super) external_id: ExpressionId,
    pub(super) filename: ExpressionId,
    pub(super) media_type: ExpressionId,
    pub(super) url: ExpressionId,
    pub(super) width: Option<ExpressionId>,
    pub(super) height: Option<ExpressionId>,
    pub(super) bytes: Option<ExpressionId>,
    pub(super) alt: Option<ExpressionId>,
    pub(super) title: Option<ExpressionId>,
    pub(super) created_at: Option<ExpressionId>,
    pub(super) updated_at: Option<ExpressionId>,
    pub(super) metadata: Vec<(String, ExpressionId)>,
}

impl Connector {
    /// Reads and compiles a connector. `file` is the name that errors show.
    ///
    /// # Errors
    /// `INVALID` with everything that is wrong, each as `file:line:column`.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let spec: ConnectorSpec = yaml::parse(file, text)?;
        Compilation { file, builder: ProgramBuilder::default(), violations: Vec::new() }.run(spec)
    }

    /// The resource of that name.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.name == name)
    }
}

struct Compilation<'a> {
    file: &'a str,
    builder: ProgramBuilder,
    violations: Vec<Violation>,
}

impl Compilation<'_> {
    fn run(mut self, spec: ConnectorSpec) -> Result<Connector> {
        self.check_name(&spec.connector, "a connector's name");
        if spec.resources.is_empty() {
            self.fault(&spec.connector, "required", "`resources` is empty: there is nothing to read");
        }
        let targets = self.targets(&spec.resources);
        let types = declared::check(self.file, &spec.content_types, &mut self.violations);
        for resource in &spec.resources {
            declared::check_fields(self.file, &types, &resource.value, &mut self.violations);
        }
        let resources = spec.resources.into_iter().filter_map(|one| self.resource(one, &targets)).collect();
        let program = match self.builder.build() {
            Ok(program) if self.violations.is_empty() => program,
            Ok(_) => return Err(Error::violated(self.violations)),
            Err(more) => {
                self.violations.extend(more);
                return Err(Error::violated(self.violations));
            }
        };
        Ok(Connector {
            title: spec.title.unwrap_or_else(|| spec.connector.value.clone()),
            name: spec.connector.value,
            auth: spec.auth,
            headers: spec.headers,
            limits: spec.limits,
            content_types: spec.content_types.into_iter().map(|declared| declared.value).collect(),
            resources,
            program,
        })
    }

    /// What each resource becomes, so that a reference knows what it leads to.
    fn targets(&mut self, resources: &[Spanned<ResourceSpec>]) -> IndexMap<String, Target> {
        let mut targets = IndexMap::new();
        for resource in resources {
            let name = &resource.value.name;
            self.check_name(name, "a resource's name");
            let target = if resource.value.asset.is_some() { Target::Asset } else { Target::Entry };
            if targets.insert(name.value.clone(), target).is_some() {
                self.fault(name, "duplicate", format!("resource `{}` is declared twice", name.value));
            }
        }
        targets
    }

    fn resource(
        &mut self,
        spec: Spanned<ResourceSpec>,
        targets: &IndexMap<String, Target>,
    ) -> Option<Resource> {
        let at = Place::of(self.file, &spec).to_string();
        let ResourceSpec { name, list, expand, entry, asset } = spec.value;
        let name = name.value;
        self.check_paging(&name, &list);
        let items = self.jq(&name, "items", &list.items);
        let total = list.total.map(|total| match total {
            TotalSpec::Body(jq) => Total::Body(self.jq(&name, "total", &jq)),
            TotalSpec::Header(header) => Total::Header(header),
        });
        let expand = self.maybe(&name, "expand", expand.as_ref());
        let mapping = match (entry, asset) {
            (Some(entry), None) => Mapping::Entry(self.entry(&name, entry, targets)),
            (None, Some(asset)) => Mapping::Asset(self.asset(&name, &asset)),
            _ => {
                let message = format!("resource `{name}` needs either `entry` or `asset`");
                self.violations.push(Violation::new(at, "required", message));
                return None;
            }
        };
        if let Err(fault) = address::check(&list.path.value) {
            self.fault(&list.path, "path", format!("resource `{name}`: `path` {fault}"));
        }
        let (path, query, paging) = (list.path.value, list.query, list.paging.value);
        Some(Resource { name, path, query, paging, items, total, expand, mapping })
    }

    fn entry(
        &mut self,
        resource: &str,
        spec: super::spec::EntrySpec,
        targets: &IndexMap<String, Target>,
    ) -> EntryMapping {
        let content_type = match &spec.content_type.value {
            TypeSpec::Fixed(key) => ContentTypeOf::Fixed(key.clone()),
            TypeSpec::Computed { jq } => {
                let place = Place::of(self.file, &spec.content_type).to_string();
                ContentTypeOf::Computed(self.builder.add(jq, described(resource, "type"), place))
            }
        };
        let references = spec.references.into_iter().filter_map(|(field, reference)| {
            let Some(to) = targets.get(&reference.value.resource).copied() else {
                let message = format!("there is no resource `{}` to refer to", reference.value.resource);
                self.fault(&reference, "unknown_resource", message);
                return None;
            };
            let id = self.jq(resource, &field, &reference.value.id);
            Some(ReferenceMapping { field, resource: reference.value.resource, to, id })
        });
        let references = references.collect();
        EntryMapping {
            content_type,
            references,
            external_id: self.jq(resource, "external_id", &spec.external_id),
            title: self.jq(resource, "title", &spec.title),
            slug: self.maybe(resource, "slug", spec.slug.as_ref()),
            locale: self.maybe(resource, "locale", spec.locale.as_ref()),
            status: self.maybe(resource, "status", spec.status.as_ref()),
            published_at: self.maybe(resource, "published_at", spec.published_at.as_ref()),
            created_at: self.maybe(resource, "created_at", spec.created_at.as_ref()),
            updated_at: self.maybe(resource, "updated_at", spec.updated_at.as_ref()),
            fields: self.each(resource, "fields", spec.fields),
            tags: self.maybe(resource, "tags", spec.tags.as_ref()),
            categories: self.maybe(resource, "categories", spec.categories.as_ref()),
        }
    }

    fn asset(&mut self, resource: &str, spec: &super::spec::AssetSpec) -> AssetMapping {
        AssetMapping {
            external_id: self.jq(resource, "external_id", &spec.external_id),
            filename: self.jq(resource, "filename", &spec.filename),
            media_type: self.jq(resource, "media_type", &spec.media_type),
            url: self.jq(resource, "url", &spec.url),
            width: self.maybe(resource, "width", spec.width.as_ref()),
            height: self.maybe(resource, "height", spec.height.as_ref()),
            bytes: self.maybe(resource, "bytes", spec.bytes.as_ref()),
            alt: self.maybe(resource, "alt", spec.alt.as_ref()),
            title: self.maybe(resource, "title", spec.title.as_ref()),
            created_at: self.maybe(resource, "created_at", spec.created_at.as_ref()),
            updated_at: self.maybe(resource, "updated_at", spec.updated_at.as_ref()),
            metadata: self.each(resource, "metadata", spec.metadata.clone()),
        }
    }

    fn jq(&mut self, resource: &str, field: &str, jq: &Jq) -> ExpressionId {
        self.builder.add(&jq.value, described(resource, field), Place::of(self.file, jq).to_string())
    }

    fn maybe(&mut self, resource: &str, field: &str, jq: Option<&Jq>) -> Option<ExpressionId> {
        jq.map(|jq| self.jq(resource, field, jq))
    }

    fn each(
        &mut self,
        resource: &str,
        group: &str,
        all: IndexMap<String, Jq>,
    ) -> Vec<(String, ExpressionId)> {
        all.into_iter()
            .map(|(name, jq)| {
                let id = self.jq(resource, &format!("{group}.{name}"), &jq);
                (name, id)
            })
            .collect()
    }

    /// A paging kind whose placeholder is sent nowhere would ask for the first page for ever.
    fn check_paging(&mut self, resource: &str, list: &super::spec::ListSpec) {
        let (placeholder, size) = match list.paging.value {
            Paging::None => return,
            Paging::Page(by) => ("{page}", by.size),
            Paging::Offset(by) => ("{offset}", by.size),
        };
        let sent = |what: &str| {
            list.path.value.contains(what) || list.query.values().any(|value| value.contains(what))
        };
        if !sent(placeholder) {
            let message = format!("resource `{resource}` sends `{placeholder}` nowhere in `path` or `query`");
            self.fault(&list.paging, "paging", message);
        }
        if size == 0 || size > 10_000 {
            let message = format!("resource `{resource}`: a page's size is 1 to 10000, not {size}");
            self.fault(&list.paging, "paging", message);
        }
    }

    fn check_name(&mut self, name: &Spanned<String>, what: &str) {
        let text = name.value.as_str();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
            let message = format!("{what} is 1 to 64 lower-case letters, digits, `-` or `_`, not `{text}`");
            self.fault(name, "name", message);
        }
    }

    fn fault<T>(&mut self, at: &Spanned<T>, code: &'static str, message: impl Into<String>) {
        self.violations.push(Violation::new(Place::of(self.file, at).to_string(), code, message));
    }
}

fn described(resource: &str, field: &str) -> String {
    format!("resource `{resource}`, `{field}`")
}
