//! Latency as a fixed logarithmic histogram: sums of hours are days, and any percentile is at most 7 % off.

use std::array::from_fn;

/// Eight buckets per doubling, from 64 µs to about 134 s.
const BUCKETS: usize = 168;
const SMALLEST_US: u32 = 64;
const LARGEST_US: u32 = (1 << 27) - 1;

/// How many looks took how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u32; BUCKETS]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: Box::new([0; BUCKETS]),
        }
    }
}

impl Histogram {
    /// Counts one latency in µs; what is shorter or longer than the scale counts at its end.
    pub fn add(&mut self, us: u32) {
        let count = &mut self.counts[bucket(us)];
        *count = count.saturating_add(1);
    }

    /// Takes over the counts of another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *mine = mine.saturating_add(*theirs);
        }
    }

    pub fn total(&self) -> u64 {
        sum(&self.counts[..])
    }

    /// The latency in µs below which `per_mille` of all looks stayed (nearest rank, middle of its bucket); none when empty.
    pub fn quantile(&self, per_mille: u16) -> Option<u32> {
        let [quantile] = self.quantiles([per_mille])?;
        Some(quantile)
    }

    /// The same for several, in rising order of `per_mille`, counted in one go.
    pub fn quantiles<const N: usize>(&self, per_mille: [u16; N]) -> Option<[u32; N]> {
        let octaves: [u64; BUCKETS / 8] = from_fn(|octave| sum(self.octave(octave)));
        let total: u64 = octaves.iter().sum();
        let (mut seen, mut octave) = (0, 0);
        let quantile = |per_mille: u16| {
            let rank = (total * u64::from(per_mille.min(1000))).div_ceil(1000);
            let rank = rank.max(1);
            while seen + octaves.get(octave)? < rank {
                seen += octaves[octave];
                octave += 1;
            }
            let mut rest = rank - seen;
            let within = self.octave(octave).iter().position(|count| {
                let is_here = rest <= u64::from(*count);
                rest = rest.saturating_sub((*count).into());
                is_here
            });
            Some(middle(octave * 8 + within?))
        };
        let found = per_mille.map(quantile);
        (total > 0).then_some(found.map(Option::unwrap_or_default))
    }

    /// The counts of a doubling.
    fn octave(&self, octave: usize) -> &[u32] {
        &self.counts[octave * 8..][..8]
    }

    /// The upper end of the highest bucket in use, in µs.
    pub fn max(&self) -> Option<u32> {
        self.counts
            .iter()
            .rposition(|count| *count > 0)
            .map(|index| lower(index + 1))
    }

    /// Sparse bytes for storage: per bucket in use its number and its count as LEB128.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (index, count) in self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
        {
            bytes.push(u8::try_from(index).unwrap_or(u8::MAX));
            let mut rest = *count;
            while rest >= 0x80 {
                bytes.push(u8::try_from(rest & 0x7f).unwrap_or(0) | 0x80);
                rest >>= 7;
            }
            bytes.push(u8::try_from(rest).unwrap_or(0));
        }
        bytes
    }

    /// Reads what `encode` wrote; none for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut histogram = Self::default();
        histogram.merge_encoded(bytes)?;
        Some(histogram)
    }

    /// Takes over the counts of another histogram as `encode` wrote it. None for anything that `decode` does not read, of which
    /// some may be counted then.
    pub fn merge_encoded(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes.iter().copied();
        while let Some(index) = rest.next() {
            let mut count = 0u32;
            for shift in (0..35).step_by(7) {
                let byte = rest.next()?;
                count |= u32::from(byte & 0x7f).checked_shl(shift)?;
                if byte < 0x80 {
                    break;
                }
            }
            let sum = self.counts.get_mut(usize::from(index))?;
            *sum = sum.saturating_add(count);
        }
        Some(())
    }
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|count| u64::from(*count)).sum()
}

fn bucket(us: u32) -> usize {
    let us = us.clamp(SMALLEST_US, LARGEST_US);
    let octave = us.ilog2();
    let eighth = (us >> (octave - 3)) & 7;
    usize::try_from((octave - SMALLEST_US.ilog2()) * 8 + eighth).unwrap_or(0)
}

fn lower(index: usize) -> u32 {
    let octave = u32::try_from(index / 8).unwrap_or(0) + SMALLEST_US.ilog2();
    let eighth = u32::try_from(index % 8).unwrap_or(0);
    (8 + eighth) << (octave - 3)
}

fn middle(index: usize) -> u32 {
    u32::midpoint(lower(index), lower(index + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_latency_is_remembered_within_seven_percent(us in SMALLEST_US..LARGEST_US) {
            let mut histogram = Histogram::default();
            histogram.add(us);
            let seen = f64::from(histogram.quantile(500).unwrap());
            prop_assert!((seen / f64::from(us) - 1.0).abs() < 0.07, "{us} became {seen}");
            prop_assert!(histogram.max().unwrap() > us);
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_latencies(mut values in proptest::collection::vec(0u32..200_000_000, 1..300), per_mille in [0u16..=1000, 0u16..=1000]) {
            let mut histogram = Histogram::default();
            for us in &values { histogram.add(*us); }
            values.sort_unstable();
            let [low, high] = [per_mille[0].min(per_mille[1]), per_mille[0].max(per_mille[1])];
            let nearest = |per_mille: u16| {
                let rank = (values.len() * usize::from(per_mille)).div_ceil(1000).max(1);
                middle(bucket(values[rank - 1]))
            };
            prop_assert_eq!(histogram.quantiles([low, high]), Some([nearest(low), nearest(high)]));
            prop_assert_eq!(histogram.quantile(high), Some(nearest(high)));
        }

        #[test]
        fn storage_keeps_everything(values in proptest::collection::vec(0u32..200_000_000, 0..300)) {
            let mut histogram = Histogram::default();
            for us in &values { histogram.add(*us); }
            prop_assert_eq!(Histogram::decode(&histogram.encode()), Some(histogram));
        }

        #[test]
        fn what_is_stored_is_added_as_it_is(values in proptest::collection::vec(0u32..200_000_000, 0..300), cut in 0usize..300) {
            let (mut first, mut second, mut all) = (Histogram::default(), Histogram::default(), Histogram::default());
            for (n, us) in values.iter().enumerate() {
                if n < cut { first.add(*us); } else { second.add(*us); }
                all.add(*us);
            }
            prop_assert_eq!(first.merge_encoded(&second.encode()), Some(()));
            prop_assert_eq!(first, all);
        }

        #[test]
        fn merging_is_adding(a in proptest::collection::vec(0u32..9_000_000, 0..50), b in proptest::collection::vec(0u32..9_000_000, 0..50)) {
            let (mut left, mut right, mut both) = (Histogram::default(), Histogram::default(), Histogram::default());
            for us in &a { left.add(*us); both.add(*us); }
            for us in &b { right.add(*us); both.add(*us); }
            left.merge(&right);
            prop_assert_eq!(left, both);
        }
    }

    #[test]
    fn nothing_has_no_percentile_and_garbage_is_refused() {
        assert_eq!(Histogram::default().quantile(950), None);
        assert_eq!(Histogram::default().quantiles([500, 950]), None);
        assert_eq!(Histogram::decode(&[200, 1]), None);
        assert_eq!(Histogram::decode(&[3]), None);
    }
}
