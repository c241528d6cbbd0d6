"""Drives the playground with slack_sdk: posting, reading back, dialogs, uploads, limits, signatures."""

import http.server
import json
import os
import re
import struct
import subprocess
import threading
import time
import urllib.parse
import urllib.request
import zlib

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, InputBlock, PlainTextInputElement, SectionBlock
from slack_sdk.models.views import View
from slack_sdk.signature import SignatureVerifier

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ARRIVED = []


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes callbacks the way an app would, and keeps them."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        ARRIVED.append((dict(self.headers), body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def start_playground(baton, *more):
    command = [os.environ["BATON_BIN"], "playground", "--baton", baton, "--signing-secret", SECRET]
    child = subprocess.Popen([*command, "--listen", "127.0.0.1:0", *more], stderr=subprocess.PIPE, text=True)
    for line in child.stderr:
        if found := re.match(r"playground listening on (http:\S+)", line):
            return child, found[1]
    raise SystemExit("the playground did not start")


def act(url, what, get=False, **body):
    data = None if get else json.dumps({"user": "U0SELIN", **body}).encode()
    request = urllib.request.Request(f"{url}/_playground/{what}", data, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def refused(call, error):
    try:
        call()
    except SlackApiError as problem:
        assert problem.response["error"] == error, problem.response.data
        return problem.response
    raise AssertionError(f"{error} was expected")


def picture():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b"")


def people(client):
    assert client.auth_test()["bot_id"] == "B0BATON"
    user = client.users_lookupByEmail(email="SELIN@example.com")["user"]
    assert client.users_info(user=user["id"])["user"]["tz"] == "Europe/Istanbul"
    assert [len(page["members"]) for page in client.users_list(limit=2)] == [2, 2, 1]
    refused(lambda: client.users_lookupByEmail(email="nobody@example.com"), "users_not_found")
    refused(lambda: client.users_info(user="U0NOBODY"), "user_not_found")
    return client.conversations_open(users=user["id"])["channel"]["id"]


def messages(client, dm):
    button = ButtonElement(action_id="offer.accept", value="offer_1", text="Accept", style="primary")
    blocks = [SectionBlock(text="*Lead* 4711"), ActionsBlock(block_id="acts", elements=[button])]
    metadata = {"event_type": "lead_card", "event_payload": {"key": "out_1"}}
    posted = client.chat_postMessage(channel=dm, text="Lead 4711", blocks=blocks, metadata=metadata)
    read = client.conversations_history(channel=dm, include_all_metadata=True, limit=15)["messages"][0]
    assert read["ts"] == posted["ts"] and read["metadata"] == metadata, read
    client.chat_update(channel=dm, ts=posted["ts"], text="4711 has moved on")
    read = client.conversations_history(channel=dm, oldest=posted["ts"], inclusive=True)["messages"][0]
    assert "blocks" not in read and "event_payload" not in read["metadata"], read
    client.chat_update(channel=dm, ts=posted["ts"], text="Lead 4711", blocks=blocks)
    reply = client.chat_postMessage(channel=dm, text="a reminder", thread_ts=posted["ts"])
    assert len(client.conversations_replies(channel=dm, ts=posted["ts"])["messages"]) == 2
    client.chat_delete(channel=dm, ts=reply["ts"])
    refused(lambda: client.chat_delete(channel=dm, ts=reply["ts"]), "message_not_found")
    refused(lambda: client.chat_update(channel="U0SELIN", ts=posted["ts"], text="x"), "channel_not_found")
    answer = refused(lambda: client.chat_postMessage(channel=dm, text="x", blocks=[{"type": "actions", "elements": []}]), "invalid_blocks")
    assert "/blocks/0/elements" in answer["response_metadata"]["messages"][0]
    return posted["ts"]


