//! Vendors that send ids only: whether their people can be fetched.

use super::Finding;
use crate::{
    config::compile::Compiled,
    intake::Source,
    store::{Db, fetches, fetches::Standing},
};

const AREA: &str = "fetching";

/// What is wrong with a source's tokens, and who waits. What can't be asked here, the database's own findings say.
pub(super) async fn look(compiled: &Compiled) -> Vec<Finding> {
    let sources = compiled.sources.iter().filter(|it| it.fetches());
    let sources: Vec<&Source> = sources.collect();
    let waiting = standing(&compiled.database).await;
    let mut found: Vec<Finding> = sources.iter().filter_map(|it| token(it)).collect();
    found.extend(waiting.iter().map(waits));
    if found.is_empty() && !sources.is_empty() {
        let names: Vec<&str> = sources.iter().map(|it| it.id.as_str()).collect();
        let what = format!("nobody of {} is waited for", names.join(", "));
        found.push(Finding::well(AREA, what));
    }
    found
}

async fn standing(url: &str) -> Vec<Standing> {
    let Ok(db) = Db::open_read_only(url).await else {
        return Vec::new();
    };
    let asked = db
        .read(async |mut tx| fetches::standing(&mut tx).await)
        .await;
    db.close().await;
    asked.unwrap_or_default()
}

fn token(source: &Source) -> Option<Finding> {
    let id = &source.id;
    (!source.fetch.has_token()).then(|| {
        Finding::look(
            AREA,
            format!(
                "the vendor of {id} may send ids only, and there is no token to ask who they are"
            ),
            "Give the source `fetch = { token = \"${NAME}\" }`, or `tokens` by page or account.",
        )
    })
}

fn waits(one: &Standing) -> Finding {
    let people = match one.waiting {
        1 => "1 person".to_owned(),
        more => format!("{more} people"),
    };
    let why = one
        .problem
        .as_deref()
        .unwrap_or("nobody has been asked yet");
    let what = format!("{people} of {} to be fetched: {why}", one.source);
    if one.refused > 0 {
        let mend = "Put a token that works into `fetch` of that source, then `baton reload`: they are fetched at once. Nobody \
                    is lost; after a day a manager is asked about each.";
        return Finding::broken(AREA, what, mend);
    }
    Finding::look(
        AREA,
        what,
        "It is tried again by itself; after a day a manager is asked about each.",
    )
}
