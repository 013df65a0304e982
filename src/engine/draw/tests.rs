use super::words::{Noun, understand};
use super::*;

fn wish(prompt: &str, seed: u64) -> Wish {
    Wish {
        prompt: prompt.to_owned(),
        negative: String::new(),
        size: Size { width: 96, height: 64 },
        seed,
        steps: 20,
        guidance: 7.5,
        start: None,
    }
}

fn drawn(wish: &Wish) -> Picture {
    draw(wish, || Ok(())).unwrap()
}

/// How many pixels are about of this colour.
fn count(picture: &Picture, is: impl Fn(&[u8]) -> bool) -> usize {
    picture.pixels.chunks(3).filter(|pixel| is(pixel)).count()
}

#[test]
fn words_are_understood() {
    let found = understand("Three red balls and a cat under the moon at night, boxes", "a cat");
    let things: Vec<_> = found.things.iter().map(|thing| (thing.noun, thing.count)).collect();
    assert_eq!(things, [(Noun::Ball, 3), (Noun::Moon, 1), (Noun::Box, 3)]);
    assert_eq!((found.place, found.colours.len()), (Some(super::words::Place::Night), 1));
}

#[test]
fn the_same_wish_is_the_same_picture() {
    let first = drawn(&wish("a dog", 1));
    assert_eq!((first.size, first.pixels.len()), (Size { width: 96, height: 64 }, 96 * 64 * 3));
    assert_eq!(first, drawn(&wish("a dog", 1)));
    assert_ne!(first, drawn(&wish("a dog", 2)));
    assert_ne!(drawn(&wish("hope", 1)), drawn(&wish("despair", 1)));
}

#[test]
fn what_is_named_is_drawn_in_its_colour() {
    let is_red = |pixel: &[u8]| pixel[0] > 170 && pixel[1] < 90 && pixel[2] < 90;
    let red = count(&drawn(&wish("a red ball", 3)), is_red);
    assert!(red > 200, "{red}");
    assert_eq!(count(&drawn(&wish("a blue ball", 3)), is_red), 0);
    let without = Wish { negative: "ball".to_owned(), ..wish("a red ball by a tree", 3) };
    assert_eq!(count(&drawn(&without), is_red), 0);
}

#[test]
fn a_start_shows_through_where_it_may() {
    let size = Size { width: 2, height: 1 };
    let start = Picture { size, pixels: vec![0, 255, 0, 0, 255, 0] };
    let with = |strength: f64, mask: Option<Picture>| Wish {
        start: Some(Start { picture: start.clone(), strength, mask }),
        ..wish("a red ball at night", 3)
    };
    let is_green = |pixel: &[u8]| pixel == [0, 255, 0];
    assert_eq!(count(&drawn(&with(0.0, None)), is_green), 96 * 64);
    assert_eq!(count(&drawn(&with(1.0, None)), is_green), 0);
    // White is drawn over, black is kept.
    let half = Picture { size, pixels: vec![0, 0, 0, 255, 255, 255] };
    assert_eq!(count(&drawn(&with(1.0, Some(half))), is_green), 48 * 64);
}

#[test]
fn every_noun_leaves_its_mark_and_odd_sizes_are_drawn() {
    for noun in ["sun", "fish", "boat", "umbrella", "castle", "banana", "cup", "car", "bird", "flower", "person"] {
        assert_ne!(drawn(&wish(noun, 1)), drawn(&wish("meadow", 1)), "{noun}");
    }
    for (width, height) in [(1, 1), (1, 300), (300, 1)] {
        let picture = drawn(&Wish { size: Size { width, height }, ..wish("a cat", 1) });
        assert_eq!(picture.pixels.len(), width * height * 3);
    }
}

#[test]
fn whoever_is_gone_stops_it() {
    let stopped = draw(&wish("a cat", 1), || Err(Failure::Cancelled));
    assert_eq!(stopped, Err(Failure::Cancelled));
}
