//! Which rows are computed next.

use std::ops::Range;

/// What a request still needs: the lengths of its remaining rows, in order.
pub trait Remaining {
    fn lengths(&self) -> impl Iterator<Item = usize>;
}

/// Rows of one request: how many of its next ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Index among the requests.
    pub request: usize,
    pub rows: usize,
}

/// Fills a batch of about `budget` tokens from `requests`, oldest first. Half of it is the oldest request's, so that
/// nothing starves; the rest goes to those with the least left, so that small ones do not wait for a big one.
/// At least one row is taken if there is any.
pub fn next_batch(requests: &[impl Remaining], budget: usize) -> Vec<Share> {
    let mut taken = vec![0; requests.len()];
    let mut used = 0;
    let mut take = |request: usize, limit: usize, taken: &mut [usize]| {
        for length in requests[request].lengths().skip(taken[request]) {
            if used > 0 && used + length > limit {
                break;
            }
            used += length;
            taken[request] += 1;
        }
    };
    if !requests.is_empty() {
        take(0, budget / 2, &mut taken);
    }
    let mut by_size: Vec<usize> = (0..requests.len()).collect();
    by_size.sort_by_cached_key(|request| requests[*request].lengths().sum::<usize>());
    for request in by_size {
        take(request, budget, &mut taken);
    }
    let shares = taken.into_iter().enumerate().filter(|(_, rows)| *rows > 0);
    shares.map(|(request, rows)| Share { request, rows }).collect()
}

/// The rows of each share in the batch that is made of them.
pub fn places(shares: &[Share]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    shares.iter().map(move |share| {
        start += share.rows;
        start - share.rows..start
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Remaining for Vec<usize> {
        fn lengths(&self) -> impl Iterator<Item = usize> {
            self.iter().copied()
        }
    }

    fn rows(requests: &[Vec<usize>], budget: usize) -> Vec<(usize, usize)> {
        next_batch(requests, budget).into_iter().map(|share| (share.request, share.rows)).collect()
    }

    #[test]
    fn a_big_request_leaves_room_for_small_ones() {
        assert_eq!(rows(&[vec![10; 100], vec![10; 2], vec![10]], 100), [(0, 7), (1, 2), (2, 1)]);
        assert_eq!(rows(&[vec![10; 2], vec![10; 100]], 100), [(0, 2), (1, 8)]);
    }

    #[test]
    fn the_oldest_gets_its_half_and_at_least_one_row() {
        assert_eq!(rows(&[vec![10; 9], vec![10; 8], vec![10; 8]], 100), [(0, 5), (1, 5)]);
        assert_eq!(rows(&[vec![500, 1], vec![1]], 100), [(0, 1)]);
        assert_eq!(rows(&[vec![], vec![500]], 100), [(1, 1)]);
        assert!(rows(&[], 100).is_empty());
    }

    #[test]
    fn shares_lie_one_behind_the_other() {
        let shares = [Share { request: 0, rows: 2 }, Share { request: 3, rows: 1 }];
        assert_eq!(places(&shares).collect::<Vec<_>>(), [0..2, 2..3]);
    }
}
