//! API keys and applications: making, rotating and taking back.

mod input;
mod mutation;

pub(super) use mutation::CredentialMutation;
