//! Full-text search: PostgreSQL's `websearch_to_tsquery` for words, trigrams for typing errors.

use super::{
    arguments::Arguments,
    websearch::{self, Way},
};
use crate::domain::{
    Result,
    access::BrandScope,
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
/// Every entry is indexed both by its words as written and by their stems in its own language. A query looks for the words
/// as written, or for their stems in each language that is written in: one query for the index, whatever the row's language.
/// What is not wanted is taken away from all of that, whichever way it is written.
fn query(search: &Search, arguments: &mut Arguments<'_>) -> Result<String> {
    let theirs = match &search.brands {
        BrandScope::All => None,
        BrandScope::Only(brands) => Some(format!("brand_id = any({})", arguments.bind(brands.clone())?)),
    };
    let languages = match &search.locale {
        Some(locale) => {
            let code = arguments.bind(locale.clone())?;
            let theirs = theirs.map(|theirs| format!(" and {theirs}")).unwrap_or_default();
            format!(
                "select bg_search_config({code}) union select bg_search_config(l) from locale, unnest(chain) l \
                 where code = {code}{theirs}"
            )
        }
        None => {
            let theirs = theirs.map(|theirs| format!(" where {theirs}")).unwrap_or_default();
            format!("select bg_search_config(code) from locale{theirs}")
        }
    };
    let expression = match search.mode {
        SearchMode::Prefix => any_language("to_tsquery", prefixes(&search.text), arguments)?,
        SearchMode::Words | SearchMode::Fuzzy => words(&search.text, arguments)?,
    };
    Ok(format!(
        "(select {expression} from (select array(select 'simple'::regconfig union {languages}) as configs) k)"
    ))
}

/// A text in the syntax of web search engines: any of its ways, in each all that is wanted and nothing that is not.
fn words(text: &str, arguments: &mut Arguments<'_>) -> Result<String> {
    let mut ways = Vec::new();
    for Way { wanted, unwanted } in websearch::ways(text) {
        let mut parts = Vec::with_capacity(unwanted.len().saturating_add(1));
        if !wanted.is_empty() {
            parts.push(any_language("websearch_to_tsquery", wanted, arguments)?);
        }
        for phrase in unwanted {
            parts.push(format!("(!! {})", any_language("phraseto_tsquery", phrase, arguments)?));
        }
        ways.push(format!("({})", parts.join(" && ")));
    }
    if ways.is_empty() {
        // Nothing but operators: they are words then.
        return any_language("plainto_tsquery", text.to_owned(), arguments);
    }
    Ok(ways.join(" || "))
}

/// What a text comes to by one of PostgreSQL's parsers, in any of the languages. Words that a language has no use for (`the`)
/// come to nothing in it, and are left to the others.
fn any_language(parser: &str, text: String, arguments: &mut Arguments<'_>) -> Result<String> {
    let text = arguments.bind(text)?;
    Ok(format!(
        "coalesce((select string_agg('(' || q::text || ')', ' | ') from unnest(k.configs) c, lateral {parser}(c, {text}) q \
         where numnode(q) > 0)::tsquery, ''::tsquery)"
    ))
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
