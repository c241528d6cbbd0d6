//! The sign of life for whoever watches from outside: there while Baton does what is due, silent when not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use baton::{
    app::heartbeat::on_time,
    store::{Error, instance},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    cli::Place,
    office::{SALES, on_both},
};

/// Somebody who watches: an address, and how often it was fetched.
async fn watcher() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/baton", listener.local_addr().unwrap());
    let fetched = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&fetched);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.unwrap_or_default();
            if request[..read].starts_with(b"GET /baton ") {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
    });
    (url, fetched)
}

#[tokio::test]
async fn a_server_that_is_on_time_says_so() {
    let place = Place::new().await;
    let (url, fetched) = watcher().await;
    let heartbeat = format!("[server]\nheartbeat = {{ url = \"{url}\", every = \"1s\" }}\n");
    place.change("[server]\n", &heartbeat);
    let server = place.serve();
    for _ in 0..600 {
        if fetched.load(Ordering::SeqCst) >= 2 {
            return server.stop();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no heartbeat within a minute");
}

#[tokio::test]
async fn it_goes_silent_when_the_worker_stands_still_or_a_lead_is_overdue() {
    on_both(SALES, async |office| {
        let engine = office.engine();
        office.lead(super::journeys::ada()).await;
        office.settle().await;
        assert_eq!(on_time(engine).await.unwrap(), None);
        // Until the first step nothing is due, but the worker would have said that it is alive.
        office.sleep("60s");
        let why = on_time(engine).await.unwrap();
        assert_eq!(why, Some("it has not said that it is alive"));
        office.sleep("30m");
        let now = engine.clock().now();
        let beat = engine.db().write(async |mut tx| {
            instance::beat(&mut tx, "run_alive", now).await?;
            Ok::<_, Error>(())
        });
        beat.await.unwrap();
        assert_eq!(
            on_time(engine).await.unwrap(),
            Some("a lead waits for its step")
        );
        office.settle().await;
        assert_eq!(on_time(engine).await.unwrap(), None);
    })
    .await;
}
