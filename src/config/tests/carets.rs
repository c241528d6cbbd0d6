//! The ten mistakes that people make most, as they are shown.

use super::shown;

#[test]
fn mistakes_are_shown_with_a_caret() {
    insta::assert_snapshot!(shown("[[rep]]\nid = \"ayse\"\nname = \"Ayşe\"\nwieght = 2\n"), @r#"
      × unknown key `wieght`
       ╭─[baton.toml:4:1]
     3 │ name = "Ayşe"
     4 │ wieght = 2
       · ──────
       ╰────
      help: did you mean `weight`?
    "#);
    insta::assert_snapshot!(shown("[[rep]]\nid = \"ayse\"\n"), @r#"
     × `name` is missing
      ╭─[baton.toml:1:1]
    1 │ [[rep]]
      · ───────
    2 │ id = "ayse"
      ╰────
     help: add a line `name = …` to this table
    "#);
    insta::assert_snapshot!(shown("[[rep]]\nid = \"ayse\"\nname = \"Ayşe\"\nlevel = \"senor\"\n"), @r#"
      × `senor` is not possible here
       ╭─[baton.toml:4:9]
     3 │ name = "Ayşe"
     4 │ level = "senor"
       ·         ───────
       ╰────
      help: did you mean `senior`?
    "#);
    insta::assert_snapshot!(shown("[[rep]]\nid = \"ayse\"\nname = \"Ayşe\"\nlanguages = \"tr\"\n"), @r#"
     × this is a text, expected a list
      ╭─[baton.toml:4:13]
    3 │ name = "Ayşe"
    4 │ languages = "tr"
      ·             ────
      ╰────
     help: write it in brackets, with commas between: `["…", "…"]`
    "#);
    insta::assert_snapshot!(shown("[server]\nlisten = 3000\n"), @r#"
     × this is a number, expected a text in quotes
      ╭─[baton.toml:2:10]
    1 │ [server]
    2 │ listen = 3000
      ·          ────
      ╰────
     help: write one text in quotes: `"…"`
    "#);
    insta::assert_snapshot!(shown("[serverr]\nlisten = \"127.0.0.1:3000\"\n"), @r#"
      × unknown key `serverr`
       ╭─[baton.toml:1:2]
     1 │ [serverr]
       ·  ───────
     2 │ listen = "127.0.0.1:3000"
       ╰────
      help: did you mean `server`?
    "#);
    insta::assert_snapshot!(shown("[slack]\nbot_token = \"${UNSET}\"\n"), @r#"
      × `UNSET` is not set
       ╭─[baton.toml:2:14]
     1 │ [slack]
     2 │ bot_token = "${UNSET}"
       ·              ────────
       ╰────
      help: set it in the environment; `$${` is a literal `${`
    "#);
    insta::assert_snapshot!(shown("[[route]]\nid = \"rest\"\nto = \"sdr\"\n"), @r#"
     × this is a text, expected a target such as `{ team = "sdr" }`
      ╭─[baton.toml:3:6]
    2 │ id = "rest"
    3 │ to = "sdr"
      ·      ─────
      ╰────
     help: the example configuration shows how it is written
    "#);
    insta::assert_snapshot!(shown("[team]\nid = \"sdr\"\nmembers = []\n"), @r#"
      × this is a table, expected a list
       ╭─[baton.toml:1:1]
     1 │ [team]
       · ──────
     2 │ id = "sdr"
       ╰────
      help: there can be several: `[[team]]`
    "#);
    insta::assert_snapshot!(shown("[slack]\nbot_token = \"xoxb-1\"\nsigning_secret = \"f00\n"), @r#"
     × this is no TOML: invalid basic string, expected `"`
      ╭─[baton.toml:3:22]
    2 │ bot_token = ********
    3 │ signing_secret = ****
      ·                      ▲
      ╰────
     help: a text stands in quotes, a list in brackets, a table's name on a line of its own: `key =
           "text"`, `keys = [1, 2]`, `[table]`, `[[rep]]`
    "#);
}
