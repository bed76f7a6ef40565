//! The variables of an operation, before anything runs.

use async_graphql::{
    Positioned,
    parser::types::{BaseType, VariableDefinition},
};
use serde_json::{Map, Value};

use crate::domain::{Error, Result};

/// Every variable that must be given was given.
///
/// # Errors
/// `INVALID` naming the first one that was not.
pub(super) fn required(
    definitions: &[Positioned<VariableDefinition>],
    variables: &Map<String, Value>,
) -> Result<()> {
    for definition in definitions {
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        let missing = match variables.get(name) {
            Some(Value::Null) => true,
            Some(_) => false,
            None => definition.default_value.is_none(),
        };
        if missing && !definition.var_type.node.nullable {
            let ty = match &definition.var_type.node.base {
                BaseType::Named(name) => name.as_str(),
                BaseType::List(_) => "a list",
            };
            let message = format!("the variable must be given, and not null: it is {ty}");
            return Err(Error::invalid(format!("${name}"), "required", message));
        }
    }
    Ok(())
}
