//! The pictures of the Teams app are drawn from the drawings beside them.

use std::{fs, path::Path};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};

fn drawn(name: &str) -> Pixmap {
    let svg = fs::read_to_string(folder().join(format!("{name}.svg"))).unwrap();
    let tree = Tree::from_str(&svg, &Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/teams"))
}

#[test]
fn the_pictures_are_what_their_drawings_show() {
    for name in ["color", "outline"] {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        fs::write(&fresh, drawn(name).encode_png().unwrap()).unwrap();
        let kept = folder().join(format!("{name}.png"));
        assert!(
            fs::read(&kept).unwrap_or_default() == fs::read(&fresh).unwrap(),
            "{} should be {}",
            kept.display(),
            fresh.display()
        );
    }
}

#[test]
fn the_outline_is_white_on_nothing() {
    let outline = drawn("outline");
    let seen: Vec<_> = outline
        .pixels()
        .iter()
        .filter(|pixel| pixel.alpha() > 0)
        .collect();
    assert!(!seen.is_empty() && seen.len() < 16 * 32);
    for pixel in seen {
        let colour = pixel.demultiply();
        assert_eq!(
            (colour.red(), colour.green(), colour.blue()),
            (255, 255, 255)
        );
    }
}
