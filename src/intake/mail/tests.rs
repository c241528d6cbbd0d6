//! What e-mails become, and who they are about.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn tree(message: &str) -> Value {
    read(message.replace('\n', "\r\n").as_bytes()).unwrap()
}

/// What is said of the person that an e-mail is about.
fn said(message: &str) -> Value {
    let payload = tree(message);
    match seen(&payload) {
        Seen::People(people) => people[0].said.clone().into_owned(),
        other => panic!("{other:?}"),
    }
}

fn nothing(message: &str) -> String {
    let payload = tree(message);
    match seen(&payload) {
        Seen::Nothing(why) => why,
        other => panic!("{other:?}"),
    }
}

const ENQUIRY: &str = "From: =?UTF-8?Q?Zo=C3=AB_=C3=85gren?= <zoe@nord.example>\nSubject: Sails?\n\
    Date: Mon, 02 Mar 2026 10:15:00 +0100\nMessage-ID: <m1@nord.example>\n\nHow much are two sails?\n\nZoë\n";

#[test]
fn an_enquiry_is_of_who_wrote_it() {
    let message = tree(ENQUIRY);
    assert_eq!(
        message,
        json!({
            "from": {"name": "Zoë Ågren", "email": "zoe@nord.example"},
            "subject": "Sails?",
            "date": "2026-03-02T10:15:00+01:00",
            "message_id": "m1@nord.example",
            "text": "How much are two sails?\n\nZoë",
            "headers": {},
        })
    );
    let writer = said(ENQUIRY);
    assert_eq!(writer["email"], "zoe@nord.example");
    assert_eq!(writer["name"], "Zoë Ågren");
    let elsewhere = ENQUIRY.replace("Subject:", "Reply-To: Ada <ada@acme.example>\nSubject:");
    assert_eq!(said(&elsewhere)["email"], "ada@acme.example");
}

#[test]
fn a_notification_is_of_whom_it_describes() {
    let said = said(
        "From: Website <no-reply@site.example>\nReply-To: ada@acme.example\nSubject: New entry\n\
         Auto-Submitted: auto-generated\n\n\
         Somebody wrote:\nName: Ada Acme\n*Email:* ada@acme.example\nMessage:\nTwo sails,\nplease.\nPage: https://site.example/\n",
    );
    assert_eq!(
        said["answers"],
        json!([
            {"label": "Somebody wrote", "value": ""},
            {"label": "Name", "value": "Ada Acme"},
            {"label": "Email", "value": "ada@acme.example"},
            {"label": "Message", "value": "Two sails,\nplease."},
            {"label": "Page", "value": "https://site.example/"},
        ])
    );
}

#[test]
fn text_counts_before_html_and_files_are_only_named() {
    let parts = "From: a@b.example\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\
        Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nplain\n--a\n\
        Content-Type: text/html\n\n<p>html</p>\n--a--\n--m\nContent-Type: application/pdf; name=\"x.pdf\"\n\
        Content-Disposition: attachment; filename=\"x.pdf\"\n\n%PDF\n--m--\n";
    let message = tree(parts);
    assert_eq!(message["text"], "plain");
    assert_eq!(
        message["attachments"],
        json!([{"name": "x.pdf", "type": "application/pdf", "size": 4}])
    );
    let html = "From: a@b.example\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n\
        <p>J=FCrgen</p><script>x()</script>";
    assert!(tree(html)["text"].as_str().unwrap().starts_with("Jürgen"));
}

#[test]
fn machines_are_nobody() {
    let with = |header: &str| ENQUIRY.replace("Subject:", &format!("{header}\nSubject:"));
    for header in [
        "Auto-Submitted: auto-replied (vacation)",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
    ] {
        assert_eq!(nothing(&with(header)), "an automatic reply", "{header}");
    }
    for header in [
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        "X-Failed-Recipients: a@b.example",
        "Return-Path: <>",
    ] {
        assert_eq!(nothing(&with(header)), "a bounce", "{header}");
    }
    let daemon = ENQUIRY.replace("zoe@nord.example", "MAILER-DAEMON@nord.example");
    assert_eq!(nothing(&daemon), "a bounce");
}

#[test]
fn what_is_no_message_or_too_much_of_one_is_refused() {
    let why = |body: &[u8]| read(body).unwrap_err().to_string();
    assert_eq!(why(b" "), "the body is empty");
    assert_eq!(why(b"just a text"), "not an e-mail: it has no headers");
    let deep = "Content-Type: message/rfc822\n\n".repeat(8_000);
    assert_eq!(
        why(format!("From: a@b.example\n{deep}").as_bytes()),
        "more than 100 messages within each other"
    );
    let allowed = "Content-Type: message/rfc822\n\n".repeat(MOST_NESTED);
    assert!(read(format!("From: a@b.example\n{allowed}").as_bytes()).is_ok());
    assert!(looks_like(b"Return-Path: <x>"));
    for other in [&b"a=b:c"[..], b"{\"a\":1}", b"<a:b>", b"--x", b"", b":"] {
        assert!(!looks_like(other));
    }
}

proptest! {
    #[test]
    fn no_message_brings_it_down(
        body in "(From: |Subject: |Content-Type: |multipart/mixed; boundary=x|text/html|message/rfc822|--x|--|\r\n|=\\?utf-8\\?q\\?|\\?=|a@b\\.c|<|>|:|\"|\\PC){0,50}",
    ) {
        if let Ok(payload) = read(format!("From: a@b.c\r\n{body}").as_bytes()) {
            let _ = seen(&payload);
        }
    }

    #[test]
    fn no_bytes_bring_it_down(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body);
        let _ = looks_like(&body);
    }
}
