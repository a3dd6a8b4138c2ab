//! How many pages are read at once, so that those which take long keep no others waiting.

/// Readings under way at once.
const ALL: usize = 32;
/// Of those, pages that could not be read the last time.
const FAILING: usize = 16;
/// Of those, pages whose provider wants a pause between requests: they wait for each other anyway.
const PATIENT: usize = 4;

/// What may make a reading take long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) failing: bool,
    pub(crate) patient: bool,
}

/// The readings under way.
#[derive(Debug, Default)]
pub(crate) struct Room {
    all: usize,
    failing: usize,
    patient: usize,
}

impl Room {
    pub(crate) fn has_place_for(&self, kind: Kind) -> bool {
        self.all < ALL
            && !(kind.failing && self.failing >= FAILING)
            && !(kind.patient && self.patient >= PATIENT)
    }

    pub(crate) fn enter(&mut self, kind: Kind) {
        self.all += 1;
        self.failing += usize::from(kind.failing);
        self.patient += usize::from(kind.patient);
    }

    pub(crate) fn leave(&mut self, kind: Kind) {
        self.all -= 1;
        self.failing -= usize::from(kind.failing);
        self.patient -= usize::from(kind.patient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_fail_or_wait_leave_room_for_others() {
        let (well, failing, patient) = (
            Kind {
                failing: false,
                patient: false,
            },
            Kind {
                failing: true,
                patient: false,
            },
            Kind {
                failing: false,
                patient: true,
            },
        );
        let mut room = Room::default();
        let mut counts = [0; 3];
        for (count, kind) in counts.iter_mut().zip([failing, patient, well]) {
            while room.has_place_for(kind) {
                room.enter(kind);
                *count += 1;
            }
        }
        assert_eq!(counts, [16, 4, 12]);
        room.leave(failing);
        assert!(room.has_place_for(failing) && !room.has_place_for(patient));
    }
}
