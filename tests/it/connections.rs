//! Connections that keep Baton waiting are given up, and those that Baton keeps waiting are not.

use std::time::Duration;

use axum::{Router, body::Body, routing::get};
use baton::http::{Patience, serve};
use bytes::Bytes;
use futures_util::stream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

const ASKING: &[u8] = b"GET /quick HTTP/1.1\r\nhost: x\r\n\r\n";

/// Short times, far enough apart to be told from each other.
fn hasty() -> Patience {
    Patience {
        head: Duration::from_millis(200),
        idle: Duration::from_millis(600),
        unread: Duration::from_millis(200),
        last: Duration::from_millis(400),
        connections: 4,
    }
}

/// A small house that is open until it is dropped or told to stop.
struct House {
    address: std::net::SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
    _stop: DropGuard,
}

impl House {
    async fn open(patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let router = Router::new()
            .route("/quick", get(async || "here"))
            .route("/slow", get(slow))
            .route("/events", get(async || Body::from_stream(events())))
            .route("/endless", get(async || Body::from_stream(endless())));
        let served = tokio::spawn(serve(listener, router, patience, stop.clone()));
        Self {
            address,
            served,
            _stop: stop.clone().drop_guard(),
            stop,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Takes longer than every patience but the last.
async fn slow() -> &'static str {
    sleep(Duration::from_millis(300)).await;
    "late"
}

/// Three events with longer rests than any patience.
fn events() -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    stream::unfold(0, async |n| {
        sleep(Duration::from_millis(400)).await;
        (n < 3).then(|| (Ok(Bytes::from(format!("data: {n}\n\n"))), n + 1))
    })
}

fn endless() -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    stream::repeat_with(|| Ok(Bytes::from(vec![b'x'; 64 * 1024])))
}

/// Everything that comes until the other side ends it.
async fn rest_of(connection: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = connection.read_to_end(&mut all);
    // One who is cut off may be told so by a reset.
    drop(timeout(Duration::from_secs(20), read).await.unwrap());
    String::from_utf8_lossy(&all).into_owned()
}

/// As much as is there of an answer that ends with `last`.
async fn answer(connection: &mut TcpStream, last: &str) -> String {
    let mut all = Vec::new();
    while !all.ends_with(last.as_bytes()) {
        let read = connection.read_buf(&mut all);
        assert_ne!(
            timeout(Duration::from_secs(20), read)
                .await
                .unwrap()
                .unwrap(),
            0
        );
    }
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn a_head_that_comes_drop_by_drop_is_not_waited_for() {
    let house = House::open(hasty()).await;
    for asked_before in [false, true] {
        let mut connection = house.connect().await;
        if asked_before {
            connection.write_all(ASKING).await.unwrap();
            answer(&mut connection, "here").await;
        }
        let begun = Instant::now();
        let (mut read, mut write) = connection.split();
        let drip = async {
            for byte in b"GET /quick HTTP/1.1\r\nx-drop: "
                .iter()
                .chain(&[b'a'; 400])
            {
                if write.write_all(&[*byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        let mut got = Vec::new();
        tokio::select! {
            _ = read.read_to_end(&mut got) => {}
            () = drip => panic!("it was waited for"),
        }
        assert!(got.is_empty());
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "not cut off in time"
        );
    }
}

#[tokio::test]
async fn who_connects_and_says_nothing_is_not_waited_for() {
    let house = House::open(hasty()).await;
    let begun = Instant::now();
    assert_eq!(rest_of(&mut house.connect().await).await, "");
    assert!(begun.elapsed() < Duration::from_millis(550));
}

#[tokio::test]
async fn a_connection_without_a_request_is_kept_for_a_while() {
    let house = House::open(hasty()).await;
    let mut connection = house.connect().await;
    connection.write_all(ASKING).await.unwrap();
    answer(&mut connection, "here").await;
    // Longer than a head may take: a proxy keeps its connections for the next request.
    sleep(Duration::from_millis(400)).await;
    connection.write_all(ASKING).await.unwrap();
    answer(&mut connection, "here").await;
    let begun = Instant::now();
    assert_eq!(rest_of(&mut connection).await, "");
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

#[tokio::test]
async fn an_answer_may_take_and_last_as_long_as_it_likes() {
    let house = House::open(hasty()).await;
    let mut slow = house.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(answer(&mut slow, "late").await.starts_with("HTTP/1.1 200"));
    let mut events = house.connect().await;
    events
        .write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let all = answer(&mut events, "0\r\n\r\n").await;
    assert!(all.contains("data: 0") && all.contains("data: 2"), "{all}");
}

#[tokio::test]
async fn who_does_not_read_an_answer_is_cut_off() {
    let house = House::open(hasty()).await;
    let mut connection = house.connect().await;
    connection
        .write_all(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_millis(1500)).await;
    // What was under way is still there to read, and then it ends although the answer has no end.
    assert!(rest_of(&mut connection).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_full_house_closes_what_is_idle_for_who_comes() {
    let patience = Patience {
        idle: Duration::from_secs(60),
        ..hasty()
    };
    let house = House::open(patience).await;
    let mut idle = Vec::new();
    for _ in 0..4 {
        let mut connection = house.connect().await;
        connection.write_all(ASKING).await.unwrap();
        answer(&mut connection, "here").await;
        idle.push(connection);
    }
    let mut fifth = house.connect().await;
    fifth.write_all(ASKING).await.unwrap();
    assert!(answer(&mut fifth, "here").await.starts_with("HTTP/1.1 200"));
    for mut connection in idle {
        assert_eq!(rest_of(&mut connection).await, "");
    }
}

#[tokio::test]
async fn when_it_stops_answers_are_finished_and_nobody_new_is_let_in() {
    let house = House::open(hasty()).await;
    let mut slow = house.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut half = house.connect().await;
    half.write_all(b"GET /quick HTT").await.unwrap();
    let mut idle = house.connect().await;
    idle.write_all(ASKING).await.unwrap();
    answer(&mut idle, "here").await;
    house.stop.cancel();
    assert_eq!(rest_of(&mut idle).await, "");
    assert_eq!(rest_of(&mut half).await, "");
    assert!(rest_of(&mut slow).await.ends_with("late"));
    assert!(TcpStream::connect(house.address).await.is_err());
    house.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn when_it_stops_an_answer_without_end_is_cut_off() {
    let house = House::open(hasty()).await;
    let mut connection = house.connect().await;
    connection
        .write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    answer(&mut connection, "data: 0\n\n\r\n").await;
    let begun = Instant::now();
    house.stop.cancel();
    house.served.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_millis(1500));
    assert!(!rest_of(&mut connection).await.contains("data: 2"));
}
