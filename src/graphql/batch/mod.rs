//! Many changes in one mutation.

mod answer;
mod input;
mod keys;
mod mutation;
mod operation;
mod results;

pub(super) use mutation::BatchMutation;
