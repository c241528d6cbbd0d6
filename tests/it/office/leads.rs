//! Leads from outside: how they come in, and what a program reads of them.

use reqwest::{Response, header::HeaderMap};
use serde_json::Value;

use super::{API_TOKEN, Office, WEBSITE_TOKEN};

impl Office {
    /// Posts a submission, and lets Baton do what follows from it.
    pub async fn lead(&self, body: Value) -> Value {
        let answer = self.submit(body).await;
        self.settle().await;
        answer
    }

    /// Posts a submission; Baton's worker does not run yet.
    pub async fn submit(&self, body: Value) -> Value {
        let url = format!(
            "http://{}/webhooks/website?token={WEBSITE_TOKEN}",
            self.baton
        );
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// A vendor posts to its source; Baton's worker does not run yet.
    pub async fn post(&self, source: &str, headers: HeaderMap, body: &str) -> Response {
        let url = format!("http://{}/webhooks/{source}", self.baton);
        let post = self.client.post(url).headers(headers);
        let post = post.header("content-type", "application/json");
        post.body(body.to_owned()).send().await.unwrap()
    }

    /// A vendor that signs nothing posts JSON, and Baton does what follows from it.
    pub async fn sends(&self, source: &str, body: &Value) -> Value {
        let answer = self.post(source, HeaderMap::new(), &body.to_string()).await;
        assert_eq!(answer.status(), 200);
        let answer = answer.json().await.unwrap();
        self.settle().await;
        answer
    }

    /// A vendor posts a form, with its token in the address; Baton's worker does not run yet.
    pub async fn form(&self, source: &str, token: &str, body: &[(&str, &str)]) -> Value {
        let url = format!("http://{}/webhooks/{source}?token={token}", self.baton);
        let answer = self.client.post(url).form(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// Tells what people did, and lets Baton do what follows from it.
    pub async fn activities(&self, source: &str, body: &Value) -> Value {
        let url = format!(
            "http://{}/activities/{source}?token={WEBSITE_TOKEN}",
            self.baton
        );
        let answer = self.client.post(url).json(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer = answer.json().await.unwrap();
        self.settle().await;
        answer
    }

    /// How many leads there are.
    pub async fn leads(&self) -> i64 {
        let count = self
            .engine()
            .db()
            .read(async |mut tx| tx.q("select count(*) from lead").one::<(i64,)>().await);
        count.await.unwrap().0
    }

    /// A vendor asks whether the address is Baton's.
    pub async fn ask(&self, source: &str, query: &str) -> Response {
        let url = format!("http://{}/webhooks/{source}?{query}", self.baton);
        self.client.get(url).send().await.unwrap()
    }

    /// When the first offer of a lead moves on.
    pub async fn until(&self, number: i64) -> String {
        let lead = self.api_lead(number).await;
        lead["offers"][0]["until"].as_str().unwrap().to_owned()
    }

    /// A lead as the API gives it.
    pub async fn api_lead(&self, number: i64) -> Value {
        let url = format!("http://{}/api/v1/leads/{number}", self.baton);
        let asked = self.client.get(url).bearer_auth(API_TOKEN);
        let answer: Response = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "lead {number}");
        answer.json().await.unwrap()
    }

    /// What the API answers to a program that writes.
    pub async fn api(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://{}/api/v1/{path}", self.baton);
        let asked = self.client.post(url).bearer_auth(API_TOKEN).json(body);
        let answer: Response = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// Who has a lead, and who was asked how: `owned by jonas: ayse declined, jonas accepted`.
    pub async fn story_of(&self, number: i64) -> String {
        let lead = self.api_lead(number).await;
        let word = |value: &Value| value.as_str().unwrap_or("nobody").to_owned();
        let offers = lead["offers"].as_array().into_iter().flatten();
        let offers: Vec<String> = offers
            .map(|offer| format!("{} {}", word(&offer["rep"]), word(&offer["state"])))
            .collect();
        let owner = match &lead["owner"] {
            Value::Null => String::new(),
            Value::String(owner) => format!(" by {owner}"),
            owner => format!(" by {}", word(&owner["id"])),
        };
        format!("{}{owner}: {}", word(&lead["state"]), offers.join(", "))
    }
}