def dialogs(client, url, ts):
    outcome = act(url, "press", ts=ts, action_id="offer.accept")
    assert outcome["answer"]["status"] == 200, outcome
    headers, body = ARRIVED[-1]
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    assert not SignatureVerifier("other").is_valid_request(body, headers)
    trigger = json.loads(urllib.parse.parse_qs(body)["payload"][0])["trigger_id"]
    note = InputBlock(block_id="note", label="Note", element=PlainTextInputElement(action_id="note"))
    view = View(type="modal", title="Why?", submit="Send", blocks=[note])
    opened = client.views_open(trigger_id=trigger, view=view)["view"]
    refused(lambda: client.views_open(trigger_id=trigger, view=view), "exchanged_trigger_id")
    changed = client.views_update(view_id=opened["id"], hash=opened["hash"], view=View(type="modal", title="Why not?", submit="Send", blocks=[note]))
    refused(lambda: client.views_update(view_id=opened["id"], hash=opened["hash"], view=view), "hash_conflict")
    assert changed["view"]["title"]["text"] == "Why not?"
    assert act(url, "submit", values={"note": "because"})["dialog"] is None
    refused(lambda: client.views_update(view_id=opened["id"], view=view), "not_found")


def uploads(client, url, dm):
    done = client.files_upload_v2(channel=dm, content=picture(), filename="week.png", title="Week", alt_txt="a chart", initial_comment="Numbers")
    file = done["files"][0]["id"]
    image = {"type": "image", "slack_file": {"id": file}, "alt_text": "a chart"}
    client.chat_postMessage(channel=dm, text="Numbers", blocks=[image])
    with urllib.request.urlopen(f"{url}/files/{file}") as shown:
        assert shown.read() == picture()


def limits(client, patient, url, dm):
    act(url, "faults", method="chat.postMessage", fault={"kind": "rate_limited", "seconds": 1})
    answer = refused(lambda: client.chat_postMessage(channel=dm, text="x"), "ratelimited")
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "1"
    act(url, "faults", method="chat.postMessage", fault={"kind": "rate_limited", "seconds": 1})
    started = time.monotonic()
    assert patient.chat_postMessage(channel="C0SALES", text="after a while")["ok"]
    assert time.monotonic() - started >= 1
    posts = [lambda: client.chat_postMessage(channel="C0SALES", text="quick")] * 8
    refused(lambda: [post() for post in posts], "ratelimited")


def tokens():
    """Tokens that expire, changed for the next pair by slack_sdk."""
    child, url = start_playground("http://127.0.0.1:1", "--token-life", "2s")
    client = lambda token=None: WebClient(token=token, base_url=f"{url}/api/")
    renew = lambda refresh, secret="playground": client().oauth_v2_access(
        client_id="1000.2000", client_secret=secret, grant_type="refresh_token", refresh_token=refresh
    )
    try:
        assert client("xoxe.xoxb-1-first").auth_test()["ok"]
        refused(lambda: renew("xoxe-1-first", "guessed"), "bad_client_secret")
        pair = renew("xoxe-1-first")
        assert pair["expires_in"] == 2 and pair["refresh_token"] != "xoxe-1-first"
        assert client(pair["access_token"]).auth_test()["ok"]
        time.sleep(2.1)
        refused(lambda: client(pair["access_token"]).auth_test(), "token_expired")
        assert client(renew(pair["refresh_token"])["access_token"]).auth_test()["ok"]
        refused(lambda: renew("xoxe-1-nobodys"), "invalid_refresh_token")
    finally:
        child.terminate()


def main():
    tokens()
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    child, url = start_playground(f"http://127.0.0.1:{receiver.server_port}")
    try:
        client = WebClient(token="xoxb-playground", base_url=f"{url}/api/")
        patient = WebClient(token="xoxb-playground", base_url=f"{url}/api/", retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)])
        refused(lambda: WebClient(token="xoxp-other", base_url=f"{url}/api/").auth_test(), "invalid_auth")
        dm = people(client)
        ts = messages(client, dm)
        dialogs(client, url, ts)
        uploads(client, url, dm)
        limits(client, patient, url, dm)
    finally:
        child.terminate()
    print("slack_sdk: all well")


if __name__ == "__main__":
    main()
