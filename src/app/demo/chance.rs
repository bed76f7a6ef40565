//! Chance that always falls the same way: the demo shows the same content on every machine.

/// A stream of numbers that its seed alone decides (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// The stream of a thing: its kind and number.
    pub(super) fn of(kind: &str, number: usize) -> Self {
        let start = kind.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // Mixed before and after: streams that start a step of the generator apart would be one another, a number later.
        Self(mixed(mixed(start).wrapping_add(number as u64)))
    }

    /// A number below the bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        usize::try_from(mixed(self.0) % (bound.max(1) as u64)).unwrap_or_default()
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T; 8]) -> &'a T {
        let [a, b, c, d, e, f, g, h] = from;
        match self.below(8) {
            0 => a,
            1 => b,
            2 => c,
            3 => d,
            4 => e,
            5 => f,
            6 => g,
            _ => h,
        }
    }

    /// Several different numbers below the bound.
    pub(super) fn several(&mut self, count: usize, bound: usize) -> Vec<usize> {
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count.min(bound) {
            let next = self.below(bound);
            if !chosen.contains(&next) {
                chosen.push(next);
            }
        }
        chosen
    }
}

/// Every bit of the answer hangs on every bit of the number.
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_no_more_than_strangers() {
        let draws = |number| {
            let mut chance = Chance::of("story", number);
            (0..20).map(|_| chance.below(8)).collect::<Vec<usize>>()
        };
        for number in 0..96 {
            let (one, next) = (draws(number), draws(number + 1));
            for shift in 0..4 {
                let same = one.iter().skip(shift).zip(&next).filter(|(a, b)| a == b).count();
                assert!(same < 12, "story {number} and the next are alike, {shift} apart: {one:?} {next:?}");
            }
        }
    }
}
