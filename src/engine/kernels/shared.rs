//! One output buffer, written by several threads at once.

use std::marker::PhantomData;

/// A mutable slice that threads may write in parallel, each its own elements.
pub struct Shared<'a, T> {
    start: *mut T,
    len: usize,
    owner: PhantomData<&'a mut [T]>,
}

// SAFETY: it is only a place; whoever writes through it promises, in `at`, that nobody else touches those elements.
unsafe impl<T: Send> Send for Shared<'_, T> {}
// SAFETY: likewise.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<T> Clone for Shared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub fn new(slice: &'a mut [T]) -> Self {
        Self { start: slice.as_mut_ptr(), len: slice.len(), owner: PhantomData }
    }

    /// The place of element `offset`, with at least `count` elements from there on.
    ///
    /// # Safety
    /// While the pointer is used for these elements, no other thread may use them.
    #[inline(always)]
    pub unsafe fn at(&self, offset: usize, count: usize) -> *mut T {
        assert!(offset <= self.len && count <= self.len - offset);
        // SAFETY: inside the slice, as was just checked.
        unsafe { self.start.add(offset) }
    }

    /// Elements `offset` to `offset + count`.
    ///
    /// # Safety
    /// While the slice lives, nobody else may use these elements.
    #[expect(clippy::mut_from_ref, reason = "that is what the type is for; see the promise")]
    pub unsafe fn slice(&self, offset: usize, count: usize) -> &mut [T] {
        // SAFETY: inside the slice, and the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.at(offset, count), count) }
    }
}
