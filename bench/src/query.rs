//! The seven measured queries: what a client sends, and the hand-written statement that answers the same.

use clap::ValueEnum;

/// One of the measured queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Query {
    /// One entry by its id.
    Q1,
    /// The newest 20 of a brand before a moment.
    Q2,
    /// The same with author, hero image, tags and related entries with their images.
    Q3,
    /// The newest 20 of one colour.
    Q4,
    /// The 20 after the 50,000th.
    Q5,
    /// The best 20 for some words.
    Q6,
    /// As Q2, light, with the total count.
    Q7,
}

/// How a variable becomes a parameter of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text as it is.
    Text,
    /// RFC 3339 to a moment.
    Moment,
    /// A global id to the key in it.
    Id,
}

impl Query {
    /// Every query, in order.
    pub(crate) const ALL: [Self; 7] = [Self::Q1, Self::Q2, Self::Q3, Self::Q4, Self::Q5, Self::Q6, Self::Q7];

    /// The name in addresses and tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Q1 => "Q1",
            Self::Q2 => "Q2",
            Self::Q3 => "Q3",
            Self::Q4 => "Q4",
            Self::Q5 => "Q5",
            Self::Q6 => "Q6",
            Self::Q7 => "Q7",
        }
    }

    /// What it asks for, in a few words.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Q1 => "one entry by id",
            Self::Q2 => "list of 20, newest first",
            Self::Q3 => "nested list: author, hero, tags, related with images",
            Self::Q4 => "custom-field filter",
            Self::Q5 => "page after the 50,000th row",
            Self::Q6 => "search by relevance",
            Self::Q7 => "list of 20 and total count",
        }
    }

    /// The query of that name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|query| query.name() == name)
    }

    /// The GraphQL document.
    pub(crate) const fn document(self) -> &'static str {
        match self {
            Self::Q1 => include_str!("../queries/q1.graphql"),
            Self::Q2 => include_str!("../queries/q2.graphql"),
            Self::Q3 => include_str!("../queries/q3.graphql"),
            Self::Q4 => include_str!("../queries/q4.graphql"),
            Self::Q5 => include_str!("../queries/q5.graphql"),
            Self::Q6 => include_str!("../queries/q6.graphql"),
            Self::Q7 => include_str!("../queries/q7.graphql"),
        }
    }

    /// The ceiling's statement.
    pub(crate) const fn statement(self) -> &'static str {
        match self {
            Self::Q1 => include_str!("../statements/q1.sql"),
            Self::Q2 => include_str!("../statements/q2.sql"),
            Self::Q3 => include_str!("../statements/q3.sql"),
            Self::Q4 => include_str!("../statements/q4.sql"),
            Self::Q5 => include_str!("../statements/q5.sql"),
            Self::Q6 => include_str!("../statements/q6.sql"),
            Self::Q7 => include_str!("../statements/q7.sql"),
        }
    }

    /// The statement's parameters: the variable of each, and how it is read.
    pub(crate) const fn parameters(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::Q1 => &[("id", Kind::Id)],
            Self::Q2 | Self::Q3 | Self::Q7 => &[("brand", Kind::Text), ("before", Kind::Moment)],
            Self::Q4 => &[("brand", Kind::Text), ("before", Kind::Moment), ("color", Kind::Text)],
            Self::Q5 => &[("brand", Kind::Text), ("afterMoment", Kind::Moment), ("afterId", Kind::Id)],
            Self::Q6 => &[("brand", Kind::Text), ("text", Kind::Text)],
        }
    }
}
