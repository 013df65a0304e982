//! A picture through a loaded classifier, timed.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use candleflare::clock::Deadline;
use candleflare::engine::queue::{Cancel, Ticket};
use candleflare::engine::vision::{Classifier, Classify, Picture, Size};

/// A picture of the size that ResNets see.
pub fn pixels() -> Picture {
    Picture { size: Size { width: 224, height: 224 }, pixels: vec![127; 224 * 224 * 3] }
}

/// Seconds for one picture.
pub fn classify(model: &Classifier, picture: Picture) -> Result<f64, Box<dyn std::error::Error>> {
    let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() };
    let (reply, answer) = channel();
    let start = Instant::now();
    let work = move |model: &mut Classify, ticket: &Ticket| model.best(picture, 5, ticket);
    model.solo.submit(ticket, work, move |done| drop(reply.send(done)))?;
    answer.recv()??;
    Ok(start.elapsed().as_secs_f64())
}
