//! One output buffer, written by several threads at once.

use std::marker::PhantomData;

/// A mutable slice that threads may write in parallel, each its own elements.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    start: *mut f32,
    len: usize,
    owner: PhantomData<&'a mut [f32]>,
}

// SAFETY: it is only a place; whoever writes through it promises, in `at`, that nobody else touches those elements.
unsafe impl Send for Shared<'_> {}
// SAFETY: likewise.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    pub fn new(slice: &'a mut [f32]) -> Self {
        Self { start: slice.as_mut_ptr(), len: slice.len(), owner: PhantomData }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The place of element `offset`, with at least `count` elements from there on.
    ///
    /// # Safety
    /// While the pointer is used for these elements, no other thread may use them.
    #[inline(always)]
    pub unsafe fn at(&self, offset: usize, count: usize) -> *mut f32 {
        assert!(offset <= self.len && count <= self.len - offset);
        // SAFETY: inside the slice, as was just checked.
        unsafe { self.start.add(offset) }
    }
}
