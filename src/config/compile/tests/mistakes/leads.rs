//! Mistakes about where leads come from and who gets them.

use super::*;

#[test]
fn about_sources() {
    check_each(
        &[
            (
                "format = \"jsn\"",
                "no format called `jsn` (did you mean `json`?)",
            ),
            (
                "format = \"json\"\nsecret = \"x\"",
                "4:10: mistake: `secret` belongs to a preset",
            ),
            (
                "format = \"json\"\nverify = \"hmac\"",
                "4:10: mistake: `hmac` is no way to verify a source",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"hmac-sha265\" }",
                "4:21: mistake: no scheme called `hmac-sha265` (did you mean `hmac-sha256`?)",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"hmac-sha256\", secret = \"x\" }",
                "4:10: mistake: the scheme `hmac-sha256` needs `header`",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"token\", token = \"\" }",
                "4:38: mistake: this secret is empty",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"token\", token = \"${EMPTY}\" }",
                "4:38: mistake: this secret is empty",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"token\", token = \"x\", prefix = \"y\" }",
                "`prefix` means nothing to the scheme `token`",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"hmac-sha256\", header = \"x sig\", secret = \"x\" }",
                "4:46: mistake: `x sig` is not a header name",
            ),
            (
                "format = \"json\"\nverify = { scheme = \"hmac-sha256\", header = \"x\", secret = \"x\", base = \"v0\" }",
                "`base` must have {body} in it exactly once",
            ),
            (
                "format = \"json\"\nfields = { emial = \"$.x\" }",
                "4:12: mistake: no field called `emial` (did you mean `email`?)",
            ),
            ("format = \"json\"\nfields = { email = \"$.x[\" }", "4:2"),
            (
                "format = \"json\"\ndefaults = { employees = \"many\" }",
                "4:26: mistake: `employees` is a number",
            ),
            (
                "format = \"json\"\ntype = [{ when = 'source.form == 7', is = \"demo\" }]",
                "4:26: mistake: ",
            ),
            (
                "format = \"json\"\ndelivery_id = \"x-id\"",
                "4:15: mistake: `x-id` names no place of an id",
            ),
            (
                "format = \"json\"\nwindow = \"1 month\"",
                "`1 month` has no fixed length",
            ),
            (
                "format = \"json\"\nrate = \"fast\"",
                "4:8: mistake: `fast` is no rate",
            ),
            (
                "format = \"json\"\nrate = \"0/s\"",
                "4:8: mistake: `0/s` is no rate",
            ),
            (
                "format = \"json\"\ncountry = \"ZZ\"",
                "4:11: mistake: no country called `ZZ`",
            ),
        ],
        |line| {
            let verify = if line.contains("verify") {
                ""
            } else {
                "verify = \"none\""
            };
            format!("[[source]]\nid = \"web\"\n{line}\n{verify}")
        },
    );
    check(&[
        (
            "[[source]]\nid = \"web\"\nformat = \"form\"",
            "2:6: mistake: anybody could send leads to `web` (give `verify` a scheme, or say `verify = \"none\"` if anybody may post)",
        ),
        (
            "[[source]]\nid = \"web\"\nformat = \"typeform\"",
            "2:6: mistake: anybody could send leads to `web`",
        ),
        (
            "[[source]]\nid = \"web\"\nformat = \"json\"\nverify = \"none\"\nfetch = { token = \"x\" }",
            "2:6: mistake: `json` sends people, not ids",
        ),
        (
            "[[api.token]]\nname = \"a\"\ntoken = \"x\"\nrole = \"reader\"\n[[api.token]]\nname = \"b\"\ntoken = \"x\"\nrole = \"admin\"",
            "7:9: mistake: `a` has the same token",
        ),
        ("[list.x]", "1:7: mistake: this list is empty"),
        (
            "[list.x]\nfile = \"x.txt\"",
            "2:8: mistake: there is no file `x.txt`",
        ),
        (
            "[[filter]]\nid = \"x\"\nwhen = 'lead.domain in list(\"competitors\")'\nthen = \"drop\"",
            "3:29: mistake: there is no list `competitors` (it would be `[list.competitors]`)",
        ),
        (
            "[[filter]]\nid = \"x\"\nwhen = 'submission.lnks > 3'\nthen = \"park\"",
            "3:20: mistake: unknown field `lnks` of `submission`",
        ),
        (
            "[[filter]]\nid = \"no links\"\nwhen = 'true'\nthen = \"mark\"",
            "2:6: mistake: `no links` can't name a filter",
        ),
        (
            "[[filter]]\nid = \"x\"\nwhen = 'lead.free_mail'\nthen = \"drop\"\n[[golden]]\nlead = { email = \"a@gmail.com\" }\nroute = \"rest\"",
            "7:9: mistake: this lead is dropped by the filter `x`",
        ),
    ]);
}

