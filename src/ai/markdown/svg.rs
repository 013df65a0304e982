//! SVG: rendered, so that the models can look at it, and the texts that it holds, which rendering leaves out.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::xml::{Step, walk};

/// What production shrinks pictures to before they are looked at.
const MOST: (f32, f32) = (1280.0, 720.0);
/// Small drawings are rendered larger, which costs nothing: they have no pixels of their own.
const LEAST: f32 = 256.0;

/// The drawing as a PNG on white paper.
pub fn render(bytes: &[u8]) -> Result<Vec<u8>, String> {
    // Files that a drawing points to stay where they are: without a folder none is found.
    let tree = Tree::from_data(bytes, &Options::default()).map_err(|error| format!("damaged: {error}"))?;
    let size = tree.size();
    let fit = (MOST.0 / size.width()).min(MOST.1 / size.height());
    let scale = fit.min((LEAST / size.width().max(size.height())).max(1.0));
    let side = |side: f32| (side * scale).round().max(1.0) as u32;
    let (width, height) = (side(size.width()), side(size.height()));
    let mut pixmap = Pixmap::new(width, height).ok_or("damaged: it has no size")?;
    pixmap.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let mut file = Cursor::new(Vec::new());
    PngEncoder::new(&mut file)
        .write_image(pixmap.data(), width, height, ExtendedColorType::Rgba8)
        .map_err(|error| format!("cannot be rendered: {error}"))?;
    Ok(file.into_inner())
}

/// Title, description and texts, a line each.
pub fn texts(svg: &str) -> Vec<String> {
    let (mut lines, mut line, mut depth) = (Vec::new(), String::new(), 0usize);
    let is_text = |name: &str| matches!(name.rsplit(':').next(), Some("title" | "desc" | "text"));
    let walked = walk(svg, |step| {
        match step {
            Step::Start(element) if is_text(element.name()) => depth += 1,
            Step::Text(text) if depth > 0 => line.push_str(text),
            Step::End(name) if is_text(name) => {
                depth = depth.saturating_sub(1);
                let said = line.split_whitespace().collect::<Vec<_>>().join(" ");
                line.clear();
                if !said.is_empty() {
                    lines.push(said);
                }
            }
            _ => {}
        }
        Ok(())
    });
    // A drawing that is no XML was refused when it was rendered.
    if walked.is_err() { Vec::new() } else { lines }
}
