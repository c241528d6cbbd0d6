//! `baton send LEAD.json --source ID`: signs and posts a lead as the source would.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Common, Format, outside, route, serve, shown::Paint, talk};
use crate::{
    clock::Clock,
    intake::{
        self, Source,
        send::{Delivery, Outgoing, TEST_HEADER},
    },
};

const EXAMPLES: &str = "Examples:
  baton send lead.json --source website --test     the whole way, offered to nobody
  baton send lead.json --source website --url http://127.0.0.1:3000
  echo '{\"email\":\"ada@acme.example\"}' | baton send - --source website --format json";

/// Signs and posts a lead as the source would, and prints the answer.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Send {
    /// The lead: an object of canonical fields (`email`, `name`, `company`, …); for a source with a preset, a body as
    /// its vendor sends it. `-` reads stdin.
    #[arg(value_name = "LEAD.json")]
    lead: PathBuf,
    /// The source in whose name it is sent.
    #[arg(long, value_name = "ID")]
    source: String,
    /// Marks it as a test: it goes the whole way to the reasons, is offered to nobody and counts nowhere.
    #[arg(long)]
    test: bool,
    /// Where Baton is reached [default: `server.public_url`].
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Exit code 0 when it was kept, 1 when it was not, 2 when it can't be sent at all.
pub async fn run(common: &Common, asked: &Send) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let Some(compiled) = serve::read(&common.config(), &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let known = |source: &&Source| source.id.as_str() == asked.source;
    let Some(source) = compiled.sources.iter().find(known) else {
        talk::say(&no_source(&asked.source, &compiled.sources));
        return Ok(ExitCode::from(2));
    };
    let lead = route::read_lead(&asked.lead)?;
    // Some sign the address too, as the server knows it, whichever way it is reached here.
    let signed = address(&compiled.server.public_url, &asked.source)?;
    let delivery = Delivery::of(source);
    let (now, signed) = (clock.now(), signed.as_str());
    let mut outgoing = match serde_json::from_slice::<Map<String, Value>>(&lead) {
        Ok(lead) => delivery.request(&lead, now, signed)?,
        Err(_) if vendor(source).is_some() => delivery.sample(lead, now, signed)?,
        Err(error) => {
            talk::say(&format!("baton: the lead is no JSON object: {error}"));
            return Ok(ExitCode::from(2));
        }
    };
    if asked.test {
        let yes = HeaderValue::from_static("true");
        outgoing.headers.insert(TEST_HEADER, yes);
    }
    let base = asked.url.as_ref().unwrap_or(&compiled.server.public_url);
    let answer = post(base, &asked.source, outgoing).await?;
    talk::print(&match asked.format {
        Format::Json => format!("{}\n", answer.as_json()),
        Format::Text => answer.in_words(Paint::stdout()),
    })?;
    if answer.status == StatusCode::OK {
        if let (Some(title), "quarantined") = (vendor(source), answer.became()) {
            talk::say(&format!(
                "baton: `{}` takes what {title} sends: put a body from its log into the file, whatever its format",
                asked.source
            ));
        }
        return Ok(ExitCode::SUCCESS);
    }
    talk::say(&next(answer.status, base, &asked.source));
    Ok(ExitCode::FAILURE)
}

/// What is said of a source that there is not.
pub fn no_source(asked: &str, sources: &[Source]) -> String {
    let known: Vec<&str> = sources.iter().map(|it| it.id.as_str()).collect();
    let known = match known.as_slice() {
        [] => "it has none; add a [[source]]".to_owned(),
        some => format!("it has {}", some.join(", ")),
    };
    format!("baton: the configuration has no source `{asked}`: {known}")
}

/// Whose bodies a source takes, where they are a vendor's own.
fn vendor(source: &Source) -> Option<&'static str> {
    match source.format {
        intake::Format::Preset(preset) => Some(preset.title),
        intake::Format::Json
        | intake::Format::Form
        | intake::Format::Multipart
        | intake::Format::Xml
        | intake::Format::Email => None,
    }
}

/// What a source is told.
struct Told {
    status: StatusCode,
    body: Value,
}

/// Where a source posts to.
fn address(base: &Url, source: &str) -> anyhow::Result<Url> {
    Ok(base.join("/")?.join("webhooks/")?.join(source)?)
}

