//! Which limits a call was held against, for the journal: noted where each is checked, gathered by whoever runs the call.
//!
//! A call's checks run on one thread, so they are gathered there, and no check has to hand them up.

use std::cell::RefCell;

/// A row of the table of limits, and the largest value that was held against it.
pub type Touched = Vec<(&'static str, usize)>;

thread_local! {
    static TOUCHED: RefCell<Option<Touched>> = const { RefCell::new(None) };
}

/// Runs `work`, and says what it was held against.
pub fn during<T>(work: impl FnOnce() -> T) -> (T, Touched) {
    /// Emptied even if `work` panics, so that the thread's next call does not inherit it.
    struct Emptied;
    impl Drop for Emptied {
        fn drop(&mut self) {
            TOUCHED.with_borrow_mut(Option::take);
        }
    }
    let _emptied = Emptied;
    TOUCHED.set(Some(Vec::with_capacity(8)));
    let done = work();
    (done, TOUCHED.take().unwrap_or_default())
}

/// Notes that `value` is held against the row `name`.
pub fn note(name: &'static str, value: usize) {
    TOUCHED.with_borrow_mut(|touched| {
        let Some(touched) = touched else { return };
        match touched.iter_mut().find(|(known, _)| *known == name) {
            Some((_, largest)) => *largest = value.max(*largest),
            None => touched.push((name, value)),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_each_row_is_kept_and_nothing_stays() {
        note("before", 1);
        let (done, touched) = during(|| {
            [("a", 1), ("b", 5), ("a", 3), ("a", 2)].into_iter().for_each(|(name, value)| note(name, value));
            7
        });
        assert_eq!((done, touched), (7, vec![("a", 3), ("b", 5)]));
        let panicked = std::panic::catch_unwind(|| during::<()>(|| panic!("inside")));
        assert!(panicked.is_err());
        note("after", 1);
        assert!(during(|| ()).1.is_empty());
    }
}
