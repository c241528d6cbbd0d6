"""Drives the playground's Socket Mode with slack_sdk's own client: hello, envelopes, answers, what is not acknowledged, refreshes."""

import threading
import time

from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from sdk import act, refused, start_playground


class App:
    """Acknowledges as told, and keeps what came."""

    def __init__(self, url, name):
        self.came = []
        self.silent = False
        web = WebClient(token="xoxb-playground", base_url=f"{url}/api/")
        self.client = SocketModeClient(app_token=f"xapp-{name}", web_client=web, ping_interval=1)
        self.client.socket_mode_request_listeners.append(self.take)
        self.client.connect()

    def take(self, client, request):
        self.came.append(request)
        if not self.silent:
            payload = {"text": f"to {request.payload['user_id']}"} if request.type == "slash_commands" else None
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload))


def wait(what, within=15):
    until = time.monotonic() + within
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def sockets(url):
    return act(url, "sockets", get=True)["open"]


def envelopes(url, app):
    outcome = act(url, "slash", command="/leads", text="mine")
    assert outcome["problem"] is None and outcome["answer"]["body"] == '{"text":"to U0SELIN"}', outcome
    request = app.came[-1]
    assert request.type == "slash_commands" and request.accepts_response_payload
    assert request.payload["command"] == "/leads" and request.payload["trigger_id"], request.payload
    act(url, "home")
    wait(lambda: app.came[-1].type == "events_api")
    event = app.came[-1].payload
    assert event["type"] == "event_callback" and event["event"]["type"] == "app_home_opened", event


def presses(url, app):
    button = {"type": "button", "action_id": "a", "value": "1", "text": {"type": "plain_text", "text": "A"}}
    posted = app.client.web_client.chat_postMessage(channel="U0SELIN", text="x", blocks=[{"type": "actions", "elements": [button]}])
    outcome = act(url, "press", ts=posted["ts"], action_id="a")
    assert outcome["answer"]["status"] == 200 and outcome["problem"] is None, outcome
    assert app.came[-1].type == "interactive" and app.came[-1].payload["actions"][0]["value"] == "1"


def unacknowledged(url, app):
    app.silent = True
    assert "operation_timeout" in act(url, "slash", command="/leads", text="")["problem"]
    app.silent = False


def redelivered(url, app):
    # The client takes seconds to notice that it was cut off: what it did not acknowledge comes through the other socket.
    spare = App(url, "spare")
    wait(lambda: sockets(url) == 2)
    before = len(app.came)
    act(url, "faults", method="socket", fault={"kind": "drop_after"})
    outcome = act(url, "slash", command="/leads", text="again")
    assert outcome["problem"] is None, outcome
    came = app.came[before:] + spare.came
    retried = [request for request in came if request.retry_attempt == 1]
    assert len(retried) == 1 and retried[0].retry_reason == "timeout", [request.to_dict() for request in came]
    assert len({request.payload["trigger_id"] for request in came}) == 1
    spare.client.close()
    wait(lambda: sockets(url) == 1 and app.client.is_connected())


def refreshed(url, app):
    act(url, "sockets", do="refresh")
    wait(lambda: sockets(url) >= 1 and app.client.is_connected())
    time.sleep(0.5)
    wait(lambda: act(url, "slash", command="/leads", text="")["problem"] is None)


def main():
    child, url = start_playground("http://127.0.0.1:9")
    try:
        bot = WebClient(token="xoxb-playground", base_url=f"{url}/api/")
        refused(lambda: bot.apps_connections_open(app_token="xoxb-playground"), "not_allowed_token_type")
        app = App(url, "one")
        wait(lambda: sockets(url) == 1)
        for step in (envelopes, presses, unacknowledged, redelivered, refreshed):
            step(url, app)
        other = App(url, "two")
        wait(lambda: sockets(url) >= 2)
        for _ in range(4):
            act(url, "slash", command="/leads", text="")
        assert other.came and app.came
        for client in (app.client, other.client):
            client.close()
        assert threading.active_count() < 50
    finally:
        child.terminate()
    print("slack_sdk, Socket Mode: all well")


main()
