//! The picture beside the numbers: what became of the offers of each rep, as bars.

use std::sync::{Arc, LazyLock};

use anyhow::Context;
use charts_rs::{
    Align, Box as Space, Color, DEFAULT_FONT_DATA, HorizontalBarChart, LegendCategory, Position,
    Series,
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{self, Tree, fontdb},
};

const WIDTH: f32 = 900.0;
const ROW_HEIGHT: f32 = 34.0;
const HEAD_HEIGHT: f32 = 130.0;
/// With more the names could not be read.
const MOST_ROWS: usize = 15;
/// More of a name leaves no room for its bar.
const LONGEST_NAME: usize = 24;
/// Alike in no kind of colour blindness, calm, and as dark as the small print needs.
const GREEN: Color = rgb(0x2a, 0x9d, 0x8f);
const AMBER: Color = rgb(0xe9, 0xb9, 0x49);
const RED: Color = rgb(0xc8, 0x6b, 0x5a);
const INK: Color = rgb(0x26, 0x32, 0x38);
const PALE_INK: Color = rgb(0x60, 0x6f, 0x78);
const LINE: Color = rgb(0xe3, 0xe8, 0xea);

const fn rgb(r: u8, g: u8, b: u8) -> Color {
    Color { r, g, b, a: 255 }
}

/// A picture to upload and show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its file name.
    pub name: String,
    /// The bytes of a PNG.
    pub png: Vec<u8>,
    /// What it shows, for those who don't see it.
    pub alt: String,
}

/// What became of the offers of one rep, team, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Whose.
    pub name: String,
    /// What is shown instead of a name that the picture's font can't write.
    pub plain: String,
    /// Accepted offers.
    pub accepted: u64,
    /// Declined offers.
    pub declined: u64,
    /// Expired offers.
    pub expired: u64,
}

impl Bar {
    fn total(&self) -> u64 {
        self.accepted + self.declined + self.expired
    }

    fn label(&self) -> String {
        let name = if self.name.chars().all(is_in_font) {
            &self.name
        } else {
            &self.plain
        };
        if name.chars().nth(LONGEST_NAME).is_none() {
            return name.clone();
        }
        name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
    }
}

/// Whether the font that travels with us (Roboto) has this letter: Latin, Greek and Cyrillic.
fn is_in_font(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{17f}' | 'Ș'..='ț' | 'Ά'..='ώ' | 'Ѐ'..='џ' | '‐' | '–' | '’')
        && !matches!(c, '\u{38b}' | '\u{38d}' | '\u{3a2}')
}

/// Draws the bars, the longest first; nothing if there is nothing to see.
#[must_use]
pub fn draw(title: &str, bars: &[Bar]) -> Option<Picture> {
    let mut bars: Vec<&Bar> = bars.iter().filter(|bar| bar.total() > 0).collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.total()));
    bars.truncate(MOST_ROWS);
    if bars.is_empty() {
        return None;
    }
    let drawn = chart(title, &bars).svg().map_err(anyhow::Error::from);
    match drawn.and_then(|svg| png_of(&svg)) {
        Ok(png) => Some(Picture {
            name: "leadstats.png".to_owned(),
            png,
            alt: alt(title, &bars),
        }),
        Err(error) => {
            tracing::error!(%error, "the picture of the numbers could not be drawn; they go without it");
            None
        }
    }
}

/// The one font of the pictures, which travels with the crate that draws them.
static FONT: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(DEFAULT_FONT_DATA.to_vec());
    Arc::new(fonts)
});

fn png_of(svg: &str) -> anyhow::Result<Vec<u8>> {
    let options = usvg::Options {
        fontdb: Arc::clone(&FONT),
        ..usvg::Options::default()
    };
    let tree = Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).context("a picture without size")?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    Ok(pixels.encode_png()?)
}

fn chart(title: &str, bars: &[&Bar]) -> HorizontalBarChart {
    // The first row of this kind of chart is its lowest.
    let bars: Vec<&Bar> = bars.iter().rev().copied().collect();
    let bars = bars.as_slice();
    let names = bars.iter().map(|bar| bar.label()).collect();
    let series = vec![
        series("Accepted", bars, |bar| bar.accepted),
        series("Declined", bars, |bar| bar.declined),
        series("Expired", bars, |bar| bar.expired),
    ];
    let mut chart = HorizontalBarChart::new(series, names);
    let rows = u16::try_from(bars.len()).unwrap_or(u16::MAX);
    chart.width = WIDTH;
    chart.height = HEAD_HEIGHT + ROW_HEIGHT * f32::from(rows);
    chart.margin = Space {
        left: 24.0,
        top: 18.0,
        right: 36.0,
        bottom: 14.0,
    };
    chart.series.colors = vec![GREEN, AMBER, RED];
    chart.series_label_position = Some(Position::Inside);
    chart.series.label.font.color = INK;
    chart.series.label.font.size = 13.0;
    style_head(&mut chart, title);
    style_axes(
        &mut chart,
        bars.iter().map(|bar| bar.total()).max().unwrap_or(0),
    );
    chart
}