#[test]
fn about_routing() {
    check(&[
        (
            "[[route]]\nid = \"x\"\nto = { team = \"enterprse\" }",
            "3:15: mistake: no team called `enterprse` (did you mean `enterprise`?)",
        ),
        (
            "[[route]]\nid = \"x\"\nto = { }",
            "3:6: mistake: this target leads nowhere",
        ),
        (
            "[[route]]\nid = \"x\"\nto = []",
            "3:6: mistake: this leads nowhere",
        ),
        (
            "[[route]]\nid = \"x\"\nto = { team = \"enterprise\", nurture = \"x\" }",
            "a target is one thing, this one `team` and `nurture`",
        ),
        (
            "[[route]]\nid = \"x\"\nto = { team = \"enterprise\", size = 3 }",
            "3:36: mistake: `size` means something for a `pool` only",
        ),
        (
            "[[route]]\nid = \"x\"\nto = { pool = \"enterprise\", hide = [\"mail\"] }",
            "3:37: mistake: no field called `mail` (did you mean `email`?)",
        ),
        (
            "[[route]]\nid = \"x\"\nto = { disqualify = false }",
            "3:21: mistake: this target leads nowhere",
        ),
        (
            "[[route]]\nid = \"x\"\nwhen = 'intent == \"hihg\"'\nto = { team = \"enterprise\" }",
            "3:19: mistake: ",
        ),
        (
            "[[route]]\nid = \"x\"\nsla = \"quick\"\nto = { rep = \"ayse\" }",
            "3:7: mistake: no SLA called `quick`",
        ),
        (
            "[[route]]\nid = \"rest\"\nto = { rep = \"ayse\" }",
            "there is a route `rest` already",
        ),
        (
            "[[golden]]\nlead = { email = \"a@x.de\" }\nroute = \"rets\"",
            "3:9: mistake: no route called `rets` (did you mean `rest`?)",
        ),
        (
            "[[golden]]\nlead = { email = \"a@x.de\" }\nteam = \"enterprise\"\nsource = \"web\"",
            "4:10: mistake: no source called `web`",
        ),
        (
            "[[golden]]\nlead = { emial = \"a@x.de\" }\nroute = \"rest\"",
            "2:10: mistake: no field called `emial`",
        ),
        (
            "[[golden]]\nlead = { email = \"a@x.de\" }",
            "this golden lead expects nothing",
        ),
        (
            "[[golden]]\nlead = { email = \"a@x.de\" }\nroute = \"rest\"\nwin = 1.5",
            "4:7: mistake: `win` lies between 0 and 1",
        ),
        (
            "[[route]]\nid = \"x\"\nto = { queue = \"enterprise\" }\n[[golden]]\nlead = { email = \"a@x.de\" }\nroute = \"rest\"",
            "6:9: mistake: this lead takes the route `x`, not `rest`",
        ),
        (
            "[[team]]\nid = \"sdr\"\nmembers = []\n[[golden]]\nlead = { email = \"a@x.de\" }\nteam = \"sdr\"",
            "6:8: mistake: this lead goes to the team `enterprise`, not `sdr`",
        ),
        (
            "[[account]]\nname = \"Globex\"\ndomains = [\"info@globex.com\"]",
            "3:12: mistake: `info@globex.com` is no domain",
        ),
        (
            "[[account]]\nname = \"Globex\"\nowner = \"selin\"",
            "3:9: mistake: no rep called `selin`",
        ),
        (
            "[[account]]\nname = \"Globex\"\nparent = \"Globex\"",
            "a company can't belong to itself",
        ),
        (
            "[[decline]]\nid = \"own\"",
            "2:6: mistake: `label` is missing",
        ),
        (
            "[[scoring.fit]]\nwhen = 'lead.employees > \"x\"'\npoints = 5",
            "2:9: mistake: ",
        ),
        (
            "[scoring]\nstrong_fit = nan",
            "2:14: mistake: this is not a number",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rest\"\narms = [{ sla = \"demo\" }]",
            "4:8: mistake: an experiment compares at least two arms",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rst\"\narms = [{ sla = \"demo\" }, {}]",
            "3:6: mistake: no route called `rst` (did you mean `rest`?)",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rest\"\narms = [{ sla = \"dmo\" }, {}]",
            "4:17: mistake: no SLA called `dmo` (did you mean `demo`?)",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rest\"\narms = [{ sla = \"demo\" }, {}, { sla = \"demo\", weight = 2 }]",
            "4:31: mistake: the arms `a` and `c` do the same",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rest\"\narms = [{ sla = \"demo\", id = \"b\" }, {}]",
            "4:37: mistake: a second arm is called `b`",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rest\"\narms = [{ to = { nurture = \"x\" }, strategy = \"least-loaded\" }, {}]",
            "mistake: `strategy` means something for a `team` or a `pool` only",
        ),
        (
            "[[experiment]]\nid = \"x\"\non = \"rest\"\narms = [{ sla = \"demo\" }, {}]\n\
             [[experiment]]\nid = \"y\"\non = \"rest\"\narms = [{ sla = \"mql\" }, {}]",
            "7:6: mistake: the route `rest` is in an experiment already",
        ),
    ]);
}

