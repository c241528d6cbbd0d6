//! What was over its source's rate: kept as `held`, and let in when there is room, the oldest first. What comes
//! while others wait stands in line behind them.

use super::{App, health, intake, webhooks::Webhook};
use crate::{
    domain::submission::Signs,
    engine::{self, Content, Received, Sifting, Stored},
    intake::{self as reading, Source},
    store::submissions::{self, Held},
};

/// How many held submissions of a source are looked at in one go.
const AT_ONCE: i64 = 50;

/// Lets held submissions in, each source's oldest first, as many as its rate has room for now.
/// Says how many; to be called every second or so.
///
/// # Errors
/// [`engine::Error`] when the database does not answer; the rest is for the next time.
pub async fn let_in_held(app: &App) -> Result<usize, engine::Error> {
    let webhooks = app.webhooks.load_full();
    let mut let_in = 0;
    for webhook in webhooks.all() {
        let_in += let_in_of(app, webhook).await?;
    }
    Ok(let_in)
}

async fn let_in_of(app: &App, webhook: &Webhook) -> Result<usize, engine::Error> {
    let source = &webhook.source;
    // Before it is looked: who is held meanwhile is seen by the next look.
    let line = webhook.line();
    let held = app
        .intake
        .db()
        .read(async |mut tx| submissions::held(&mut tx, &source.id, AT_ONCE).await)
        .await;
    let held = held.map_err(engine::Error::Store)?;
    if held.is_empty() {
        webhook.nobody_waits(line);
        return Ok(0);
    }
    webhook.hold();
    let mut let_in = 0;
    for held in held {
        if webhook.spend().is_err() {
            break;
        }
        let content = intake::content(reading::read(
            source,
            held.content_type.as_deref(),
            &held.headers.0,
            &held.body,
        ));
        if let Some(received) = let_one_in(app, source, &held, &content).await? {
            health::count_submission(&received, &source.id);
            intake::tell(&received, &source.id);
            let_in += 1;
        }
    }
    Ok(let_in)
}

/// Lets one in, unless another process has meanwhile.
async fn let_one_in(
    app: &App,
    source: &Source,
    held: &Held,
    content: &Content,
) -> Result<Option<Received>, engine::Error> {
    let engine = &app.intake;
    let now = engine.clock().now();
    let kept = Stored {
        id: held.id.clone(),
        source: source.id.clone(),
        received_at: held.received_at,
        signs: Signs::of(&held.headers.0),
    };
    engine
        .db()
        .write(async |mut tx| {
            if !submissions::lock_held(&mut tx, &held.id).await? {
                return Ok(None);
            }
            engine
                .let_in(&mut tx, &kept, Sifting::Fresh, content, now)
                .await
                .map(Some)
        })
        .await
}
