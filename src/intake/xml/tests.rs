//! What XML becomes, and what of it is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn tree(text: &str) -> Value {
    read(text.as_bytes(), false).unwrap()
}

fn why(text: &str) -> String {
    read(text.as_bytes(), false).unwrap_err().to_string()
}

#[test]
fn elements_become_a_tree() {
    for (text, expected) in [
        ("<a>x</a>", json!({"a": "x"})),
        ("<a/>", json!({"a": ""})),
        ("<a><b> x &amp; y </b></a>", json!({"a": {"b": "x & y"}})),
        (
            "<a><b>1</b><c/><b>2</b></a>",
            json!({"a": {"b": ["1", "2"], "c": ""}}),
        ),
        (
            "<a><n part=\"first\">Ada</n><n part='last'>A</n></a>",
            json!({"a": {"n": [{"@part": "first", "#text": "Ada"}, {"@part": "last", "#text": "A"}]}}),
        ),
        (
            "<s:E xmlns:s=\"urn:x\" xmlns=\"urn:y\"><s:b t:i=\"1\" xmlns:t=\"urn:z\"/></s:E>",
            json!({"E": {"b": {"@i": "1"}}}),
        ),
        ("<a><![CDATA[<x> & y]]></a>", json!({"a": "<x> & y"})),
        (
            "<a>x<!-- no --> y<b/></a>",
            json!({"a": {"b": "", "#text": "x y"}}),
        ),
        (
            "\u{feff}<?xml version=\"1.0\"?>\n<a>ü</a>",
            json!({"a": "ü"}),
        ),
        (
            "<?adf version=\"1.0\"?>\n<?xml version=\"1.0\"?><ADF>x</ADF>",
            json!({"ADF": "x"}),
        ),
        (
            "\n <?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>ü</a>",
            json!({"a": "ü"}),
        ),
        ("<a>1 &gt; 0 &#8364;</a>", json!({"a": "1 > 0 €"})),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
    let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><a>J\xFCrgen</a>";
    assert_eq!(read(latin, false), Ok(json!({"a": "Jürgen"})));
    assert_eq!(read(b"<a>J\xFCrgen</a>", true), Ok(json!({"a": "Jürgen"})));
}

#[test]
fn the_text_of_an_element_is_found_in_every_shape() {
    let tree = tree("<a><b>1</b><c x=\"y\">2</c><d>3</d><d>4</d><e/></a>");
    for (name, text) in [("b", "1"), ("c", "2"), ("d", "3"), ("e", ""), ("f", "")] {
        assert_eq!(text_of(&tree["a"][name]), text, "{name}");
    }
}

#[test]
fn what_is_no_xml_is_refused_and_not_quoted() {
    assert_eq!(why(" "), "the body is empty");
    assert_eq!(why("<a><b>secret</a>"), "not XML at line 1, column 13");
    assert!(why("secret").starts_with("not XML at"));
    assert!(why("<a>&unknown;</a>").starts_with("not XML at"));
    assert_eq!(
        read(b"<a>\xFC</a>", false).unwrap_err().to_string(),
        "the body is not UTF-8"
    );
}

#[test]
fn entities_of_the_sender_s_own_are_refused() {
    let laughs = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>";
    let outside =
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>";
    for text in [laughs, outside, "<!DOCTYPE a><a/>"] {
        assert_eq!(why(text), "it has a DTD, and those are not read");
    }
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |depth: usize| format!("{}x{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(read(nested(MAX_DEPTH).as_bytes(), false).is_ok());
    assert_eq!(
        read(nested(MAX_DEPTH + 1).as_bytes(), false),
        Err(too_deep())
    );
    assert_eq!(read(nested(100_000).as_bytes(), false), Err(too_deep()));
    let hidden = format!("<a b='>'>{}</a>", "<a b='/>'>".repeat(MAX_DEPTH));
    assert_eq!(read(hidden.as_bytes(), false), Err(too_deep()));
    let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_VALUES));
    assert_eq!(read(wide.as_bytes(), false), Err(too_many()));
    let attributes: String = (0..40_000).map(|n| format!(" a{n}=''")).collect();
    assert!(why(&format!("<a{attributes}/>")).contains("attributes"));
    let spaces: String = (0..9_000).map(|n| format!(" xmlns:a{n}='u:{n}'")).collect();
    assert!(why(&format!("<a{spaces}/>")).contains("namespaces"));
    let quoted = format!("<a><!-- {0} --><![CDATA[{0}]]></a>", "<b>".repeat(1_000));
    assert!(read(quoted.as_bytes(), false).is_ok());
}

#[test]
fn credentials_are_cut_out() {
    let body = "<lead key=\"s\"><ApiToken>s<x/></ApiToken><email>a@b.de</email>\n<n:ApiToken xmlns:n=\"u\" key=\"s\"/></lead>";
    let cut = without(body.as_bytes(), false, &["ApiToken", "key", "x"]).unwrap();
    let cut = String::from_utf8(cut.unwrap()).unwrap();
    assert_eq!(cut, "<lead ><email>a@b.de</email>\n</lead>");
    assert_eq!(without(body.as_bytes(), false, &["other"]), Ok(None));
    assert!(without(b"<lead>", false, &["key"]).is_err());
}

proptest! {
    #[test]
    fn no_text_brings_it_down(text in "(<|</|/>|>|a|b|:|=|\"|'|&amp;|&|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|xmlns| |\\PC){0,60}") {
        let _ = read(text.as_bytes(), false);
        let _ = without(text.as_bytes(), false, &["a"]);
    }

    #[test]
    fn no_bytes_bring_it_down(body in proptest::collection::vec(any::<u8>(), 0..200), latin in any::<bool>()) {
        let _ = read(&body, latin);
        let _ = without(&body, latin, &["a"]);
    }
}
