//! In which order rows come.

use super::filter::Operand;

/// Upwards or downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Asc => Self::Desc,
            Self::Desc => Self::Asc,
        }
    }
}

/// Where rows without a value go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

impl Nulls {
    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::First => Self::Last,
            Self::Last => Self::First,
        }
    }
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderKey {
    /// What is compared.
    pub operand: Operand,
    /// Which way.
    pub direction: Direction,
    /// Where rows without a value go; none where every row has one.
    pub nulls: Option<Nulls>,
}

impl OrderKey {
    /// The same key read from the end.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            operand: self.operand.clone(),
            direction: self.direction.reversed(),
            nulls: self.nulls.map(Nulls::reversed),
        }
    }
}
