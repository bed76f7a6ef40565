//! `brandgraph token mint`: a bearer token for a person, a program, or a try.

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{
    super::{
        backend::{self, Sharing},
        failure::{Failure, chain},
        identity,
    },
    Context, say,
};
use crate::{domain::access::Role, kit::clock::Clock, service::authn::Authn, store};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  brandgraph token mint --subject ann@example.org --role editor --brand acme --ttl 8h"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print a new token, signed with the configured secret (or the data folder's own)
    #[command(after_help = "Example:\n  brandgraph token mint --subject website --role delivery --ttl 90d")]
    Mint {
        /// Who the token is for; audit records name it
        #[arg(long)]
        subject: String,
        /// What it may do: owner, admin, editor, author, viewer, partner or delivery
        #[arg(long, value_parser = role)]
        role: Role,
        /// The slug of the only brand it reaches, which must exist: the token holds its id. All brands where left out
        #[arg(long)]
        brand: Option<String>,
        /// How long it is valid: a number with s, m, h or d
        #[arg(long, default_value = "1h", value_parser = duration)]
        ttl: TimeDelta,
    },
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let What::Mint { subject, role, brand, ttl } = arguments.what;
    let authn = Authn::new(&identity::settings(&context.config)?, Clock::system(), None)?;
    let brand = match brand {
        None => None,
        Some(slug) => Some(brand_id(context, &slug).await?),
    };
    say(authn.mint(&subject, role, brand, ttl)?);
    Ok(())
}

/// The id of the brand that has the slug now: what the token holds, so that a renamed brand keeps its tokens.
async fn brand_id(context: &Context, slug: &str) -> Result<Uuid, Failure> {
    let (db, postgres) = backend::connect(&context.config, &context.environment, Sharing::Beside).await?;
    let found = store::brand::find_id(&db, slug).await;
    db.close().await;
    backend::stop(postgres).await;
    match found {
        Ok(Some(id)) => Ok(id),
        Ok(None) => Err(Failure::Usage(format!("--brand: there is no brand with the slug {slug:?}"))),
        Err(error) => Err(Failure::Failed(format!("looking for the brand {slug:?}: {}", chain(&error)))),
    }
}

fn role(name: &str) -> Result<Role, String> {
    Role::find(name)
        .ok_or_else(|| format!("there is no such role; there are {}", Role::ALL.map(Role::name).join(", ")))
}

fn duration(text: &str) -> Result<TimeDelta, String> {
    let wrong = || "a number with s, m, h or d is wanted, as in 8h".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let number: i64 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_| wrong())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).and_then(TimeDelta::try_seconds).ok_or_else(|| "that is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::duration;

    #[test]
    fn a_duration_has_a_number_and_a_unit() {
        assert_eq!(duration("90d"), Ok(TimeDelta::days(90)));
        assert_eq!(duration("45s"), Ok(TimeDelta::seconds(45)));
        for wrong in ["", "h", "8", "8 h", "8w", "1.5h", "9223372036854775807d", "8é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
