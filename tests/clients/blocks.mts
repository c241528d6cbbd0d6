// Cards and dialogs as Slack's own types allow them; the playground must take every one of them.

import type { HomeView, KnownBlock, ModalView } from "@slack/types";

export const card: KnownBlock[] = [
  { type: "header", text: { type: "plain_text", text: "#4711 · Brightlogix", emoji: true } },
  {
    type: "section",
    block_id: "facts",
    text: { type: "mrkdwn", text: "*Mina Okafor* asked for a demo.", verbatim: true },
    fields: [
      { type: "mrkdwn", text: "*Score*\n55" },
      { type: "mrkdwn", text: "Accept by <!date^1795298569^{time}|11:42>" },
    ],
    accessory: {
      type: "overflow",
      action_id: "more",
      options: [{ text: { type: "plain_text", text: "Details" }, value: "details" }],
    },
  },
  { type: "divider" },
  {
    type: "rich_text",
    elements: [
      { type: "rich_text_section", elements: [{ type: "text", text: "as written: <!channel>", style: { italic: true } }] },
      { type: "rich_text_list", style: "bullet", elements: [{ type: "rich_text_section", elements: [{ type: "link", url: "https://example.com", text: "site" }] }] },
    ],
  },
  { type: "context", elements: [{ type: "mrkdwn", text: "Your turn in *Enterprise*." }] },
  {
    type: "actions",
    block_id: "decision",
    elements: [
      { type: "button", action_id: "offer.accept", value: "offer_1", style: "primary", text: { type: "plain_text", text: "Accept" }, accessibility_label: "Accept lead 4711" },
      {
        type: "button", action_id: "offer.decline", value: "offer_1", style: "danger", text: { type: "plain_text", text: "Decline" },
        confirm: {
          title: { type: "plain_text", text: "Decline?" }, text: { type: "mrkdwn", text: "It moves on." },
          confirm: { type: "plain_text", text: "Decline" }, deny: { type: "plain_text", text: "Keep" },
        },
      },
      { type: "static_select", action_id: "outcome", placeholder: { type: "plain_text", text: "Outcome" }, options: [{ text: { type: "plain_text", text: "Reached" }, value: "reached" }] },
      { type: "datetimepicker", action_id: "due", initial_date_time: 1795298569 },
    ],
  },
];

export const dialog: ModalView = {
  type: "modal",
  callback_id: "decline",
  private_metadata: "offer_1",
  notify_on_close: true,
  title: { type: "plain_text", text: "Decline this lead" },
  submit: { type: "plain_text", text: "Decline" },
  close: { type: "plain_text", text: "Keep it" },
  blocks: [
    {
      type: "input", block_id: "reason", label: { type: "plain_text", text: "Reason" },
      element: {
        type: "radio_buttons", action_id: "reason",
        options: [
          { text: { type: "plain_text", text: "No capacity" }, value: "capacity" },
          { text: { type: "mrkdwn", text: "Not *my* region" }, value: "region", description: { type: "plain_text", text: "Says who?" } },
        ],
      },
    },
    { type: "input", block_id: "note", optional: true, label: { type: "plain_text", text: "Note" }, element: { type: "plain_text_input", action_id: "note", multiline: true, max_length: 300 } },
    { type: "input", block_id: "until", optional: true, label: { type: "plain_text", text: "Until" }, element: { type: "datepicker", action_id: "until", initial_date: "2026-12-01" } },
    { type: "input", block_id: "cover", optional: true, label: { type: "plain_text", text: "Cover" }, element: { type: "users_select", action_id: "cover" } },
  ],
};

export const home: HomeView = { type: "home", blocks: card };
