//! Full-text search: PostgreSQL's `websearch_to_tsquery` for words, trigrams for typing errors.

use super::arguments::Arguments;
use crate::domain::{
    Result,
    read::{Search, SearchMode},
};

/// The condition that a row fits the search.
pub(super) fn condition(alias: &str, search: &Search, arguments: &mut Arguments<'_>) -> Result<String> {
    Ok(match search.mode {
        SearchMode::Words | SearchMode::Prefix => {
            format!("{alias}.search @@ {}", query(search, arguments)?)
        }
        SearchMode::Fuzzy => format!("{} <% {alias}.title", arguments.bind(search.text.clone())?),
    })
}

/// How well a row fits, more is better. For words it is `ts_rank_cd` (cover density), which is not BM25.
pub(super) fn relevance(alias: &str, search: &Search, arguments: &mut Arguments<'_>) -> Result<String> {
    Ok(match search.mode {
        SearchMode::Words | SearchMode::Prefix => {
            format!("ts_rank_cd({alias}.search, {})", query(search, arguments)?)
        }
        SearchMode::Fuzzy => {
            format!("word_similarity({}, {alias}.title)", arguments.bind(search.text.clone())?)
        }
    })
}

/// The query, as a subselect so that it is worked out once and not for each row.
///
/// Every entry is indexed both by its words as written and by their stems in its own language, so a query looks for both.
fn query(search: &Search, arguments: &mut Arguments<'_>) -> Result<String> {
    let (function, text) = match search.mode {
        SearchMode::Prefix => ("to_tsquery", prefixes(&search.text)),
        SearchMode::Words | SearchMode::Fuzzy => ("websearch_to_tsquery", search.text.clone()),
    };
    let text = arguments.bind(text)?;
    let config = match &search.locale {
        Some(locale) => format!("bg_search_config({})", arguments.bind(locale.clone())?),
        None => "'english'".to_owned(),
    };
    Ok(format!("(select {function}('simple', {text}) || {function}({config}, {text}))"))
}

/// Every word in quotes, the last one open-ended, in the syntax of `to_tsquery`.
fn prefixes(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.split_last() {
        Some((last, before)) => {
            let before: String = before.iter().map(|word| format!("'{word}' & ")).collect();
            format!("{before}'{last}':*")
        }
        None => String::new(),
    }
}
