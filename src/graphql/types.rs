//! The types of the schema, as its SDL has them: what variables are held to, and what fields are of.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};

use crate::domain::{Error, Result};

/// The types of a schema by name.
#[derive(Debug, Default)]
pub(super) struct Types {
    inputs: HashMap<Name, Input>,
    fields: HashMap<Name, HashMap<Name, Type>>,
    interfaces: HashSet<Name>,
}

/// What a value may be.
#[derive(Debug)]
pub(super) enum Input {
    /// A single value.
    Scalar(Scalar),
    /// One of these words.
    Enum(HashSet<Name>),
    /// An object.
    Object {
        /// Its fields by name.
        fields: HashMap<Name, InputField>,
        /// Whether it has exactly one of them.
        one_of: bool,
    },
}

/// A field of an input object.
#[derive(Debug)]
pub(super) struct InputField {
    /// What it holds.
    pub(super) ty: Type,
    /// Whether it may be left out although it is never null.
    pub(super) default: bool,
}

/// What JSON a scalar takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    /// A 32-bit integer.
    Int,
    /// A number.
    Float,
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// A text, or an integer that is taken for one.
    Id,
    /// Anything.
    Any,
}

impl Types {
    /// Reads the types of a schema.
    ///
    /// # Errors
    /// `INTERNAL` where it is none.
    pub(super) fn of_sdl(sdl: &str) -> Result<Self> {
        let mut types = Self::default();
        let known = [
            ("Int", Scalar::Int),
            ("Float", Scalar::Float),
            ("String", Scalar::Text),
            ("Boolean", Scalar::Boolean),
            ("ID", Scalar::Id),
            ("DateTime", Scalar::Text),
        ];
        for definition in parse_schema(sdl).map_err(Error::internal)?.definitions {
            if let TypeSystemDefinition::Type(ty) = definition {
                types.add(ty.node);
            }
        }
        for (name, scalar) in known {
            types.inputs.insert(Name::new(name), Input::Scalar(scalar));
        }
        Ok(types)
    }

    fn add(&mut self, definition: TypeDefinition) {
        let TypeDefinition { name, directives, kind, .. } = definition;
        let name = name.node;
        match kind {
            TypeKind::Scalar => {
                self.inputs.insert(name, Input::Scalar(Scalar::Any));
            }
            TypeKind::Enum(of) => {
                let words = of.values.into_iter().map(|value| value.node.value.node).collect();
                self.inputs.insert(name, Input::Enum(words));
            }
            TypeKind::InputObject(object) => {
                let one_of = directives.iter().any(|directive| directive.node.name.node == "oneOf");
                let field = |field: Positioned<InputValueDefinition>| {
                    let field = field.node;
                    (
                        field.name.node,
                        InputField { ty: field.ty.node, default: field.default_value.is_some() },
                    )
                };
                let fields = object.fields.into_iter().map(field).collect();
                self.inputs.insert(name, Input::Object { fields, one_of });
            }
            TypeKind::Object(object) => {
                self.fields.insert(name, of_fields(object.fields));
            }
            TypeKind::Interface(interface) => {
                self.interfaces.insert(name.clone());
                self.fields.insert(name, of_fields(interface.fields));
            }
            TypeKind::Union(_) => {
                self.interfaces.insert(name);
            }
        }
    }

    /// What a value of that type may be; nothing where the schema has no such input type.
    pub(super) fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.get(name)
    }

    /// The type of a field; nothing where the type has no such field.
    pub(super) fn field(&self, of: &str, name: &str) -> Option<&Type> {
        self.fields.get(of)?.get(name)
    }

    /// Whether rows of several types are of it.
    pub(super) fn is_interface(&self, name: &str) -> bool {
        self.interfaces.contains(name)
    }

    /// Whether a row of one of these types is never a row of the other.
    pub(super) fn apart(&self, one: &str, other: &str) -> bool {
        one != other && !self.interfaces.contains(one) && !self.interfaces.contains(other)
    }
}

fn of_fields(fields: Vec<Positioned<FieldDefinition>>) -> HashMap<Name, Type> {
    fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node)).collect()
}

/// The name of what a type holds, whether in lists or not.
pub(super) fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => innermost(inner),
    }
}
