//! What is said of conditions that are not right.

use super::mistakes;
use crate::domain::condition::Scope;

#[test]
fn wrong_conditions_are_explained_at_their_place() {
    for (text, expected) in [
        (
            "lead.contry == \"DE\"",
            "[contry] unknown field `contry` of `lead` (did you mean `lead.country`?)",
        ),
        (
            "leed.country == \"DE\"",
            "[leed] unknown variable `leed` (did you mean `lead`?)",
        ),
        (
            "lead.budget > 3",
            "[budget] unknown field `budget` of `lead` (what is no canonical field is `lead.attributes[\"label\"]`)",
        ),
        (
            "score.sum > 3",
            "[sum] unknown field `sum` of `score` (known: fit, engagement, total, win)",
        ),
        (
            "lead",
            "[lead] `lead` alone is no value (say which of it: `lead.email`, `lead.name`, `lead.first_name`, `lead.last_name`, …)",
        ),
        (
            "lead.email.host == \"\"",
            "[lead.email.host] a text has no field `host`",
        ),
        (
            "rep.level == \"senior\"",
            "[rep] `rep` is known only in a team's `where`",
        ),
        (
            "lead.employees",
            "[lead.employees] this is a number, and a condition must be true or false",
        ),
        (
            "lead.country",
            "[lead.country] this is a text, and a condition must be true or false",
        ),
        (
            "lead.employees >= \"50\"",
            "[lead.employees >= \"50\"] only numbers have an order, this is a text (numbers stand without quotes; `double(…)` reads one from a text)",
        ),
        (
            "lead.country == 49",
            "[lead.country == 49] this compares a text with a number (texts stand in quotes, numbers without)",
        ),
        (
            "lead.country > \"D\"",
            "[lead.country > \"D\"] only numbers have an order, this is a text",
        ),
        (
            "lead.employees in [\"1\"]",
            "[lead.employees in [\"1\"]] a number can't be in a list of texts",
        ),
        (
            "\"vip\" in lead.company",
            "[lead.company] `in` looks into a list, this is a text (`text.contains(\"part\")` looks into a text)",
        ),
        (
            "lead.tags == [\"a\"]",
            "[lead.tags == [\"a\"]] lists can't be compared (ask with `in`, `exists`, `all` or `size`)",
        ),
        (
            "lead.tags.contains(\"a\")",
            "[lead.tags] `contains` looks into a text, this is a list of texts (`\"text\" in list` looks into a list)",
        ),
        (
            "lead.tags[0] == \"a\"",
            "[lead.tags[0]] only `lead.attributes` has labels to look up (ask with `in`, `exists` or `size`)",
        ),
        (
            "lead.country && true",
            "[lead.country] expected a condition, this is a text",
        ),
        (
            "!lead.employees",
            "[lead.employees] expected a condition, this is a number",
        ),
        (
            "intent == \"hgih\"",
            "[\"hgih\"] there is no intent `hgih` (did you mean `high`?)",
        ),
        (
            "fit in [\"strong\", \"weaker\"]",
            "[\"weaker\"] there is no fit `weaker` (did you mean `weak`?)",
        ),
        (
            "stage == \"deal\"",
            "[\"deal\"] there is no stage `deal` (known: subscriber, lead, mql, sal, sql, opportunity, customer)",
        ),
        (
            "source.id == \"web\"",
            "[\"web\"] there is no source `web` (known: meta, website)",
        ),
        (
            "\"nordics\" == territory",
            "[\"nordics\"] there is no territory `nordics` (known: dach, turkey)",
        ),
        (
            "account.owner == \"selin\"",
            "[\"selin\"] there is no rep `selin` (known: ayse, jonas)",
        ),
        (
            "lead.domain in list(\"competitor\")",
            "[\"competitor\"] there is no list `competitor` (did you mean `competitors`?)",
        ),
        (
            "open(\"ofice\")",
            "[\"ofice\"] there is no calendar `ofice` (did you mean `office`?)",
        ),
        (
            "open(lead.city)",
            "[open(lead.city)] `open` takes one name in quotes: `open(\"NAME\")`",
        ),
        (
            "hour(\"Berlin\") > 3",
            "[hour(\"Berlin\")] `hour` takes a time zone (`hour(\"Europe/Berlin\")` or `hour(lead.timezone)`)",
        ),
        (
            "lead.activities(\"x\", \"soon\") > 1",
            "[\"soon\"] `soon` is no length of time (write `90s`, `15m`, `4h` or `7d`)",
        ),
        (
            "lead.activities(\"x\") > 1",
            "[lead.activities(\"x\")] `lead.activities` takes an activity and a time, both in quotes (`lead.activities(\"pricing_page\", \"7d\")`)",
        ),
        (
            "lead.email.startswith(\"a\")",
            "[lead.email.startswith(\"a\")] unknown function `startswith` (did you mean `startsWith`?)",
        ),
        (
            "lenght(lead.tags) > 1",
            "[lenght(lead.tags)] unknown function `lenght` (known: list, open, hour, weekday, size, double, has)",
        ),
        (
            "lead.title.matches(\"(\")",
            "[(] this is no regular expression: unclosed group (before a sign that is meant as itself stands a backslash; `(?i)` at the beginning ignores case)",
        ),
        (
            "lead.tags.exists(a, lead.tags.exists(b, a == b))",
            "[lead.tags.exists(b, a == b)] a list is walked within the walk of another (ask with `in`, or make it two conditions)",
        ),
        (
            "lead.email == null",
            "[null] there is no null (a text that was not given is `\"\"`; `has(…)` asks for the rest)",
        ),
        (
            "{\"a\": 1} == {}",
            "[{] conditions know no maps\n[{] conditions know no maps",
        ),
        (
            "lead.employees % 2 == 0",
            "[lead.employees % 2] conditions don't have this operator",
        ),
        (
            "lead.employees > 5 ? \"a\" : 3",
            "[lead.employees > 5 ? \"a\" : 3] this is a text or a number, and must be one of them\n[lead.employees > 5 ? \"a\" : 3] this is a text, and a condition must be true or false",
        ),
        (
            "lead.country = \"DE\"",
            "[=] `=` can't stand here (== compares: `a == b`)",
        ),
        (
            "lead.free_mail and lead.disposable",
            "[and] `and` can't stand here (write `&&` for \"and\")",
        ),
        ("lead.employees >> 50", "[>] `>` can't stand here"),
        ("lead.free_mail &&", "[] the condition ends too early"),
        (
            "lead.country == \"DE",
            "[\"] this text has no closing quote",
        ),
        ("  ", "[] the condition is empty"),
        (
            "lead.contry == \"DE\" && intent == \"hi\"",
            "[contry] unknown field `contry` of `lead` (did you mean `lead.country`?)\n[\"hi\"] there is no intent `hi` (known: high, medium, low)",
        ),
    ] {
        assert_eq!(mistakes(text, Scope::Lead), expected, "{text}");
    }
}

#[test]
fn what_only_a_filter_knows_is_explained() {
    for (text, expected) in [
        (
            "submission.link > 3",
            "[link] unknown field `link` of `submission` (did you mean `submission.links`?)",
        ),
        (
            "submission.same_mail(\"1h\") > 3",
            "[submission.same_mail(\"1h\")] unknown function `same_mail` (did you mean `same_email`?)",
        ),
        (
            "submission.same_email(\"2d\") > 3",
            "[\"2d\"] who sent what is remembered for 24 hours (write `24h` at the most)",
        ),
        (
            "submission.same_email(60) > 3",
            "[60] `same_email` takes a time in quotes (write `90s`, `15m` or `4h`)",
        ),
        (
            "\"lniks\" in lead.marks",
            "[\"lniks\"] there is no filter `lniks` (did you mean `links`?)",
        ),
        (
            "submission.honeypot == 1",
            "[submission.honeypot == 1] this compares a condition with a number",
        ),
    ] {
        assert_eq!(mistakes(text, Scope::Filter), expected, "{text}");
    }
    assert_eq!(
        mistakes("submission.links > 3", Scope::Lead),
        "[submission] `submission` is known only in a `[[filter]]`"
    );
}
