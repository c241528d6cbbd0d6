//! A chart as a picture, for Slack draws none itself.

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

use crate::domain::card::{self, Chart, Label, Tone};

const WIDTH: f32 = 900.0;
const ROW_HEIGHT: f32 = 34.0;
const HEAD_HEIGHT: f32 = 130.0;
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

fn colour(tone: Tone) -> Color {
    match tone {
        Tone::Good => GREEN,
        Tone::Fair => AMBER,
        Tone::Bad => RED,
    }
}

fn shown(label: &Label) -> String {
    let name = if label.name.chars().all(is_in_font) {
        &label.name
    } else {
        &label.plain
    };
    if name.chars().nth(LONGEST_NAME).is_none() {
        return name.clone();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// Whether the font that travels with us (Roboto) has this letter: Latin, Greek and Cyrillic.
fn is_in_font(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{17f}' | 'Ș'..='ț' | 'Ά'..='ώ' | 'Ѐ'..='џ' | '‐' | '–' | '’')
        && !matches!(c, '\u{38b}' | '\u{38d}' | '\u{3a2}')
}

/// Draws a chart; the bytes of a PNG.
pub fn draw(chart: &Chart) -> anyhow::Result<Vec<u8>> {
    png_of(&bars(chart).svg()?)
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

fn bars(of: &Chart) -> HorizontalBarChart {
    // The first row of this kind of chart is its lowest.
    let names = of.rows.iter().rev().map(shown).collect();
    let mut chart = HorizontalBarChart::new(of.series.iter().map(series).collect(), names);
    let rows = u16::try_from(of.rows.len()).unwrap_or(u16::MAX);
    chart.width = WIDTH;
    chart.height = HEAD_HEIGHT + ROW_HEIGHT * f32::from(rows);
    chart.margin = Space {
        left: 24.0,
        top: 18.0,
        right: 36.0,
        bottom: 14.0,
    };
    chart.series.colors = of.series.iter().map(|series| colour(series.tone)).collect();
    chart.series_label_position = Some(Position::Inside);
    chart.series.label.font.color = INK;
    chart.series.label.font.size = 13.0;
    style_head(&mut chart, &of.title);
    style_axes(&mut chart, longest(of));
    chart
}

fn longest(of: &Chart) -> u64 {
    let total = |row| {
        let counts = of.series.iter().filter_map(|it| it.values.get(row));
        counts.sum::<u64>()
    };
    (0..of.rows.len()).map(total).max().unwrap_or(0)
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

fn series(of: &card::Series) -> Series {
    let shown = |n: &u64| (*n > 0).then(|| f32::from(u16::try_from(*n).unwrap_or(u16::MAX)));
    Series {
        name: of.name.clone(),
        data: of.values.iter().rev().map(shown).collect(),
        stack: Some("all".to_owned()),
        label_show: true,
        ..Series::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(name: &str) -> Label {
        Label {
            name: name.to_owned(),
            plain: "id".to_owned(),
        }
    }

    fn series(name: &str, tone: Tone, values: [u64; 5]) -> card::Series {
        card::Series {
            name: name.to_owned(),
            tone,
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_picture_is_nine_hundred_pixels_wide() {
        let names = [
            "Ayşe Yılmaz",
            "Jürgen Weiß",
            "José Íñigo",
            "王小明",
            "Selin Kaya",
        ];
        let chart = Chart {
            title: "Offers by rep, this week".to_owned(),
            unit: "offers".to_owned(),
            rows: names.map(label).to_vec(),
            series: vec![
                series("Accepted", Tone::Good, [24, 11, 7, 2, 1]),
                series("Declined", Tone::Fair, [3, 6, 0, 1, 0]),
                series("Expired", Tone::Bad, [2, 1, 4, 0, 0]),
            ],
        };
        let png = draw(&chart).unwrap();
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(png[16..20], 900_u32.to_be_bytes());
        assert_eq!(longest(&chart), 29);
    }

    #[test]
    fn a_name_the_font_cannot_write_gives_way_to_the_id() {
        for (name, written) in [
            ("Ayşe Yılmaz", "Ayşe Yılmaz"),
            ("Łukasz Żółć", "Łukasz Żółć"),
            ("Олена", "Олена"),
            ("王小明", "id"),
            (
                "Anna-Maria von Habsburg-Lothringen",
                "Anna-Maria von Habsburg…",
            ),
        ] {
            assert_eq!(shown(&label(name)), written);
        }
    }
}
