//! Sockets against the stand-in for Slack, which shares no code with them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use baton::{
    chat::slack::{
        Secrets, Settings, Slack,
        socket::{Options, Pace},
    },
    clock::Clock,
    playground::{self, Fault, FaultRule, Playground, Trouble},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// Much longer than anything here takes.
const SOON: Duration = Duration::from_secs(20);

/// A stand-in, and Baton's side of its sockets with a handler that counts.
struct Line {
    playground: Playground,
    slack: Arc<Slack>,
    handled: Arc<AtomicUsize>,
    stop: CancellationToken,
    listening: JoinHandle<()>,
}

fn pace() -> Pace {
    Pace {
        hello: Duration::from_secs(5),
        ping: Duration::from_millis(100),
        silence: Duration::from_millis(400),
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(200),
        refused: Duration::from_millis(100),
        ..Pace::default()
    }
}

fn secrets(app_token: Option<&str>) -> Secrets {
    Secrets {
        app_token: app_token.map(Into::into),
        ..Secrets::http("xoxb-test", "")
    }
}

impl Line {
    async fn open(app_token: Option<&str>) -> Self {
        let clock = Clock::system();
        let mut settings = playground::Settings::new(
            "http://127.0.0.1:1",
            "secret",
            Arc::new(move || clock.now()),
        );
        settings.socket_mode = Some(true);
        let playground = Playground::new(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let served = playground.clone();
        tokio::spawn(async move { served.run(listener, CancellationToken::new()).await });
        let api = format!("http://{address}/api/").parse().unwrap();
        let slack = Slack::new(Settings {
            // Shorter than any test: it must not end sockets.
            timeout: Duration::from_millis(900),
            paced: false,
            ..Settings::new(api, secrets(app_token))
        });
        let mut line = Self {
            playground,
            slack: Arc::new(slack.unwrap()),
            handled: Arc::default(),
            stop: CancellationToken::new(),
            listening: tokio::spawn(async {}),
        };
        line.listening = line.listen();
        line
    }

    fn listen(&self) -> JoinHandle<()> {
        let (slack, stop) = (Arc::clone(&self.slack), self.stop.clone());
        let handled = Arc::clone(&self.handled);
        tokio::spawn(async move {
            let options = Options {
                connections: 2,
                pace: pace(),
                chance: Arc::new(|| 0.5),
            };
            let handle = move |kind, payload: Value| {
                handled.fetch_add(1, Ordering::SeqCst);
                async move {
                    let slow = payload["text"].as_str().and_then(|text| text.parse().ok());
                    sleep(Duration::from_millis(slow.unwrap_or(0))).await;
                    Some(json!({"text": format!("{kind:?} of {}", payload["user_id"])}))
                }
            };
            slack.listen(&options, handle, &stop).await;
        })
    }

    async fn sockets(&self, count: usize) {
        let there = async {
            while self.playground.sockets() != count {
                sleep(Duration::from_millis(5)).await;
            }
        };
        let there = timeout(SOON, there).await;
        assert!(
            there.is_ok(),
            "{} sockets, not {count}",
            self.playground.sockets()
        );
    }

    async fn command(&self, text: &str) -> playground::Answer {
        self.playground
            .slash("U0SELIN", "/leads", text)
            .await
            .answer
    }

    async fn is_answered(&self) {
        let answer = self.command("").await;
        assert_eq!(answer.problem, None);
        assert_eq!(answer.body, r#"{"text":"Command of \"U0SELIN\""}"#);
    }

    /// How often an address for a socket was asked for.
    fn opened(&self) -> usize {
        let calls = self.playground.calls();
        calls
            .iter()
            .filter(|call| call.method == "apps.connections.open")
            .count()
    }
}

#[tokio::test]
async fn a_command_through_a_socket_is_answered_in_its_acknowledgement() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    for _ in 0..4 {
        line.is_answered().await;
    }
    assert_eq!(line.opened(), 2);
}

#[tokio::test]
async fn sockets_outlive_what_a_request_may_take() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    sleep(Duration::from_millis(1_500)).await;
    line.is_answered().await;
    assert_eq!(line.opened(), 2);
}

#[tokio::test]
async fn a_socket_that_is_cut_is_opened_again_and_what_was_in_it_is_done() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    for fault in [Fault::DropBefore, Fault::DropAfter] {
        line.playground.fault(FaultRule::next(1, "socket", fault));
        line.is_answered().await;
        line.sockets(2).await;
    }
    assert_eq!(line.opened(), 4);
}

#[tokio::test]
async fn a_socket_that_has_gone_silent_is_replaced() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    line.playground.trouble(Trouble::Silence);
    let again = async {
        while line.opened() < 4 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, again).await.unwrap();
}

#[tokio::test]
async fn the_next_socket_is_there_before_the_one_that_was_asked_to_leave_is_gone() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    let slow = line.playground.clone();
    let slow = tokio::spawn(async move { slow.slash("U0SELIN", "/leads", "700").await });
    sleep(Duration::from_millis(100)).await;
    line.playground.trouble(Trouble::Refresh);
    let least = async {
        let mut least = usize::MAX;
        while line.opened() < 4 {
            least = least.min(line.playground.sockets());
            sleep(Duration::from_millis(1)).await;
        }
        least
    };
    assert!(timeout(SOON, least).await.unwrap() >= 2);
    line.is_answered().await;
    // What was at work in the old one is finished there, once.
    assert_eq!(slow.await.unwrap().problem, None);
    assert_eq!(line.handled.load(Ordering::SeqCst), 2);
    line.sockets(2).await;
}

#[tokio::test]
async fn switched_off_and_on_again_it_comes_back_by_itself() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    line.playground.trouble(Trouble::Disable);
    line.sockets(0).await;
    line.playground.trouble(Trouble::Enable);
    line.sockets(2).await;
    line.is_answered().await;
}

#[tokio::test]
async fn a_token_that_is_given_later_opens_sockets_and_one_that_is_taken_closes_them() {
    let line = Line::open(None).await;
    line.slack.set_secrets(secrets(Some("xapp-1")));
    line.sockets(2).await;
    line.slack.set_secrets(secrets(Some("xapp-2")));
    line.is_answered().await;
    line.slack.set_secrets(secrets(None));
    line.sockets(0).await;
}

#[tokio::test]
async fn what_is_at_work_at_the_stop_is_finished_and_acknowledged() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    let (playground, stop) = (line.playground.clone(), line.stop.clone());
    let pressed = tokio::spawn(async move { playground.slash("U0SELIN", "/leads", "400").await });
    sleep(Duration::from_millis(100)).await;
    stop.cancel();
    line.listening.await.unwrap();
    assert_eq!(pressed.await.unwrap().problem, None);
    assert_eq!(line.playground.sockets(), 0);
}

#[tokio::test]
async fn what_takes_too_long_is_acknowledged_in_time_all_the_same() {
    let line = Line::open(Some("xapp-1")).await;
    line.sockets(2).await;
    let answer = line.command("10000").await;
    assert_eq!((answer.problem, answer.body.as_str()), (None, ""));
}
