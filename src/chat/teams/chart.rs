//! Numbers as a chart that Teams draws itself.

use serde_json::{Value, json};

use super::runs;
use crate::domain::card::{Chart, Series, Tone};

const MAX_TITLE: usize = 100;
const MAX_NAME: usize = 30;
/// With more the names could not be read.
pub const MAX_BARS: usize = 15;

/// The chart; `otherwise` is shown by clients that know no charts.
pub fn element(chart: &Chart, otherwise: Value) -> Value {
    let bars = chart
        .rows
        .iter()
        .enumerate()
        .take(MAX_BARS)
        .map(|(at, row)| {
            let parts: Vec<Value> = chart.series.iter().map(|one| part(one, at)).collect();
            json!({"title": runs::line(&row.name, MAX_NAME), "data": parts})
        });
    json!({
        "type": "Chart.HorizontalBar.Stacked",
        "title": runs::line(&chart.title, MAX_TITLE),
        "showTitle": true,
        "xAxisTitle": runs::line(&chart.unit, MAX_NAME),
        "data": bars.collect::<Vec<_>>(),
        "fallback": otherwise,
    })
}

fn part(series: &Series, at: usize) -> Value {
    json!({
        "legend": runs::line(&series.name, MAX_NAME),
        "value": series.values.get(at).copied().unwrap_or_default(),
        "color": colour(series.tone),
    })
}

/// Alike in no kind of colour blindness.
fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "categoricalTeal",
        Tone::Fair => "categoricalMarigold",
        Tone::Bad => "categoricalRed",
    }
}