/// A source with a form, these lines in it from the sixth on.
fn with_form(lines: &str) -> String {
    format!("[[source]]\nid = \"web\"\nformat = \"form\"\n\n[source.form]\n{lines}")
}

#[test]
fn about_forms() {
    check_each(
        &[
            (
                "fields = [\"emial\"]",
                "6:11: mistake: no field called `emial` (did you mean `email`? a question of your own needs its words: \
                 labels = { emial = \"…?\" })",
            ),
            ("fields = [\"email\", \"email\"]", "`email` is asked twice"),
            (
                "fields = [\"email\", \"utm_source\"]",
                "`utm_source` can't be asked",
            ),
            (
                "fields = [\"name\"]\nrequired = [\"name\"]",
                "nobody who fills this form in could be reached",
            ),
            (
                "required = [\"email\", \"mesage\"]",
                "6:22: mistake: the form does not ask for `mesage` (did you mean `message`?)",
            ),
            (
                "required = [\"email\", \"consent\"]",
                "does not ask for `consent`",
            ),
            (
                "labels = { heard = \"Where?\" }",
                "6:12: mistake: the form does not ask for `heard`",
            ),
            (
                "options = { company = [\"Acme\"] }",
                "there is nothing to choose",
            ),
            (
                "consent_version = \"2\"",
                "there is no consent of which this is a version",
            ),
            ("redirect = \"/thanks\"", "6:12: mistake: this is no URL"),
            (
                "embed = [\"https://www.example.com/page\"]",
                "a page can't be named here, only its site",
            ),
            ("titel = \"Hi\"", "6:1: mistake: "),
        ],
        with_form,
    );
}
