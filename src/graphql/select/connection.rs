//! What is wanted of a page: edges, nodes, page info, count and facets.

use std::{cell::OnceCell, sync::Arc};

use async_graphql::parser::types::SelectionSet;

use super::{Place, Selector, collect::Collected, input::Inputs};
use crate::domain::{
    Error, Result,
    catalog::{Join, Noun},
    fields::FieldPath,
    read::{
        Bucket, Connection, CountPart, EdgePart, Facet, FacetPart, Fingerprint, LIMITS, PageInfoPart, Part,
        Selection,
    },
};

impl<'d> Selector<'d> {
    /// The page that a connection field asks for.
    pub(in crate::graphql) fn connection(
        &self,
        noun: &Arc<Noun>,
        join: Option<Join>,
        field: Option<&str>,
        arguments: &Inputs<'_>,
        sets: impl Iterator<Item = &'d SelectionSet>,
        place: Place,
    ) -> Result<Connection> {
        let rows = self.rows(noun, join, arguments)?;
        // Worked out where there are cursors to be read or written, and then once: it walks the whole filter.
        let print = OnceCell::new();
        let fingerprint = || *print.get_or_init(|| rows.fingerprint(join, field));
        let window = self.window(rows.order.len(), arguments, fingerprint)?;
        let outside = place.fan;
        let fan = self.charge(outside, window.limit)?;
        let place = Place { depth: self.deeper(place.depth)?, fan, ..place };
        let mut bodies = Vec::new();
        let mut parts = Vec::new();
        for (key, collected) in self.collect(sets, &connection_name(noun))? {
            let part = self
                .part(noun, &collected, &mut bodies, outside, place)
                .map_err(|error| error.within(key))?;
            parts.push((key.to_owned(), part));
        }
        if bodies.len() > LIMITS.max_bodies as usize {
            let value = bodies.len() as u64;
            return Err(Error::limit(
                ("max_bodies", "places in one page that show its rows"),
                LIMITS.max_bodies,
                value,
            ));
        }
        let fingerprint = if cursors(&parts) { fingerprint() } else { Fingerprint::default() };
        Ok(Connection { rows, window, parts, bodies, fingerprint })
    }

    fn part(
        &self,
        noun: &Arc<Noun>,
        collected: &Collected<'d>,
        bodies: &mut Vec<Selection>,
        outside: u64,
        place: Place,
    ) -> Result<Part> {
        Ok(match collected.name() {
            "__typename" => Part::Typename(connection_name(noun)),
            "nodes" => {
                bodies.push(self.selection(noun, collected.sets(), place)?);
                Part::Nodes(bodies.len().saturating_sub(1))
            }
            "edges" => {
                let type_name = format!("{}Edge", noun.name);
                let mut edge = Vec::new();
                for (key, collected) in self.collect(collected.sets(), &type_name)? {
                    let part = match collected.name() {
                        "__typename" => EdgePart::Typename(type_name.clone()),
                        "cursor" => EdgePart::Cursor,
                        "node" => {
                            let body = self.selection(noun, collected.sets(), place);
                            bodies.push(body.map_err(|error| error.within(key))?);
                            EdgePart::Node(bodies.len().saturating_sub(1))
                        }
                        other => return Err(unknown(other, &type_name)),
                    };
                    edge.push((key.to_owned(), part));
                }
                Part::Edges(edge)
            }
            "pageInfo" => Part::PageInfo(self.leaves(collected, "PageInfo", |name| {
                Some(match name {
                    "hasNextPage" => PageInfoPart::HasNextPage,
                    "hasPreviousPage" => PageInfoPart::HasPreviousPage,
                    "startCursor" => PageInfoPart::StartCursor,
                    "endCursor" => PageInfoPart::EndCursor,
                    "__typename" => PageInfoPart::Typename("PageInfo".to_owned()),
                    _ => return None,
                })
            })?),
            "totalCount" => {
                self.charge(outside, LIMITS.count_rows)?;
                Part::TotalCount(self.leaves(collected, "Count", |name| {
                    Some(match name {
                        "value" => CountPart::Value,
                        "relation" => CountPart::Relation,
                        "__typename" => CountPart::Typename("Count".to_owned()),
                        _ => return None,
                    })
                })?)
            }
            "facets" if noun.content => Part::Facets(self.facets(collected, outside)?),
            other => return Err(unknown(other, &connection_name(noun))),
        })
    }

