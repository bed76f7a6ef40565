//! The mutation type.

/// Everything that changes something.
pub type Mutation = async_graphql::EmptyMutation;
