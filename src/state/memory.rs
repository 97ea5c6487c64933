//! State in memory: for `replay`, for tests, and for baselines that are learnt and thrown away.

use rustc_hash::FxHashMap;

use super::{Cell, Cells, Digest, Place, Store, StoreError};

/// How much one detector may remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Cells at most.
    pub cells: usize,
    /// Bytes at most.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            cells: 200_000,
            bytes: 48 << 20,
        }
    }
}

/// What a cell takes beside what it points to: its place in a table that is half full on average.
const CELL: usize = 2 * size_of::<(Digest, Cell)>();

/// Cells in memory, by detector. When a detector has used up its room, the half of its cells that
/// was not touched for longest is given up.
#[derive(Debug, Default)]
pub struct MemoryStore {
    bounds: Bounds,
    /// The places of the shelves.
    names: FxHashMap<String, usize>,
    shelves: Vec<Shelf>,
}

/// The cells of one detector, in two generations.
#[derive(Debug, Default)]
struct Shelf {
    young: FxHashMap<Digest, Cell>,
    old: FxHashMap<Digest, Cell>,
    /// Bytes of the younger generation.
    bytes: usize,
    evicted: u64,
}

impl MemoryStore {
    /// A store that gives each detector that much room.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    fn place(&mut self, detector: &str) -> usize {
        if let Some(place) = self.names.get(detector) {
            return *place;
        }
        self.shelves.push(Shelf::default());
        self.names
            .insert(detector.to_owned(), self.shelves.len() - 1);
        self.shelves.len() - 1
    }

    /// Shows those cells of a detector that are `wanted`.
    fn show(
        &mut self,
        detector: &str,
        wanted: &dyn Fn(&Cell) -> bool,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) {
        let shelf = self.place(detector);
        let Some(shelf) = self.shelves.get_mut(shelf) else {
            return;
        };
        let young = shelf.young.iter_mut().map(|named| (named, true));
        let old = shelf.old.iter_mut().map(|named| (named, false));
        let all = young.chain(old).filter(|((_, cell), _)| wanted(cell));
        let mut cells: Vec<_> = all.collect();
        cells.sort_unstable_by_key(|((key, _), _)| **key);
        for ((key, cell), young) in cells {
            let before = cell.size();
            if look(key, cell) && young {
                shelf.bytes = (shelf.bytes + cell.size()).saturating_sub(before);
            }
        }
    }
}

impl Shelf {
    /// The cell of a key, brought into the younger generation.
    fn cell(&mut self, key: Digest) -> &mut Cell {
        let (old, bytes) = (&mut self.old, &mut self.bytes);
        self.young.entry(key).or_insert_with(|| {
            let cell = old.remove(&key).unwrap_or_default();
            *bytes += CELL + cell.size();
            cell
        })
    }

    fn make_room(&mut self, bounds: Bounds) {
        if self.young.len() > bounds.cells / 2 || self.bytes > bounds.bytes / 2 {
            self.evicted += self.old.len() as u64;
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

impl Cells for MemoryStore {
    fn change(
        &mut self,
        place: Place<'_>,
        change: &mut dyn FnMut(&mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        let shelf = self.place(place.detector);
        if let Some(shelf) = self.shelves.get_mut(shelf) {
            let cell = shelf.cell(place.key);
            let before = cell.size();
            if change(cell) {
                let after = cell.size();
                shelf.bytes = (shelf.bytes + after).saturating_sub(before);
            }
            shelf.make_room(self.bounds);
        }
        Ok(())
    }

    fn each(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        self.show(detector, &|_| true, look);
        Ok(())
    }

    fn waiting(
        &mut self,
        detector: &str,
        look: &mut dyn FnMut(&Digest, &mut Cell) -> bool,
    ) -> Result<(), StoreError> {
        self.show(detector, &|cell| cell.waits().is_some(), look);
        Ok(())
    }
}

impl Store for MemoryStore {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        // Nothing in memory fails half-way.
        work(self)
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        let of = |place: &usize| self.shelves.get(*place).map_or(0, |shelf| shelf.evicted);
        let mut evicted: Vec<_> = self
            .names
            .iter()
            .map(|(detector, place)| (detector.clone(), of(place)))
            .filter(|(_, evicted)| *evicted > 0)
            .collect();
        evicted.sort();
        evicted
    }
}