fn style_head(chart: &mut HorizontalBarChart, title: &str) {
    chart.title.text = title
        .chars()
        .map(|c| if is_in_font(c) { c } else { '·' })
        .collect();
    chart.title.align = Align::Left;
    chart.title.font.size = 19.0;
    chart.title.font.color = INK;
    chart.title.height = 34.0;
    chart.legend.align = Align::Right;
    chart.legend.category = LegendCategory::RoundRect;
    chart.legend.font.size = 14.0;
    chart.legend.font.color = INK;
    chart.legend.margin = Some(Space {
        top: 6.0,
        bottom: 14.0,
        ..Space::default()
    });
}

fn style_axes(chart: &mut HorizontalBarChart, longest: u64) {
    chart.x_axis.font.size = 15.0;
    chart.x_axis.font.color = INK;
    chart.x_axis.stroke_color = LINE;
    chart.grid.stroke_color = LINE;
    // Counts are whole: a step is never half a lead.
    let steps = usize::try_from(longest).unwrap_or(1).clamp(1, 5);
    for axis in &mut chart.y_axis_configs {
        axis.split_number = steps;
        axis.min = Some(0.0);
        axis.font.size = 13.0;
        axis.font.color = PALE_INK;
        axis.stroke_color = LINE;
    }
}

fn series(name: &str, bars: &[&Bar], count: impl Fn(&Bar) -> u64) -> Series {
    let shown = |n: u64| (n > 0).then(|| f32::from(u16::try_from(n).unwrap_or(u16::MAX)));
    Series {
        name: name.to_owned(),
        data: bars.iter().map(|bar| shown(count(bar))).collect(),
        stack: Some("offers".to_owned()),
        label_show: true,
        ..Series::default()
    }
}

fn alt(title: &str, bars: &[&Bar]) -> String {
    let lines = bars.iter().map(|bar| {
        let Bar {
            name,
            accepted,
            declined,
            expired,
            ..
        } = bar;
        format!("{name}: {accepted} accepted, {declined} declined, {expired} expired")
    });
    format!("{title}. {}", lines.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, accepted: u64, declined: u64, expired: u64) -> Bar {
        Bar {
            name: name.to_owned(),
            plain: "id".to_owned(),
            accepted,
            declined,
            expired,
        }
    }

    #[test]
    fn a_picture_is_nine_hundred_pixels_wide_and_says_what_it_shows() {
        let bars = [
            bar("Ayşe Yılmaz", 24, 3, 2),
            bar("Jürgen Weiß", 11, 6, 1),
            bar("José Íñigo", 7, 0, 4),
            bar("Selin Kaya", 1, 0, 0),
            bar("王小明", 2, 1, 0),
            bar("Nobody", 0, 0, 0),
        ];
        let picture = draw("Offers by rep, this week", &bars).unwrap();
        assert_eq!(picture.png[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(picture.png[16..20], 900_u32.to_be_bytes());
        assert!(
            picture
                .alt
                .contains("Ayşe Yılmaz: 24 accepted, 3 declined, 2 expired")
        );
        assert!(!picture.alt.contains("Nobody"));
    }

    #[test]
    fn without_numbers_there_is_no_picture() {
        assert_eq!(draw("x", &[]), None);
        assert_eq!(draw("x", &[bar("Ada", 0, 0, 0)]), None);
    }

    #[test]
    fn a_name_the_font_cannot_write_gives_way_to_the_id() {
        for (name, shown) in [
            ("Ayşe Yılmaz", "Ayşe Yılmaz"),
            ("Łukasz Żółć", "Łukasz Żółć"),
            ("Олена", "Олена"),
            ("王小明", "id"),
            (
                "Anna-Maria von Habsburg-Lothringen",
                "Anna-Maria von Habsburg…",
            ),
        ] {
            assert_eq!(bar(name, 1, 0, 0).label(), shown);
        }
    }
}