    fn facets(&self, collected: &Collected<'d>, outside: u64) -> Result<Vec<(String, FacetPart)>> {
        self.collect(collected.sets(), FACETS)?
            .into_iter()
            .map(|(key, collected)| {
                let part = self.facet(&collected, outside).map_err(|error| error.within(key))?;
                Ok((key.to_owned(), part))
            })
            .collect()
    }

    fn facet(&self, collected: &Collected<'d>, outside: u64) -> Result<FacetPart> {
        let arguments = self.arguments(collected.field())?;
        let arguments = Inputs::of_field(&arguments);
        let facet = match collected.name() {
            "__typename" => return Ok(FacetPart::Typename(FACETS.to_owned())),
            "tags" => Facet::Tags,
            "categories" => {
                let asked = arguments.find("withDescendants").map(|input| input.boolean()).transpose()?;
                Facet::Categories { with_descendants: asked.unwrap_or(false) }
            }
            "contentTypes" => Facet::ContentTypes,
            "statuses" => Facet::Statuses,
            "locales" => Facet::Locales,
            "field" => {
                let path = arguments.get("path")?;
                Facet::Field(FieldPath::parse(path.text()?, path.path())?)
            }
            other => return Err(unknown(other, FACETS)),
        };
        self.charge(outside, LIMITS.facet_rows)?;
        let limit = match arguments.find("first") {
            None => 10,
            Some(input) => {
                u32::try_from(input.int()?).ok().filter(|limit| *limit <= LIMITS.max_buckets).ok_or_else(
                    || input.wrong("range", &format!("must be between 0 and {}", LIMITS.max_buckets)),
                )?
            }
        };
        let buckets = self.leaves(collected, "FacetBucket", |name| {
            Some(match name {
                "value" => Bucket::Value,
                "label" => Bucket::Label,
                "id" => Bucket::Id,
                "count" => Bucket::Count,
                "__typename" => Bucket::Typename("FacetBucket".to_owned()),
                _ => return None,
            })
        })?;
        Ok(FacetPart::Counts(facet, limit, buckets))
    }

    /// The fields of a type that has only leaves.
    fn leaves<T>(
        &self,
        collected: &Collected<'d>,
        type_name: &str,
        known: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<(String, T)>> {
        self.collect(collected.sets(), type_name)?
            .into_iter()
            .map(|(key, leaf)| {
                let part = known(leaf.name()).ok_or_else(|| unknown(leaf.name(), type_name))?;
                Ok((key.to_owned(), part))
            })
            .collect()
    }
}

/// The type of the facets.
const FACETS: &str = "EntryFacets";

/// Whether the page shows any cursor.
fn cursors(parts: &[(String, Part)]) -> bool {
    parts.iter().any(|(_, part)| match part {
        Part::Edges(edge) => edge.iter().any(|(_, part)| matches!(part, EdgePart::Cursor)),
        Part::PageInfo(info) => {
            info.iter().any(|(_, part)| matches!(part, PageInfoPart::StartCursor | PageInfoPart::EndCursor))
        }
        Part::Typename(_) | Part::Nodes(_) | Part::TotalCount(_) | Part::Facets(_) => false,
    })
}

fn connection_name(noun: &Noun) -> String {
    format!("{}Connection", noun.name)
}

fn unknown(field: &str, type_name: &str) -> Error {
    Error::invalid(field, "unknown", format!("is not a field of {type_name}"))
}
