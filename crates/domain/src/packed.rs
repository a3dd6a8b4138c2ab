//! Timings (LEB128, in µs) and time by verdict as a few bytes, because millions of them are stored.

use crate::{
    coverage::Spent,
    observation::{Hop, Timings},
};

/// In a header, above every hour that will be: what follows was written by `push_spent`, and not in words of fixed size.
pub(crate) const PACKED: i64 = 1 << 56;

/// An hour, in milliseconds.
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// All of the time went to one verdict, whose number follows in the lower bits.
const WHOLE: u8 = 0x80;

/// dns, tcp, tls, send, ttfb, transfer: what a check keeps of its last hop. Empty when there was no hop.
pub fn phases(last: Option<&Hop>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(hop) = last {
        for us in parts(&hop.timings) {
            push(&mut bytes, us.into());
        }
    }
    bytes
}

/// Reads what `phases` wrote; none for an empty column and for anything else.
pub fn read_phases(mut bytes: &[u8]) -> Option<Timings> {
    let timings = read(&mut bytes)?;
    bytes.is_empty().then_some(timings)
}

/// Per hop how long it queued, its phases, and the bytes of its body.
pub fn hops(hops: &[Hop]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(20 * hops.len());
    for hop in hops {
        push(&mut bytes, hop.timings.queued_us.into());
        for us in parts(&hop.timings) {
            push(&mut bytes, us.into());
        }
        push(&mut bytes, hop.bytes);
    }
    bytes
}

/// Writes into `hops` what was packed for just as many; false, and nothing changed, when it was not.
pub fn restore_hops(hops: &mut [Hop], mut bytes: &[u8]) -> bool {
    let mut read_hops = Vec::with_capacity(hops.len());
    for _ in 0..hops.len() {
        let Some(hop) = read_hop(&mut bytes) else {
            return false;
        };
        read_hops.push(hop);
    }
    if !bytes.is_empty() {
        return false;
    }
    for (hop, (timings, body)) in hops.iter_mut().zip(read_hops) {
        hop.timings = timings;
        hop.bytes = body;
    }
    true
}

fn read_hop(bytes: &mut &[u8]) -> Option<(Timings, u64)> {
    let queued_us = us(bytes)?;
    let timings = Timings {
        queued_us,
        ..read(bytes)?
    };
    Some((timings, pull(bytes)?))
}

fn read(bytes: &mut &[u8]) -> Option<Timings> {
    Some(Timings {
        queued_us: 0,
        dns_us: us(bytes)?,
        tcp_us: us(bytes)?,
        tls_us: us(bytes)?,
        send_us: us(bytes)?,
        ttfb_us: us(bytes)?,
        transfer_us: us(bytes)?,
    })
}

const fn parts(timings: &Timings) -> [u32; 6] {
    [
        timings.dns_us,
        timings.tcp_us,
        timings.tls_us,
        timings.send_us,
        timings.ttfb_us,
        timings.transfer_us,
    ]
}

/// Time by verdict, of a span that lasts `whole_ms`: one byte when one verdict has all of it, which is the rule. Else a byte says
/// which verdicts have any, and theirs follows in ms.
pub(crate) fn push_spent(bytes: &mut Vec<u8>, spent: &Spent, whole_ms: i64) {
    let parts = spent.parts();
    let some = || (0u8..).zip(parts).filter(|(_, ms)| *ms > 0);
    let mut found = some();
    if let (Some((verdict, ms)), None) = (found.next(), found.next())
        && ms == whole_ms
    {
        bytes.push(WHOLE | verdict);
        return;
    }
    bytes.push(some().fold(0, |set, (verdict, _)| set | (1 << verdict)));
    for (_, ms) in some() {
        push(bytes, ms.unsigned_abs());
    }
}

/// Reads what `push_spent` wrote for spans just as long; none for anything else.
pub(crate) fn pull_spent(bytes: &mut &[u8], whole_ms: i64) -> Option<Spent> {
    let (set, rest) = bytes.split_first()?;
    *bytes = rest;
    let mut parts = [0; 5];
    if set & WHOLE != 0 {
        *parts.get_mut(usize::from(set & !WHOLE))? = whole_ms;
    } else if set >> parts.len() == 0 {
        for (verdict, ms) in parts.iter_mut().enumerate() {
            if set & (1 << verdict) != 0 {
                *ms = i64::try_from(pull(bytes)?).ok()?;
            }
        }
    } else {
        return None;
    }
    Some(Spent::of_parts(parts))
}

fn us(bytes: &mut &[u8]) -> Option<u32> {
    u32::try_from(pull(bytes)?).ok()
}

/// Writes a number as LEB128.
pub(crate) fn push(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap_or(0));
}

/// Reads what `push` wrote; none for anything else.
pub(crate) fn pull(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f).checked_shl(shift)?;
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hop() -> impl Strategy<Value = Hop> {
        (any::<[u32; 7]>(), any::<u64>()).prop_map(
            |(
                [
                    queued_us,
                    dns_us,
                    tcp_us,
                    tls_us,
                    send_us,
                    ttfb_us,
                    transfer_us,
                ],
                bytes,
            )| Hop {
                bytes,
                timings: Timings {
                    queued_us,
                    dns_us,
                    tcp_us,
                    tls_us,
                    send_us,
                    ttfb_us,
                    transfer_us,
                },
                ..Hop::default()
            },
        )
    }

    proptest! {
        #[test]
        fn every_timing_comes_back(seen in proptest::collection::vec(hop(), 0..6)) {
            let mut empty = vec![Hop::default(); seen.len()];
            prop_assert!(restore_hops(&mut empty, &hops(&seen)));
            prop_assert_eq!(&empty, &seen);
            if let Some(last) = seen.last() {
                let expected = Timings { queued_us: 0, ..last.timings };
                prop_assert_eq!(read_phases(&phases(Some(last))), Some(expected));
            }
        }

        #[test]
        fn garbage_changes_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut one = [Hop::default()];
            if !restore_hops(&mut one, &bytes) {
                prop_assert_eq!(&one[0], &Hop::default());
            }
        }
    }

    proptest! {
        #[test]
        fn time_by_verdict_comes_back(parts in proptest::array::uniform5(prop_oneof![Just(0), Just(1_000), 0..i64::MAX])) {
            let spent = Spent::of_parts(parts);
            let mut bytes = Vec::new();
            push_spent(&mut bytes, &spent, 1_000);
            let mut left = &bytes[..];
            prop_assert_eq!(pull_spent(&mut left, 1_000), Some(spent));
            prop_assert!(left.is_empty());
        }

        #[test]
        fn garbage_is_no_time(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut left = &bytes[..];
            if let Some(spent) = pull_spent(&mut left, 1_000) {
                prop_assert!(spent.parts().iter().all(|ms| *ms >= 0));
            }
        }
    }

    #[test]
    fn an_hour_of_one_verdict_is_one_byte() {
        let mut bytes = Vec::new();
        push_spent(
            &mut bytes,
            &Spent::of_parts([0, 0, 3_600_000, 0, 0]),
            3_600_000,
        );
        push_spent(&mut bytes, &Spent::default(), 3_600_000);
        assert_eq!(bytes, [0x82, 0]);
    }

    #[test]
    fn no_hop_is_no_bytes() {
        assert_eq!(phases(None), Vec::<u8>::new());
        assert_eq!(read_phases(&[]), None);
    }
}