async fn post(base: &Url, source: &str, outgoing: Outgoing) -> anyhow::Result<Told> {
    let mut url = address(base, source)?;
    if !outgoing.query.is_empty() {
        url.set_query(Some(&outgoing.query));
    }
    let request = outside::client()?
        .post(url)
        .headers(outgoing.headers)
        .body(outgoing.body);
    let answer = request.send().await.map_err(|error| {
        anyhow::anyhow!(
            "{base} could not be asked: {}. Is `baton serve` running, and is this its address? \
             `--url http://127.0.0.1:3000` names another",
            outside::why(&error)
        )
    })?;
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Told { status, body })
}

impl Told {
    /// The answer as it came; what was no JSON, as a text.
    fn as_json(&self) -> Value {
        match &self.body {
            Value::Object(_) => self.body.clone(),
            other => json!({"status": self.status.as_u16(), "detail": other}),
        }
    }

    /// The submission's status.
    fn became(&self) -> &str {
        self.body["status"].as_str().unwrap_or_default()
    }

    fn in_words(&self, paint: Paint) -> String {
        let text = |name: &str| self.body[name].as_str().unwrap_or_default();
        if self.status != StatusCode::OK {
            let detail = Some(text("detail")).filter(|it| !it.is_empty());
            let head = paint.bad(&format!("refused with {}", self.status));
            return format!("{head}: {}\n", detail.unwrap_or("no reason was given"));
        }
        let status = text("status");
        let mut said = paint.good(status);
        said.push_str(&format!(", {}\n", meaning(status)));
        said.push_str(&format!("  submission  {}\n", text("submission")));
        for lead in texts(&self.body["leads"]) {
            said.push_str(&format!("  lead        {lead}\n"));
        }
        for problem in texts(&self.body["problems"]) {
            said.push_str(&format!("  {}     {problem}\n", paint.warn("problem")));
        }
        said
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str)
}

/// What the word that a source is told means.
fn meaning(status: &str) -> &'static str {
    match status {
        "accepted" => "a lead was made, or an earlier one got something new",
        "duplicate" => "the same came a short while ago, nothing was changed",
        "test" => "it went the whole way, and was offered to nobody",
        "held" => "the source is over its rate, it is let in later",
        "quarantined" => "kept, but not usable yet; look at the problems and the source's `fields`",
        "ignored" => "no lead, and kept as such",
        "pending" => "the person is being fetched from the vendor",
        _ => "kept",
    }
}

/// What to do about an answer other than 200.
fn next(status: StatusCode, base: &Url, source: &str) -> String {
    let next = match status.as_u16() {
        401 | 403 => {
            "The server has another secret for this source, or another clock. Use the configuration and the \
             environment it runs with, and `baton reload` after a change."
                .to_owned()
        }
        404 => format!(
            "The server at {base} has no source `{source}`. Is it the right address? After adding a source: `baton reload`."
        ),
        413 => "Raise `server.max_body`, or send less.".to_owned(),
        415 => "The server reads this source in another format than this configuration says; `baton reload`.".to_owned(),
        429 => "The source is over its `rate`; try again in a while.".to_owned(),
        503 => "The server's database does not answer: `baton doctor` looks for the cause.".to_owned(),
        300..=399 => format!("{base} only points elsewhere; name the address itself with `--url`."),
        _ => "`baton doctor` looks for the cause; the server's log says more.".to_owned(),
    };
    format!("baton: {next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: Value) -> String {
        let status = StatusCode::from_u16(status).expect("a status");
        Told { status, body }.in_words(Paint::plain())
    }

    #[test]
    fn an_answer_is_said_with_its_meaning() {
        let body = json!({"submission": "sub_1", "lead": "lead_1", "leads": ["lead_1"], "status": "accepted",
            "problems": ["`phone` is no number"]});
        insta::assert_snapshot!(told(200, body), @r"
        accepted, a lead was made, or an earlier one got something new
          submission  sub_1
          lead        lead_1
          problem     `phone` is no number
        ");
        let body = json!({"status": 401, "detail": "the signature is wrong"});
        insta::assert_snapshot!(told(401, body), @"refused with 401 Unauthorized: the signature is wrong");
        let page = json!("<html>");
        insta::assert_snapshot!(told(502, page), @"refused with 502 Bad Gateway: no reason was given");
    }
}
